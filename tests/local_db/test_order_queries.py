"""What the Orders panel asks: the list by filters and in pages, an order's story, who holds stock, what to order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_db.desk import Desk
from local_db.queries import order_entry_queries, order_queries, order_story_queries
from local_db.queries.order_queries import OrderFilter
from services.commands import CancelOrder, NewLine, PlaceOrder
from services.domain.barcodes import own_gtin13
from services.protocol.messages import NO_PATCHES, Outcome, PullResponse
from services.storage.tables import StockLevel
from tests.helpers.warehouse_desk import SITE, warehouse_desk

ALL = OrderFilter(site_id=SITE)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with warehouse_desk(tmp_path, products=120, orders=40) as desk:
        yield desk


def place(desk: Desk, *, product: str = "prod-0003", quantity: int = 2, **more: object) -> str:
    order_id = desk.new_id()
    desk.do(
        PlaceOrder(
            site_id=SITE,
            order_id=order_id,
            number=f"T01-9{len(desk.read.orders(limit=500)):05d}",
            customer_id="cust-001",
            currency="GBP",
            lines=(NewLine(line_id=desk.new_id(), product_id=product, quantity=quantity, price_minor=250),),
            **more,  # type: ignore[arg-type]
        )
    )
    return order_id


def test_pages_by_keyset_hold_every_order_once_in_every_order_of_the_list(desk: Desk) -> None:
    whole = order_queries.order_page(desk.read, ALL, limit=500)
    assert len(whole) == order_queries.order_count(desk.read, ALL) == 40
    for order in ("placed_at", "number", "status", "priority", "due_on", "total", "customer", "channel"):
        for descending in (False, True):
            found: list[str] = []
            after = None
            while page := order_queries.order_page(
                desk.read, ALL, limit=7, offset=len(found), after=after, order=order, descending=descending
            ):
                found += [row.id for row in page]
                after = page[-1]
            assert sorted(found) == sorted(row.id for row in whole), (order, descending)


def test_the_newest_order_stands_first(desk: Desk) -> None:
    order_id = place(desk)
    assert order_queries.order_page(desk.read, ALL, limit=1)[0].id == order_id


def test_a_row_counts_its_units_and_what_of_them_is_ready_or_waits(desk: Desk) -> None:
    order_id = place(desk, quantity=900)
    row = order_queries.order_page(desk.read, ALL, limit=1)[0]
    line = desk.read.order_lines(order_id)[0]
    assert (row.lines, row.wanted, row.ready, row.backordered) == (1, 900, 0, 900 - line.reserved)
    assert row.backordered > 0


def test_what_this_desk_did_alone_is_provisional_and_the_rest_is_not(desk: Desk) -> None:
    order_id = place(desk)
    marks = {row.id: row.mark for row in order_queries.order_page(desk.read, ALL, limit=500)}
    assert marks.pop(order_id) == "provisional"
    assert set(marks.values()) == {""}


def test_an_order_taken_for_less_waits_for_a_person(desk: Desk) -> None:
    order_id = place(desk, quantity=900)
    desk._replica.record_outcomes([Outcome(1, "adjusted", "backordered", "880 units are on backorder.", [])])
    row = order_queries.order_page(desk.read, ALL, limit=1)[0]
    assert (row.id, row.mark) == (order_id, "attention")
    story = order_story_queries.order_story(desk.read, order_id)
    assert story is not None
    assert [(each.status, each.message) for each in story.refusals] == [
        ("adjusted", "880 units are on backorder.")
    ]


def test_a_refused_order_leaves_no_story_but_its_refusal(desk: Desk) -> None:
    order_id = place(desk)
    refused = Outcome(1, "rejected", "insufficient_stock", "Not enough stock.", [])
    cursors = {"org": 2, f"site:{SITE}": 2}
    desk._replica.settle(
        PullResponse(patches=NO_PATCHES, more=False, cursors=cursors, last_n=1, outcomes=[refused])
    )
    assert order_story_queries.order_story(desk.read, order_id) is None
    refusals = order_story_queries.order_refusals(desk.read, order_id)
    assert [(each.command, each.status) for each in refusals] == [("PlaceOrder", "rejected")]


@pytest.mark.parametrize(
    "wanted",
    [
        OrderFilter(site_id=SITE, statuses=("backordered", "partially_allocated")),
        OrderFilter(site_id=SITE, channels=("shopify",)),
        OrderFilter(site_id=SITE, customer_id="cust-003"),
        OrderFilter(site_id=SITE, placed_by="user-clerk"),
        OrderFilter(site_id="elsewhere"),
    ],
)
def test_a_filter_lets_through_just_what_it_names(desk: Desk, wanted: OrderFilter) -> None:
    def fits(row: order_queries.OrderListRow) -> bool:
        return (
            (not wanted.statuses or row.status in wanted.statuses)
            and (not wanted.channels or row.channel in wanted.channels)
            and (not wanted.customer_id or row.customer_id == wanted.customer_id)
            and (not wanted.placed_by or row.placed_by == wanted.placed_by)
            and wanted.site_id == SITE
        )

    expected = {row.id for row in order_queries.order_page(desk.read, ALL, limit=500) if fits(row)}
    assert {row.id for row in order_queries.order_page(desk.read, wanted, limit=500)} == expected
    assert order_queries.order_count(desk.read, wanted) == len(expected)


def test_late_is_what_was_due_before_today_and_is_still_here(desk: Desk) -> None:
    late = place(desk, due_on="2026-03-01")
    gone = place(desk, due_on="2026-03-01")
    place(desk, due_on="2026-03-02")
    place(desk)
    desk.do(CancelOrder(site_id=SITE, order_id=gone, reason="Entered by mistake"))
    wanted = OrderFilter(site_id=SITE, late_on="2026-03-02")
    assert [row.id for row in order_queries.order_page(desk.read, wanted)] == [late]


def test_search_finds_a_number_by_any_part_and_a_customer_by_the_beginnings_of_words(desk: Desk) -> None:
    def found(text: str) -> set[str]:
        return {
            row.number
            for row in order_queries.order_page(desk.read, OrderFilter(site_id=SITE, text=text), limit=99)
        }

    assert found("000017") == found("t01-000017") == {"T01-000017"}
    names = {
        row.number
        for row in order_queries.order_page(desk.read, ALL, limit=99)
        if "Derby" in row.customer_name
    }
    assert names
    assert found("derb") == names
    assert found("%") == set()


def test_a_story_says_where_each_unit_of_a_line_is(desk: Desk) -> None:
    order_id = place(desk, quantity=900)
    story = order_story_queries.order_story(desk.read, order_id)
    assert story is not None
    (line,) = story.lines
    in_bins = sum(int(part.split(": ")[1]) for part in line.bins.split(", "))
    assert line.wanted == 900
    assert (in_bins, line.reserved + line.backordered) == (line.reserved, 900)
    assert line.provisional
    assert story.tasks.units == line.reserved
    assert story.tasks.provisional == story.tasks.tasks > 0
    assert story.customer is not None
    assert [event.kind for event in story.history][-1] == "order.placed"


def test_there_is_no_story_of_an_unknown_order(desk: Desk) -> None:
    assert order_story_queries.order_story(desk.read, "nobody") is None


def test_holders_are_those_with_promises_and_then_those_that_wait(desk: Desk) -> None:
    first, second = place(desk, quantity=900), place(desk, quantity=5)
    holders = order_story_queries.stock_holders(desk.read, SITE, "prod-0003")
    level = desk.read.value(
        "SELECT reserved FROM stock_level WHERE site_id = ? AND product_id = 'prod-0003'", (SITE,)
    )
    assert sum(each.quantity for each in holders if not each.waits) == level
    assert [each.waits for each in holders] == sorted(each.waits for each in holders)
    assert {first, second} <= {each.order_id for each in holders if each.waits}


def test_a_product_is_found_by_sku_name_and_barcode_with_what_is_free_of_it(desk: Desk) -> None:
    row = desk.read.rows("SELECT * FROM stock_level WHERE product_id = 'prod-0003'", (), StockLevel)[0]
    for text in ("HF0003", "hf0003", "brass hook sage", own_gtin13(1003)):
        hit = order_entry_queries.product_hits(desk.read, SITE, text)[0]
        assert (hit.sku, hit.available) == ("HF0003", row.available), text


def test_a_code_stands_for_its_product_in_every_length_of_its_gtin(desk: Desk) -> None:
    gtin = own_gtin13(1003)
    for code in (gtin, f"0{gtin}", "HF0003", "hf0003"):
        hit = order_entry_queries.product_of_code(desk.read, SITE, code)
        assert hit is not None
        assert (hit.sku, hit.pack) == ("HF0003", 1)
    assert order_entry_queries.product_of_code(desk.read, SITE, "HF9999") is None


def test_recent_customers_are_those_who_ordered_last(desk: Desk) -> None:
    place(desk)
    recent = order_entry_queries.recent_customers(desk.read, SITE, limit=5)
    assert recent[0].id == "cust-001"
    assert len({row.id for row in recent}) == len(recent) == 5


def test_orders_that_exist_are_told_from_those_that_do_not(desk: Desk) -> None:
    assert order_entry_queries.orders_exist(desk.read, ["order-0001", "never"]) == {"order-0001"}


def test_the_newest_page_is_read_through_an_index(desk: Desk) -> None:
    inner = 'SELECT o.rowid FROM "order" AS o ORDER BY o.placed_at DESC, o.id DESC LIMIT 200'
    plan = " ".join(str(row[-1]) for row in desk.read.tuples(f"EXPLAIN QUERY PLAN {inner}"))
    assert "ix_read_order_placed" in plan
    for sql, params in (
        (order_story_queries._LINES, ("x",)),
        (order_story_queries._SHIPMENTS, ("x",)),
        (order_story_queries._TASKS, ("x",)),
        (order_story_queries._HOLDERS, (SITE, "p", SITE, "p", 5)),
    ):
        steps = [str(row[-1]) for row in desk.read.tuples(f"EXPLAIN QUERY PLAN {sql}", params)]
        tables = [step for step in steps if step.startswith("SCAN") and not step.endswith((" x", " h"))]
        assert tables == [], steps


def test_an_order_that_is_not_one_of_the_lists_falls_back_to_the_newest_first(desk: Desk) -> None:
    strange = order_queries.order_page(
        desk.read, ALL, limit=9, order="id; DROP TABLE product", descending=False
    )
    assert strange == order_queries.order_page(desk.read, ALL, limit=9)
