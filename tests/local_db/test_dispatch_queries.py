"""What the packing bench asks and what its paper says: what lies loose, what is in parcels, and in whose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_db.desk import Desk
from local_db.queries import dispatch_queries as queries
from local_db.queries.print_queries import packing_slips
from services.commands import (
    ConfirmPick,
    DepartRoute,
    LoadShipment,
    NewLine,
    PackOrder,
    PlaceOrder,
    ReceiveStock,
    UnpackOrder,
)
from services.storage.tables import PickTask, Product, Shipment
from tests.helpers.warehouse_desk import SITE, warehouse_desk

PRODUCT = "prod-0007"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with warehouse_desk(tmp_path, products=40, orders=2) as desk:
        yield desk


def pick_all(desk: Desk, order_id: str) -> None:
    for row in desk.read.pick_tasks(order_id=order_id, status=("pending", "picking")):
        task = desk.read.get(PickTask, row.id)
        assert task is not None
        desk.do(
            ConfirmPick(
                site_id=SITE, task_id=task.id, order_id=order_id, line_id=task.line_id, product_id=task.product_id,
                location_id=task.location_id, lot=task.lot, quantity=task.quantity - task.picked,
            )
        )  # fmt: skip


def receive(desk: Desk, quantity: int) -> None:
    desk.do(
        ReceiveStock(site_id=SITE, product_id=PRODUCT, location_id="loc-A-01-01-1", quantity=quantity)
    )  # fmt: skip


@pytest.fixture
def order_id(desk: Desk) -> str:
    """An order of ten units, of which six are picked and lie in staging; there are no more."""
    order_id = desk.new_id()
    line = NewLine(line_id=desk.new_id(), product_id=PRODUCT, quantity=10, price_minor=100)
    desk.do(
        PlaceOrder(
            site_id=SITE, order_id=order_id, number="T01-900001", customer_id="cust-001", currency="GBP", lines=(line,)
        )
    )  # fmt: skip
    receive(desk, 6)
    pick_all(desk, order_id)
    return order_id


def pack_the_rest(desk: Desk, order_id: str) -> None:
    """The six are in two parcels; the other four come, are picked, and packed in one."""
    desk.do(PackOrder(site_id=SITE, order_id=order_id, parcels=2))
    receive(desk, 4)
    pick_all(desk, order_id)
    desk.do(PackOrder(site_id=SITE, order_id=order_id))


def bench_row(desk: Desk, order_id: str) -> queries.PackRow:
    [row] = [row for row in queries.to_pack(desk.read, SITE) if row.id == order_id]
    return row


def shipments(desk: Desk, order_id: str) -> list[Shipment]:
    ids = desk.read.values("SELECT id FROM shipment WHERE order_id = ? ORDER BY number", (order_id,))
    return [row for row_id in ids if (row := desk.read.get(Shipment, row_id)) is not None]


def test_the_bench_tells_what_lies_loose_from_what_is_in_parcels(desk: Desk, order_id: str) -> None:
    row = bench_row(desk, order_id)
    assert (row.picked, row.packed, row.still_to_pick, row.backordered) == (6, 0, 0, 4)
    desk.do(PackOrder(site_id=SITE, order_id=order_id, parcels=2))
    row = bench_row(desk, order_id)
    assert (row.picked, row.packed, row.parcels, row.in_house) == (0, 6, 2, 2)
    receive(desk, 4)
    assert bench_row(desk, order_id).still_to_pick == 4
    pick_all(desk, order_id)
    row = bench_row(desk, order_id)
    assert (row.picked, row.packed, row.parcels) == (4, 6, 2), "one row, whatever number of shipments"
    [line] = queries.pack_lines(desk.read, order_id)
    assert (line.picked, line.packed, line.wanted) == (4, 6, 10)


def test_parcels_on_a_vehicle_cannot_be_opened_at_the_bench(desk: Desk, order_id: str) -> None:
    pack_the_rest(desk, order_id)
    first, _second = shipments(desk, order_id)
    desk.do(LoadShipment(site_id=SITE, shipment_id=first.id))
    assert (bench_row(desk, order_id).parcels, bench_row(desk, order_id).in_house) == (3, 1)
    desk.do(UnpackOrder(site_id=SITE, order_id=order_id))
    row = bench_row(desk, order_id)
    assert (row.picked, row.packed, row.in_house) == (4, 6, 0)


def test_what_has_left_is_on_the_bench_no_more(desk: Desk, order_id: str) -> None:
    pack_the_rest(desk, order_id)
    first, _second = shipments(desk, order_id)
    desk.do(LoadShipment(site_id=SITE, shipment_id=first.id))
    desk.do(DepartRoute(site_id=SITE, route_id=first.route_id))
    row = bench_row(desk, order_id)
    assert (row.status, row.picked, row.packed, row.parcels) == ("partially_shipped", 0, 4, 1)


def test_a_slip_says_what_is_in_the_parcels_of_its_shipment(desk: Desk, order_id: str) -> None:
    product = desk.read.get(Product, PRODUCT)
    assert product is not None
    [loose] = packing_slips(desk.read, [order_id])
    assert (loose.shipment, loose.parcels, loose.lines[0].packed, loose.lines[0].to_follow) == ("", 0, 6, 4)
    pack_the_rest(desk, order_id)
    slips = packing_slips(desk.read, [order_id])
    said = [(slip.shipment, slip.parcels, slip.lines[0].packed, slip.lines[0].to_follow) for slip in slips]
    assert said == [("T01-900001-S1", 2, 6, 4), ("T01-900001-S2", 1, 4, 0)]
    assert [slip.weight_g for slip in slips] == [6 * product.weight_g, 4 * product.weight_g]


def test_slips_are_for_parcels_in_the_house_and_else_for_those_packed_last(desk: Desk, order_id: str) -> None:
    pack_the_rest(desk, order_id)
    for shipment, left in zip(shipments(desk, order_id), ("T01-900001-S2", "T01-900001-S2"), strict=True):
        desk.do(LoadShipment(site_id=SITE, shipment_id=shipment.id))
        assert [slip.shipment for slip in packing_slips(desk.read, [order_id])] == [left]
    assert packing_slips(desk.read, ["no such order"]) == []


def test_a_shipments_number_and_its_orders_lead_to_both(desk: Desk, order_id: str) -> None:
    pack_the_rest(desk, order_id)
    first, second = shipments(desk, order_id)
    for row in (first, second):
        assert queries.shipment_by_number(desk.read, SITE, row.number) == (row.id, row.route_id)
        assert queries.order_by_number(desk.read, SITE, row.number) == order_id
    assert queries.order_by_number(desk.read, SITE, "T01-900001") == order_id
    desk.do(LoadShipment(site_id=SITE, shipment_id=first.id))
    found = queries.shipment_by_number(desk.read, SITE, "T01-900001")
    assert found is not None
    assert found[0] == second.id, "the one that still waits to be loaded"
    assert queries.order_by_number(desk.read, SITE, "T01-777777") is None
