"""Backup while the server works, restore under a new epoch, and the terminals that find their way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from services.commands import ReceiveStock
from services.server.backup import NotPossible, back_up, check_backup, restore
from services.server.clock import now_ms
from services.server.database import Database
from services.server.doctor import examine
from services.server.parts import Parts, build
from tests.helpers.running_server import server_settings
from tests.server.terminal import Terminal, stored_rows
from tests.server.warehouse import SITE, bin_id, fill


@pytest.fixture
def sqlite_parts(tmp_path: Path) -> Iterator[Parts]:
    yield from opened(tmp_path)


def opened(folder: Path, *, filled: bool = True) -> Iterator[Parts]:
    parts = build(server_settings(folder), now_ms)
    parts.committer.start()
    if filled:
        fill(parts)
    yield parts
    parts.close()


def receive() -> ReceiveStock:
    return ReceiveStock(site_id=SITE, product_id="prod-1", location_id=bin_id(SITE, 1), quantity=1)


def test_a_backup_is_whole_while_others_write(sqlite_parts: Parts, tmp_path: Path) -> None:
    target = tmp_path / "backups" / "one.db"
    terminal = Terminal(sqlite_parts)
    terminal.do(receive())
    assert back_up(sqlite_parts.database, target) == target.stat().st_size
    terminal.do(receive())
    assert check_backup(target) == []
    copy = Database(f"sqlite:///{target}")
    assert all(finding.is_well for finding in examine(copy))
    copy.close()
    with pytest.raises(FileExistsError):
        back_up(sqlite_parts.database, target)


def test_after_a_restore_terminals_send_again_what_the_backup_has_not(tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    server = opened(tmp_path)
    before = next(server)
    terminal = Terminal(before)
    terminal.do(receive())
    back_up(before.database, backup)
    terminal.do(receive())
    terminal.pull()
    database_file = before.database.path
    assert database_file is not None
    next(server, None)
    kept = restore(backup, database_file)
    assert kept is not None
    assert kept.exists()

    server = opened(tmp_path, filled=False)
    after = next(server)
    terminal.parts = after
    assert after.epoch != terminal.enrolled.epoch
    refused = terminal.push()
    assert (refused.problem, refused.epoch) == ("epoch_changed", after.epoch)
    terminal.enrolled = msgspec.structs.replace(terminal.enrolled, epoch=refused.epoch)
    terminal.cursors = {}
    assert terminal.push().last_n == 2
    page = terminal.pull()
    assert len(page.reset) == 2
    assert terminal.rows == stored_rows(after)
    assert all(finding.is_well for finding in examine(after.database))
    next(server, None)


def test_a_file_that_is_no_backup_is_not_restored(sqlite_parts: Parts, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.db"
    nonsense.write_bytes(b"this is no database" * 100)
    assert check_backup(tmp_path / "missing.db") == [f"there is no file {tmp_path / 'missing.db'}"]
    for file in (nonsense, tmp_path / "missing.db"):
        with pytest.raises(NotPossible):
            restore(file, tmp_path / "other.db")
    assert not (tmp_path / "other.db").exists()


def test_on_postgresql_its_own_tools_are_named(postgres_url: str, tmp_path: Path) -> None:
    database = Database(postgres_url)
    with pytest.raises(NotPossible, match="pg_dump"):
        back_up(database, tmp_path / "backup.db")
    database.close()
