"""Housekeeping: spent records go after their time, tombstones only when every terminal has had its chance."""

from __future__ import annotations

from services.commands import RemoveBarcode
from services.server import feed
from services.server.housekeeping import Housekeeping
from services.server.parts import Parts
from services.server.server_tables import IdempotencyRecord, PositionFix, Session
from services.server.transaction import Transaction
from services.storage.retention import DAY_MS
from tests.server.terminal import Terminal, stored_rows
from tests.server.warehouse import SITE


def count(parts: Parts, table: str) -> int:
    with parts.database.reading() as connection:
        return int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one())


def test_spent_records_are_dropped_and_fresh_ones_kept(parts: Parts) -> None:
    now = parts.clock()

    def work(transaction: Transaction) -> None:
        put = transaction.unit.put
        for name, at in (("old", now - 40 * DAY_MS), ("new", now)):
            put(IdempotencyRecord(name, "", 200, "{}", at))
            put(PositionFix(name, "van", SITE, 0.0, 0.0, 0.0, 0.0, at))
            put(Session(name, "user", "", "", at, at, at + DAY_MS))

    parts.committer.run((), work)
    Housekeeping(parts.committer, parts.settings).clean()
    for table in ("idempotency", "vehicle_position", "session"):
        assert count(parts, table) == 1, table


def test_tombstones_are_forgotten_only_after_their_days(parts: Parts) -> None:
    housekeeping = Housekeeping(parts.committer, parts.settings)
    early = Terminal(parts)
    early.pull()
    Terminal(parts).do(RemoveBarcode(barcode_id="bar-1"))
    housekeeping.clean()
    with parts.database.reading() as connection:
        assert feed.heads(connection, ["org"])["org"].min_version == 0
    days = parts.settings.tombstone_days + 1
    clock = parts.committer._clock
    parts.committer._clock = lambda: clock() + days * DAY_MS
    Terminal(parts).do(RemoveBarcode(barcode_id="bar-2"))
    housekeeping.clean()
    with parts.database.reading() as connection:
        head = feed.heads(connection, ["org"])["org"]
        gone = [row[0] for row in connection.exec_driver_sql("SELECT pk FROM change WHERE deleted = 1")]
    assert 0 < head.min_version < head.version
    assert gone == ["bar-2"]
    assert early.pull().reset == ["org"]
    assert early.rows == stored_rows(parts)
