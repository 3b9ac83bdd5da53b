"""`holdfast user`: people added, given passwords and roles, and let go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from desktop_app.cli import main
from tests.helpers.import_books import rows_at
from tests.helpers.running_server import running_server, server_settings


def people(url: str, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert main(["user", "list", "--database-url", url, "--json"]) == 0
    return {each["username"]: each for each in json.loads(capsys.readouterr().out)}


def test_somebody_added_here_signs_in_at_the_server_until_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = server_settings(tmp_path)
    url = settings.resolved_database_url()

    with running_server(settings) as server:

        def sign_in(password: str) -> int:
            body = {"username": "bea", "password": password}
            return httpx.post(f"{server.base_url}/api/auth/login", json=body).status_code

        monkeypatch.setenv("HOLDFAST_PASSWORD", "first password")
        assert (
            main(["user", "add", "bea", "--name", "Bea B", "--roles", "picker,driver", "--database-url", url])
            == 0
        )
        assert sign_in("first password") == 200
        monkeypatch.setenv("HOLDFAST_PASSWORD", "second password")
        assert main(["user", "set-password", "bea", "--database-url", url]) == 0
        assert (sign_in("first password"), sign_in("second password")) == (401, 200)
        assert main(["user", "set-roles", "bea", "clerk", "--database-url", url]) == 0
        assert people(url, capsys)["bea"]["roles"] == ["clerk"]
        assert main(["user", "deactivate", "bea", "--database-url", url]) == 0
        assert sign_in("second password") == 401
    assert not people(url, capsys)["bea"]["active"]
    assert rows_at(url, "SELECT COUNT(*) FROM session WHERE revoked_at IS NULL") == [(0,)]


def test_people_are_the_same_on_both_databases(both_urls: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = people(both_urls, capsys)
    assert len(found) == 8
    assert found["picker"]["roles"] == ["picker"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["set-roles", "picker", "juggler"], "is no role"),
        (["set-roles", "nobody", "picker"], "There is nobody called nobody"),
        (["set-roles", "administrator", "viewer"], "last administrator"),
        (["deactivate", "administrator"], "last administrator"),
        (["add", "picker"], "already a user picker"),
        (["add", "x" * 80], "username"),
    ],
)
def test_a_rule_says_no_in_words_and_nothing_changes(
    filled_url: str,
    words: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = people(filled_url, capsys)
    monkeypatch.setenv("HOLDFAST_PASSWORD", "long enough")
    assert main(["user", *words, "--database-url", filled_url]) == 1
    assert said in capsys.readouterr().err
    assert people(filled_url, capsys) == before


def test_a_password_is_never_short_and_never_in_the_words(
    filled_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOLDFAST_PASSWORD", "short")
    assert main(["user", "set-password", "picker", "--database-url", filled_url]) == 1
    assert "at least" in capsys.readouterr().err
    monkeypatch.delenv("HOLDFAST_PASSWORD")
    assert main(["user", "set-password", "picker", "--database-url", filled_url]) == 1
    assert "HOLDFAST_PASSWORD" in capsys.readouterr().err


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "list", "--database-url", f"sqlite:///{tmp_path / 'none.db'}"]) == 1
    assert "There is no database" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()
