"""Images: built once for all who ask, of what terminals keep, ready to be taken as they are, and few on the disk."""

from __future__ import annotations

import asyncio
import errno
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlcipher3.dbapi2 as sqlcipher
from backports import zstd

from services.server import image_writer, snapshot
from services.server.image_folder import Image, ImageFolder
from services.server.parts import Parts
from services.server.snapshot import NoImage, Snapshots
from services.storage.cache_tables import PAGE_BYTES, RESERVED_BYTES, layout
from services.storage.retention import DAY_MS
from services.storage.search_tables import check_search
from services.storage.tables import BY_NAME, TABLES, Order, OrderLine, Shipment
from tests.helpers.running_server import running_server, server_settings
from tests.server.client import device, enroll, signed_in
from tests.server.terminal import Terminal, stored_rows
from tests.server.test_push import receive
from tests.server.warehouse import OTHER_SITE, SITE, fill, order

SCOPES = ["org", f"site:{SITE}"]


def plain(path: Path, folder: Path) -> Any:
    """A connection to an unpacked image."""
    target = folder / f"{path.name}.plain"
    target.write_bytes(zstd.decompress(path.read_bytes()))
    return sqlcipher.connect(str(target))


def ids(connection: Any, table: str) -> set[str]:
    return {row[0] for row in connection.execute(f'SELECT id FROM "{table}"')}


class Moments:
    """A clock that is set."""

    def __init__(self, parts: Parts) -> None:
        self.now = parts.clock()

    def __call__(self) -> int:
        return self.now


def images(parts: Parts, clock: Moments, **bounds: int) -> Snapshots:
    limits = {"kept": 3, "kept_ms": 10 * DAY_MS, "most_bytes": 10**9, **bounds}
    folder = ImageFolder(parts.settings.data_folder / "snapshots", clock, **limits)
    return Snapshots(
        parts.database, folder, clock, epoch=parts.epoch, max_age_seconds=3600, max_changes=1_000_000
    )


def test_an_image_has_the_rows_indexes_and_search_of_a_cache(parts: Parts, tmp_path: Path) -> None:
    path, image = parts.snapshots.image(SCOPES)
    with closing(plain(path, tmp_path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        check_search(connection)
        found = connection.execute(
            "SELECT p.sku FROM product_words w JOIN product p ON p.rowid = w.rowid WHERE product_words MATCH 'sku3'"
        ).fetchall()
        assert found == [("SKU3",)]
        stored = {
            (cls.table.name, row[0]): list(row)
            for cls in TABLES
            for row in connection.execute(f'SELECT * FROM "{cls.table.name}"')
        }
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    assert stored == stored_rows(parts)
    assert {"ix_order_line_order_id", "ix_read_order_placed"} <= names
    header = zstd.decompress(path.read_bytes())[:100]
    assert (int.from_bytes(header[16:18]), header[20]) == (PAGE_BYTES, RESERVED_BYTES)
    assert (int.from_bytes(header[68:72]), image.layout) == (layout(), layout())


def test_a_terminal_with_fewer_scopes_gets_only_its_own(parts: Parts, tmp_path: Path) -> None:
    with closing(plain(parts.snapshots.image(["org", f"site:{OTHER_SITE}"])[0], tmp_path)) as connection:
        assert ids(connection, "product")
        assert not ids(connection, "stock")
        assert not ids(connection, "order")
    with closing(plain(parts.snapshots.image([f"site:{SITE}"])[0], tmp_path)) as connection:
        assert ids(connection, "stock")
        assert not ids(connection, "product")


def test_what_belongs_to_an_order_past_its_days_is_sent_by_no_way(parts: Parts, tmp_path: Path) -> None:
    clock = Moments(parts)
    terminal = Terminal(parts)
    for order_id in ("old", "kept"):
        terminal.do(order(order_id, ("prod-1", 1), ("prod-2", 2)))
    days = Order.table.kept_days or 0

    def age(transaction: Any) -> None:
        unit = transaction.unit
        row = unit.get(Order, "old")
        unit.put(msgspec.structs.replace(row, closed_at=clock.now - (days + 1) * DAY_MS))

    parts.committer.run((f"site:{SITE}",), age)
    lines = {row_id: row[2] for (table, row_id), row in stored_rows(parts).items() if table == "order_line"}
    path, _ = images(parts, clock).image(SCOPES)
    with closing(plain(path, tmp_path)) as connection:
        assert ids(connection, "order") == {"kept"}
        assert ids(connection, "order_line") == {line for line, of in lines.items() if of == "kept"}
        assert {row[0] for row in connection.execute("SELECT order_id FROM reservation")} == {"kept"}
    newcomer = Terminal(parts)
    newcomer.pull()
    assert {row_id for table, row_id in newcomer.rows if table == "order"} == {"kept"}
    assert {row[2] for (table, _), row in newcomer.rows.items() if table == "order_line"} == {"kept"}


def test_what_a_row_is_kept_with_has_days_and_stands_before_it() -> None:
    names = [cls.table.name for cls in TABLES]
    for cls in TABLES:
        for name in cls.table.kept_with:
            assert BY_NAME[name].table.kept_days is not None
            assert f"{name}_id" in cls.__struct_fields__
            assert names.index(name) < names.index(cls.table.name)
    assert OrderLine.table.kept_with == ("order",)
    assert Shipment.table.kept_with == ("order",)


def test_five_hundred_who_ask_at_once_have_one_image_built(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Path] = []
    write = image_writer.write_image

    def counting(database: Any, path: Path, *rest: Any) -> dict[str, int]:
        built.append(path)
        return write(database, path, *rest)

    monkeypatch.setattr(snapshot, "write_image", counting)

    async def ask() -> set[str]:
        found = await asyncio.gather(*(parts.snapshots.shared(SCOPES[::-1], 60) for _ in range(500)))
        return {each[1].sha256 for each in found if each is not None}

    assert len(asyncio.run(ask())) == 1
    assert len(built) == 1


def test_who_would_wait_too_long_is_told_to_ask_again_and_finds_it_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = threading.Event()
    write = image_writer.write_image

    def slow(*words: Any) -> dict[str, int]:
        assert may_end.wait(60)
        return write(*words)

    monkeypatch.setattr(snapshot, "write_image", slow)
    settings = server_settings(tmp_path, snapshot_wait_seconds=0.05)
    with running_server(settings, on_start=fill) as server, signed_in(server) as client:
        headers = device(enroll(client))
        answer = client.get("/sync/snapshot", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "snapshot_in_the_making")
        assert int(answer.headers["Retry-After"]) > 0
        may_end.set()
        while (answer := client.get("/sync/snapshot", headers=headers)).status_code == 503:
            pass
        assert answer.status_code == 200


def test_a_full_disk_leaves_terminals_to_pull(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> dict[str, int]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(snapshot, "write_image", full)
    with running_server(server_settings(tmp_path), on_start=fill) as server, signed_in(server) as client:
        answer = client.get("/sync/snapshot", headers=device(enroll(client)))
        assert (answer.status_code, answer.json()["code"]) == (404, "no_snapshot")
        with pytest.raises(NoImage):
            server.parts.snapshots.image(["org"])
        assert list((tmp_path / "snapshots").iterdir()) == []


def test_what_cannot_be_built_is_not_tried_for_each_who_asks(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, tried = Moments(parts), []
    write = image_writer.write_image

    def broken(*_: Any) -> dict[str, int]:
        tried.append(clock.now)
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(snapshot, "write_image", broken)
    made = images(parts, clock)
    for _ in range(3):
        with pytest.raises(NoImage):
            made.image(SCOPES)
    assert len(tried) == 1
    clock.now += 60_000
    with pytest.raises(NoImage):
        made.image(SCOPES)
    assert len(tried) == 2
    monkeypatch.setattr(snapshot, "write_image", write)
    clock.now += 60_000
    made.image(SCOPES)


def test_an_older_image_serves_where_none_can_be_built(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> dict[str, int]:
        raise PermissionError(errno.EACCES, "Permission denied")

    clock = Moments(parts)
    made = images(parts, clock)
    before = made.image(SCOPES)
    monkeypatch.setattr(snapshot, "write_image", broken)
    clock.now += 3_600_001
    assert made.image(SCOPES) == before
    # Not where the server has forgotten what has changed since.
    with parts.database.writing() as connection:
        connection.exec_driver_sql("UPDATE scope_head SET min_version = 1000000")
    with pytest.raises(NoImage):
        made.image(SCOPES)


def test_an_image_that_was_built_anew_meanwhile_is_still_there_for_who_has_a_part_of_it(
    tmp_path: Path,
) -> None:
    settings = server_settings(tmp_path, snapshot_changes=0)
    with running_server(settings, on_start=fill) as server, signed_in(server) as client:
        headers = device(enroll(client))
        first = client.get("/sync/snapshot", headers=headers)
        receive_one(server.parts)
        second = client.get("/sync/snapshot", headers=headers)
        assert second.headers["ETag"] != first.headers["ETag"]
        part = {"Range": "bytes=100-", "If-Range": first.headers["ETag"]}
        rest = client.get("/sync/snapshot", headers={**headers, **part})
        assert (rest.status_code, rest.content) == (206, first.content[100:])
        assert rest.headers["X-Holdfast-Cursors"] == first.headers["X-Holdfast-Cursors"]


class TestFolder:
    @pytest.fixture
    def clock(self, parts: Parts) -> Moments:
        return Moments(parts)

    @pytest.fixture
    def folder(self, parts: Parts) -> Path:
        return parts.settings.data_folder / "snapshots"

    def _files(self, folder: Path) -> int:
        return len(list(folder.glob("*.zst")))

    def test_the_newest_of_each_set_of_scopes_stay(self, parts: Parts, clock: Moments, folder: Path) -> None:
        made = images(parts, clock, kept=2)
        shas: list[str] = []
        for _ in range(4):
            shas.append(made.image(SCOPES)[1].sha256)
            receive_one(parts)
            clock.now += 3_600_001
        made.image(["org"])
        assert self._files(folder) == 3
        assert made.begun(SCOPES, shas[-1]) is not None
        assert made.begun(SCOPES, shas[0]) is None

    def test_old_ones_and_what_a_crash_left_are_removed(
        self, parts: Parts, clock: Moments, folder: Path
    ) -> None:
        made = images(parts, clock, kept_ms=2 * DAY_MS)
        made.image(SCOPES)
        (folder / "1-ab.building").write_bytes(b"half")
        clock.now += 3 * DAY_MS
        made.image(["org"])
        assert self._files(folder) == 1
        assert {path.suffix for path in folder.iterdir()} == {".zst", ".json"}

    def test_together_they_take_no_more_room_than_they_may(
        self, parts: Parts, clock: Moments, folder: Path
    ) -> None:
        made = images(parts, clock, most_bytes=1)
        for scopes in (SCOPES, ["org"], [f"site:{SITE}"]):
            made.image(scopes)
            clock.now += 1
            assert self._files(folder) == 1

    def test_an_image_of_another_layout_or_past_is_not_given(self, parts: Parts, clock: Moments) -> None:
        made = images(parts, clock)
        path, image = made.image(SCOPES)
        description = path.with_suffix(".json")
        for change in ({"layout": 1}, {"epoch": "other"}, {"schema": 0}):
            description.write_bytes(msgspec.json.encode(msgspec.structs.replace(image, **change)))
            assert made.begun(SCOPES, image.sha256) is None
        receive_one(parts)
        assert made.image(SCOPES)[1].cursors != image.cursors

    def test_a_description_that_cannot_be_read_is_dropped_with_its_image(
        self, parts: Parts, clock: Moments, folder: Path
    ) -> None:
        made = images(parts, clock)
        path, _ = made.image(SCOPES)
        path.with_suffix(".json").write_bytes(b"{")
        receive_one(parts)
        fresh, image = made.image(SCOPES)
        assert fresh.exists()
        assert self._files(folder) == 1
        assert isinstance(image, Image)


def receive_one(parts: Parts) -> None:
    """Let something change."""
    Terminal(parts).do(receive())
