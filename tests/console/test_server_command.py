"""`holdfast server`: what keeps it from starting is told in words, before anything is begun."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from desktop_app.cli import main
from services.server import doctor
from services.server import main as server_main
from services.server.settings import Settings
from tests.console.conftest import no_traceback


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings that would have been served."""
    found: list[Settings] = []
    monkeypatch.setattr(server_main, "serve", lambda settings, **_: found.append(settings))
    return found


@pytest.mark.parametrize(
    "url",
    ["banana", "sqlite:///", "postgresql+psycopg://nobody:secret@127.0.0.1:1/none", "sqlite:///words.db"],
)
def test_a_database_that_cannot_be_used_is_told(
    url: str, tmp_path: Path, served: list[Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "words.db").write_bytes(b"not a database at all, only words" * 200)
    assert main(["server", "--port", "0", "--database-url", url]) == 1
    said = capsys.readouterr().err
    assert no_traceback(said)
    assert "secret" not in said
    assert not served


def test_a_database_of_a_newer_program_is_left_alone(
    filled_url: str, tmp_path: Path, served: list[Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    with contextlib.closing(sqlcipher.connect(str(tmp_path / "server.db"))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert main(["server", "--port", "0", "--database-url", filled_url]) == 1
    assert "newer Holdfast" in capsys.readouterr().err
    assert not served


def test_a_database_with_a_damaged_page_is_told_and_not_written_to(
    filled_url: str, tmp_path: Path, served: list[Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "server.db"
    with contextlib.closing(sqlcipher.connect(str(file), isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page_size = connection.execute("PRAGMA page_size").fetchone()[0]
        find = "SELECT rootpage FROM sqlite_master WHERE name = 'stock_movement'"
        page = connection.execute(find).fetchone()[0]
    with file.open("r+b") as written:
        written.seek((page - 1) * page_size)
        written.write(bytes(range(256)) * (page_size // 256))
    assert main(["server", "--port", "0", "--database-url", filled_url]) == 1
    said = capsys.readouterr().err
    assert "is damaged" in said
    assert "holdfast restore" in said
    assert not served


def test_a_look_at_a_large_database_ends_when_its_time_is_over(
    filled_url: str, served: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_START_CHECK_SECONDS", "0")
    monkeypatch.setattr(doctor, "_STEPS_BETWEEN_LOOKS", 1)
    assert main(["server", "--port", "0", "--database-url", filled_url]) == 0
    assert len(served) == 1


def test_a_port_that_is_taken_is_told(served: list[Settings], capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["server", "--port", port, "--database-url", "sqlite:///new.db"]) == 1
    assert f"127.0.0.1:{port} cannot be listened on" in capsys.readouterr().err
    assert not served


def test_a_first_password_that_is_too_short_is_told(
    served: list[Settings], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOLDFAST_ADMIN_PASSWORD", "short")
    assert main(["server", "--port", "0", "--database-url", "sqlite:///new.db"]) == 1
    assert "at least 8 characters" in capsys.readouterr().err
    assert not served


def test_past_orders_that_cannot_be_read_are_told(
    served: list[Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["server", "--demo", "--orders", "none.csv", "--database-url", "sqlite:///new.db"]
    assert main(arguments) == 1
    assert "none.csv" in capsys.readouterr().err
    assert not served


def test_the_workers_get_the_options_by_their_environment(
    postgres_url: str, served: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ, DATABASE_URL="sqlite:///other.db"))
    arguments = ["server", "--workers", "2", "--port", "0", "--database-url", postgres_url]
    assert main(arguments) == 0
    assert os.environ["DATABASE_URL"] == postgres_url
    assert os.environ["HOLDFAST_PORT"] == "0"
    assert len(served) == 1


def test_there_is_at_least_one_worker(served: list[Settings]) -> None:
    with pytest.raises(SystemExit):
        main(["server", "--workers", "0"])
    assert not served
