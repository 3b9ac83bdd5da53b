"""Reading never waits for writing, and sees one moment at a time."""

from __future__ import annotations

import threading

import msgspec
import pytest

from local_db import Desk
from local_db.reader import ReaderClosed
from services.storage.tables import Product
from tests.local_db.orders import new_order


class Counted(msgspec.Struct, frozen=True):
    sku: str
    active: bool


def test_rows_come_as_frozen_records_of_the_type_that_was_asked_for(desk: Desk) -> None:
    rows = desk.read.rows("SELECT sku, active FROM product ORDER BY sku", (), Counted)
    assert rows == [Counted("SKU1", True), Counted("SKU2", True), Counted("SKU3", True)]
    assert rows[0].active is True
    with pytest.raises(AttributeError):
        rows[0].sku = "other"  # type: ignore[misc]


def test_one_value_and_values_answer_none_or_nothing_where_nothing_is(desk: Desk) -> None:
    assert desk.read.one("SELECT sku, active FROM product WHERE id = ?", ("none",), Counted) is None
    assert desk.read.value("SELECT sku FROM product WHERE id = ?", ("none",)) is None
    assert desk.read.values("SELECT sku FROM product WHERE id > ? ORDER BY id", ("prod-1",)) == [
        "SKU2",
        "SKU3",
    ]
    product = desk.read.get(Product, "prod-1")
    assert product is not None
    assert (product.sku, product.active) == ("SKU1", True)


def test_a_snapshot_sees_one_moment_over_many_queries(desk: Desk) -> None:
    count = "SELECT count(*) FROM order_line"
    with desk.read.snapshot():
        before = desk.read.value(count)
        thread = threading.Thread(target=desk.do, args=(new_order(desk, ("prod-1", 1)),))
        thread.start()
        thread.join()
        with desk.read.snapshot():
            assert desk.read.value(count) == before
    assert desk.read.value(count) == before + 1


def test_a_reader_cannot_write(desk: Desk) -> None:
    with pytest.raises(Exception, match="readonly"):
        desk.read.value("UPDATE product SET name = 'x'")
    with pytest.raises(Exception, match="readonly"):
        desk.read.value("DELETE FROM outbox.command")


def test_many_threads_read_while_one_writes(desk: Desk) -> None:
    stop = threading.Event()
    problems: list[str] = []

    def read() -> None:
        while not stop.is_set():
            with desk.read.snapshot():
                lines = desk.read.value("SELECT count(*) FROM order_line")
                orders = desk.read.value('SELECT count(*) FROM "order"')
                reserved = desk.read.value("SELECT sum(reserved) FROM stock_level")
            if not lines == orders == reserved:
                problems.append(f"{lines} lines, {orders} orders, {reserved} reserved")

    readers = [threading.Thread(target=read) for _ in range(6)]
    for thread in readers:
        thread.start()
    for _ in range(15):
        desk.do(new_order(desk, ("prod-2", 1)))
    stop.set()
    for thread in readers:
        thread.join()
    assert problems == []


def test_after_closing_nothing_is_read(desk: Desk) -> None:
    read = desk.read
    desk.close()
    with pytest.raises(ReaderClosed):
        read.value("SELECT 1")


def test_reading_imports_no_sqlalchemy_no_keyring_and_no_http(desk: Desk, profile: object) -> None:
    import subprocess
    import sys

    desk.close()
    script = (
        "import sys; from pathlib import Path; from local_db import Desk\n"
        "desk = Desk.open(Path(sys.argv[1]), allow_plain=True)\n"
        "assert len(desk.read.stock_levels(site_id='site-1')) == 2\n"
        "desk.link\n"
        "heavy = {'sqlalchemy', 'keyring', 'httpx', 'pydantic', 'numpy', 'argon2', 'websockets'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "handlers = [name for name in sys.modules if name.startswith('services.handlers')]\n"
        "assert not handlers, handlers\n"
        "desk.close()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(profile)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
