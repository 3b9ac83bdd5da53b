"""A newer program takes the outbox along step by step, makes the cache anew, and never touches what it does not know."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from local_db import Desk, FileUnreadable, client_tables, migrations
from local_db.files import open_outbox
from tests.helpers.books import Books
from tests.local_db.orders import new_order
from tests.local_db.truth import patches, pull, replica


def test_a_new_outbox_has_the_newest_version(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path, "")) as outbox:
        migrations.migrate_outbox(outbox)
        assert outbox.execute("PRAGMA user_version").fetchone() == (len(client_tables.OUTBOX_STEPS),)
        migrations.migrate_outbox(outbox)


def test_an_outbox_is_taken_along_with_its_commands(
    profile: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    desk.close()
    step = ("ALTER TABLE draft ADD COLUMN title TEXT NOT NULL DEFAULT 'none'",)
    monkeypatch.setattr(migrations, "OUTBOX_STEPS", (*client_tables.OUTBOX_STEPS, step))
    with Desk.open(profile, allow_plain=True) as newer:
        assert [row.n for row in newer.read.outbox()] == [1]
        newer.drafts.save("x", 1)
        assert newer.read.value("SELECT title FROM outbox.draft") == "none"


def test_a_step_that_fails_leaves_the_outbox_as_it_was(
    profile: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    desk.close()
    broken = ("CREATE TABLE half_done (x)", "THIS IS NO SQL")
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "OUTBOX_STEPS", (*client_tables.OUTBOX_STEPS, broken))
        with pytest.raises(Exception, match="syntax"):
            Desk.open(profile, allow_plain=True)
    with Desk.open(profile, allow_plain=True) as again:
        assert [row.n for row in again.read.outbox()] == [1]
        assert again.read.value("SELECT count(*) FROM outbox.sqlite_master WHERE name = 'half_done'") == 0


def test_an_outbox_of_a_newer_program_is_left_alone(profile: Path, desk: Desk) -> None:
    desk.close()
    with closing(sqlite3.connect(profile / "outbox.db")) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(FileUnreadable, match="newer version"):
        Desk.open(profile, allow_plain=True)


def test_a_damaged_cache_is_made_anew(profile: Path, desk: Desk, books: Books) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    desk.close()
    (profile / "cache.db").write_bytes(b"\x00" * 50_000)
    with Desk.open(profile, allow_plain=True) as again:
        assert [row.n for row in again.read.outbox()] == [1]
        pull(again, patches(books), version=5)
        assert len(again.read.orders()) == 1


def test_a_damaged_outbox_is_told_and_left_alone(profile: Path, desk: Desk) -> None:
    desk.close()
    damaged = b"\x00" * 50_000
    (profile / "outbox.db").write_bytes(damaged)
    with pytest.raises(FileUnreadable, match="damaged"):
        Desk.open(profile, allow_plain=True)
    assert (profile / "outbox.db").read_bytes() == damaged


def test_a_cache_of_another_outbox_is_not_believed(
    tmp_path: Path, desk: Desk, profile: Path, books: Books
) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    desk.close()
    with Desk.open(tmp_path / "other", allow_plain=True):
        pass
    (profile / "cache.db").replace(tmp_path / "other" / "cache.db")
    with Desk.open(tmp_path / "other", allow_plain=True) as other:
        assert other.read.orders() == []
        assert replica(other).cursors() == {}


def test_damage_that_shows_while_working_lets_the_cache_be_made_anew(
    profile: Path, desk: Desk, books: Books, caplog: pytest.LogCaptureFixture
) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    desk.close()
    with closing(sqlite3.connect(profile / "cache.db")) as plain:
        (page,) = plain.execute("SELECT rootpage FROM sqlite_master WHERE name = 'stock'").fetchone()
    with (profile / "cache.db").open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    with Desk.open(profile, allow_plain=True) as broken:
        with pytest.raises(Exception, match=r"malformed|not a database"):
            pull(broken, patches(books), version=5)
        assert "damaged" in caplog.text
    with Desk.open(profile, allow_plain=True) as again:
        assert [row.n for row in again.read.outbox()] == [1]
        pull(again, patches(books), version=5)
        assert len(again.read.orders()) == 1
