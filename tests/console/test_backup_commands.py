"""`holdfast backup` and `restore`: checked copies, nothing overwritten unasked, and a new epoch."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from desktop_app.cli import main
from tests.helpers.import_books import rows_at
from tests.helpers.running_server import running_server, server_settings

EPOCH = "SELECT value FROM server_fact WHERE id = 'epoch'"


def test_a_backup_is_restored_under_a_new_epoch(both_urls: str, tmp_path: Path) -> None:
    backup = tmp_path / "backup.file"
    assert main(["backup", "--database-url", both_urls, "--out", str(backup)]) == 0
    epoch = rows_at(both_urls, EPOCH)
    products = tmp_path / "p.csv"
    products.write_text("sku,name\nLATER,After the backup\n")
    assert main(["import", "products", str(products), "--database-url", both_urls]) == 0
    assert rows_at(both_urls, "SELECT COUNT(*) FROM product") == [(6,)]
    assert main(["restore", "--database-url", both_urls, "--from", str(backup), "--force"]) == 0
    assert rows_at(both_urls, "SELECT COUNT(*) FROM product") == [(5,)]
    assert rows_at(both_urls, EPOCH) != epoch


def test_nothing_is_overwritten_unasked(
    both_urls: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "backup.file"
    backup.write_bytes(b"precious")
    assert main(["backup", "--database-url", both_urls, "--out", str(backup)]) == 1
    assert backup.read_bytes() == b"precious"
    assert main(["backup", "--database-url", both_urls, "--out", str(backup), "--force", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["verified"], said["bytes"]) == (True, backup.stat().st_size)
    epoch = rows_at(both_urls, EPOCH)
    assert main(["restore", "--database-url", both_urls, "--from", str(backup)]) == 1
    assert "--force" in capsys.readouterr().err
    assert rows_at(both_urls, EPOCH) == epoch


def test_the_database_that_was_there_is_kept(filled_url: str, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    assert main(["backup", "--database-url", filled_url, "--out", str(backup)]) == 0
    assert main(["restore", "--database-url", filled_url, "--from", str(backup), "--force"]) == 0
    kept = tmp_path / "server.db.before-restore-1"
    assert rows_at(f"sqlite:///{kept}", "SELECT COUNT(*) FROM product") == [(5,)]


@pytest.mark.parametrize("content", [b"", b"not a database at all, only words" * 200])
def test_what_is_no_backup_is_refused_and_changes_nothing(
    both_urls: str, tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "backup.file"
    backup.write_bytes(content)
    epoch = rows_at(both_urls, EPOCH)
    assert main(["restore", "--database-url", both_urls, "--from", str(backup), "--force"]) == 1
    assert "cannot be used" in capsys.readouterr().err
    assert rows_at(both_urls, EPOCH) == epoch
    assert main(["restore", "--database-url", both_urls, "--from", str(tmp_path / "none"), "--force"]) == 1


def test_a_database_that_a_server_works_on_is_backed_up_but_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = server_settings(tmp_path)
    url = settings.resolved_database_url()
    backup = tmp_path / "backup.db"
    with running_server(settings):
        assert main(["backup", "--database-url", url, "--out", str(backup)]) == 0
        assert main(["restore", "--database-url", url, "--from", str(backup), "--force"]) == 1
    assert "Stop the server first" in capsys.readouterr().err


def test_a_new_epoch_can_be_begun_by_itself(both_urls: str) -> None:
    epoch = rows_at(both_urls, EPOCH)
    assert main(["restore", "--database-url", both_urls, "--new-epoch"]) == 0
    assert rows_at(both_urls, EPOCH) != epoch


@pytest.mark.parametrize("name", ["server.db", "server.db-wal", "link.db"])
def test_a_backup_is_never_put_in_place_of_the_database_itself(
    filled_url: str, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "server.db")
    assert main(["backup", "--database-url", filled_url, "--out", str(tmp_path / name), "--force"]) == 1
    assert "the database itself" in capsys.readouterr().err
    assert rows_at(filled_url, "SELECT COUNT(*) FROM product") == [(5,)]


def test_a_backup_is_put_in_place_of_files_only(
    filled_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    arguments = ["backup", "--database-url", filled_url, "--out", str(tmp_path / "folder"), "--force"]
    assert main(arguments) == 1
    assert "is no file" in capsys.readouterr().err


def test_a_damaged_database_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "server.db").write_bytes(b"not a database at all, only words" * 200)
    url = f"sqlite:///{tmp_path / 'server.db'}"
    assert main(["backup", "--database-url", url, "--out", str(tmp_path / "backup.db")]) == 1
    assert "cannot be used" in capsys.readouterr().err


def test_a_backup_of_a_newer_program_leaves_the_database_in_place(
    filled_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "backup.db"
    assert main(["backup", "--database-url", filled_url, "--out", str(backup)]) == 0
    with contextlib.closing(sqlcipher.connect(str(backup))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    epoch = rows_at(filled_url, EPOCH)
    assert main(["restore", "--database-url", filled_url, "--from", str(backup), "--force"]) == 1
    assert "newer Holdfast" in capsys.readouterr().err
    assert rows_at(filled_url, EPOCH) == epoch
    assert sorted(file.name for file in tmp_path.glob("server.db*")) == ["server.db"]


def test_a_database_in_memory_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "--database-url", "sqlite:///", "--out", "backup.db"]) == 1
    assert "needs a file" in capsys.readouterr().err
