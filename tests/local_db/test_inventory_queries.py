"""The stock list: what its filters mean, its pages by key, its indexes, its trends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from local_db.desk import Desk
from local_db.queries import inventory_queries
from local_db.queries.inventory_queries import (
    ORDERS,
    InventoryFilter,
    InventoryRow,
    categories,
    inventory_count,
    inventory_page,
    page_statement,
)
from local_db.queries.stock_story_queries import (
    bin_content,
    bin_count,
    bin_page,
    counts_open,
    open_count,
    product_of,
    product_story,
)
from services.commands import AdjustStock, CountStock, HoldStock, ReceiveStock, RequestCount
from services.domain.stock_rules import Band, band, is_low
from services.storage.tables import Product
from tests.helpers.warehouse_desk import SITE, warehouse_desk

DAY = 86_400_000
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"shows": ("low",)},
    {"shows": ("out",)},
    {"shows": ("held",)},
    {"shows": ("backordered",)},
    {"shows": ("low", "backordered")},
    {"bands": ("red",)},
    {"bands": ("yellow",)},
    {"bands": ("green",)},
    {"bands": ("red", "green")},
    {"categories": ("Oak Tray",)},
    {"categories": ("Oak Tray", "Clay Pot"), "bands": ("green",)},
    {"text": "oak"},
    {"text": "oak", "shows": ("low",)},
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("inventory")
    with warehouse_desk(folder, products=160, orders=40) as made:
        for n in (1, 2, 3, 40, 41):
            lies = made.read.stock(site_id=SITE, product_id=f"prod-{n:04d}")[0]
            made.do(
                HoldStock(
                    site_id=SITE,
                    product_id=lies.product_id,
                    location_id=lies.location_id,
                    quantity=1,
                    reason="damaged",
                )
            )
        yield made


def all_rows(
    desk: Desk, wanted: InventoryFilter, order: str = "sku", descending: bool = False
) -> list[InventoryRow]:
    return inventory_page(desk.read, wanted, limit=10_000, order=order, descending=descending)


def means(row: InventoryRow, wanted: dict[str, Any]) -> bool:
    """What a filter means, said again without SQL."""
    shows = {
        "low": is_low(row.available, row.reorder_point),
        "out": row.available <= 0,
        "held": row.held > 0,
        "backordered": row.backordered > 0,
    }
    return (
        all(shows[each] for each in wanted.get("shows", ()))
        and (not wanted.get("bands") or band(row.available, row.reorder_point).value in wanted["bands"])
        and (not wanted.get("categories") or row.category in wanted["categories"])
        and wanted.get("text", "") in row.name.lower()
    )


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_a_filter_lets_through_what_it_says_and_the_count_agrees(desk: Desk, wanted: dict[str, Any]) -> None:
    # A search also finds what was never stocked here.
    known = all_rows(desk, InventoryFilter(SITE, text="hf0" if "text" in wanted else ""))
    expected = {row.id for row in known if means(row, wanted)}
    found = all_rows(desk, InventoryFilter(SITE, **wanted))
    assert {row.id for row in found} == expected
    assert expected
    assert inventory_count(desk.read, InventoryFilter(SITE, **wanted)) == len(expected)


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_by_key_join_to_the_whole_list(
    desk: Desk, wanted: dict[str, Any], order: str, descending: bool
) -> None:
    asked = InventoryFilter(SITE, **wanted)
    whole = all_rows(desk, asked, order, descending)
    joined: list[InventoryRow] = []
    while page := inventory_page(
        desk.read, asked, limit=7, after=joined[-1] if joined else None, order=order, descending=descending
    ):
        joined += page
    assert joined == whole
    values = [(getattr(row, order), row.id) for row in whole]
    assert values == sorted(values, reverse=descending)


def test_a_page_by_number_is_the_same_as_the_page_by_key(desk: Desk) -> None:
    whole = all_rows(desk, InventoryFilter(SITE))
    assert inventory_page(desk.read, InventoryFilter(SITE), limit=10, offset=50) == whole[50:60]


def test_a_search_finds_also_what_was_never_stocked_here(desk: Desk) -> None:
    stocked = {row.id for row in all_rows(desk, InventoryFilter(SITE))}
    never = next(
        product
        for product in desk.read.rows("SELECT * FROM product ORDER BY sku", (), Product)
        if product.id not in stocked
    )
    assert [row.id for row in all_rows(desk, InventoryFilter(SITE, text=never.sku))] == [never.id]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("all_stocked", [False, True])
def test_a_far_jump_lands_where_walking_there_does(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, order: str, descending: bool, all_stocked: bool
) -> None:
    monkeypatch.setattr(inventory_queries, "_FAR", 10)
    if all_stocked:
        # Every product of the catalogue has a level once each has been received here.
        stocked = {row.id for row in all_rows(desk, InventoryFilter(SITE))}
        for product_id in desk.read.values("SELECT id FROM product"):
            if product_id not in stocked:
                desk.do(
                    ReceiveStock(site_id=SITE, product_id=product_id, location_id="loc-REC-1", quantity=1)
                )
    whole = all_rows(desk, InventoryFilter(SITE), order, descending)
    page = inventory_page(
        desk.read, InventoryFilter(SITE), limit=20, offset=60, order=order, descending=descending
    )
    assert page == whole[60:80]


@pytest.mark.parametrize(
    ("wanted", "order", "index"),
    [
        ({}, "sku", "USING COVERING INDEX ix_read_product_sku (sku>?)"),
        ({}, "name", "USING INDEX ix_product_name (name>?)"),
        ({}, "available", "USING COVERING INDEX ix_read_level_available (site_id=? AND <expr>>?)"),
        (
            {"categories": ("Oak Tray",)},
            "sku",
            "USING COVERING INDEX ix_read_product_category (category=? AND sku>?)",
        ),
        (
            {"bands": ("green",)},
            "sku",
            "USING INDEX ix_stock_level_site_id_product_id (site_id=? AND product_id=?)",
        ),
        ({"shows": ("low",)}, "sku", "USING COVERING INDEX ix_read_level_available (site_id=? AND <expr><?)"),
        ({"shows": ("out",)}, "available", "ix_read_level_available (site_id=? AND <expr>>? AND <expr><?)"),
        ({"shows": ("held",)}, "sku", "USING INDEX ix_read_level_held (site_id=?)"),
        ({"shows": ("backordered",)}, "sku", "USING INDEX ix_read_level_backordered (site_id=?)"),
    ],
    ids=str,
)
def test_a_list_is_read_along_an_index_from_where_the_page_before_ended(
    desk: Desk, wanted: dict[str, Any], order: str, index: str
) -> None:
    after = all_rows(desk, InventoryFilter(SITE))[5]
    sql, params = page_statement(
        desk.read, InventoryFilter(SITE, **wanted), limit=50, after=after, order=order
    )
    plan = [row[3] for row in desk.read.tuples(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert any(index in step for step in plan), plan
    assert not any(step.startswith("SCAN") and "page" not in step and "found" not in step for step in plan), (
        plan
    )


def test_counting_a_site_reads_one_index_only(desk: Desk) -> None:
    plan = desk.read.tuples("EXPLAIN QUERY PLAN SELECT count(*) FROM stock_level WHERE site_id = ?", (SITE,))
    assert [step for *_rest, step in plan if "COVERING INDEX" in step]


def test_another_site_has_no_stock_here(desk: Desk) -> None:
    assert all_rows(desk, InventoryFilter("site-2")) == []
    assert inventory_count(desk.read, InventoryFilter("site-2")) == 0


def test_the_band_of_a_row_is_the_domains() -> None:
    row = InventoryRow("p", "s", "n", "", "ea", 0, 0, 0, 0, 60, 0, 0, 80, 0, False, False, True, False)
    assert row.band is Band.RED


def test_the_trend_ends_with_what_is_on_hand_and_steps_by_the_movements(tmp_path: Path) -> None:
    with warehouse_desk(tmp_path, products=12, orders=1) as desk:
        now = time.time_ns() // 1_000_000
        lies = desk.read.stock(site_id=SITE, product_id="prod-0003")[0]
        where = {"site_id": SITE, "product_id": "prod-0003", "location_id": lies.location_id}
        before = inventory_page(desk.read, InventoryFilter(SITE, text="HF0003"), now=now)[0]
        desk.do(AdjustStock(**where, delta=-3, reason="lost"))
        after = inventory_page(
            desk.read, InventoryFilter(SITE, text="HF0003"), now=time.time_ns() // 1_000_000
        )[0]
        assert len(after.trend) == 30
        assert after.trend[0] == 0  # nothing had been received thirty days ago
        assert (before.trend[-1], after.trend[-1]) == (before.on_hand, before.on_hand - 3)
        assert sum(step - last for last, step in pairwise(after.trend)) == after.on_hand
        assert after.provisional
        assert not before.provisional


def test_without_a_time_no_trend_is_read(desk: Desk) -> None:
    assert {row.trend for row in all_rows(desk, InventoryFilter(SITE))} == {()}


def test_categories_are_those_of_the_catalogue_in_order(desk: Desk) -> None:
    found = categories(desk.read)
    assert found == sorted({row.category for row in all_rows(desk, InventoryFilter(SITE))})


def test_a_products_story_has_its_bins_its_movements_and_who_holds_it(desk: Desk) -> None:
    story = product_story(desk.read, SITE, "prod-0001", now=time.time_ns() // 1_000_000)
    assert story is not None
    assert sum(each.on_hand for each in story.bins) == story.row.on_hand
    assert {each.status for each in story.bins} == {"good", "held"}
    assert [each.at for each in story.movements] == sorted(
        (each.at for each in story.movements), reverse=True
    )
    assert story.movements[0].kind == "hold"
    assert sum(each.quantity for each in story.holders if not each.waits) == story.row.reserved
    assert story.barcodes[0].product_id == "prod-0001"


def test_a_product_nobody_knows_has_no_story(desk: Desk) -> None:
    assert product_story(desk.read, SITE, "no-such", now=0) is None


def test_a_product_is_found_by_sku_and_by_its_gtin_in_any_length(desk: Desk) -> None:
    by_sku = product_of(desk.read, "hf0004")
    assert by_sku is not None
    for form in (by_sku[0].gtin, f"0{by_sku[0].gtin}"):
        found = product_of(desk.read, form)
        assert found is not None
        assert found[0].id == by_sku[0].id
    assert product_of(desk.read, "no such") is None


def test_bins_page_by_code_and_their_content_adds_up(desk: Desk) -> None:
    whole = bin_page(desk.read, SITE, limit=10_000)
    assert len(whole) == bin_count(desk.read, SITE)
    joined = bin_page(desk.read, SITE, limit=100)
    while page := bin_page(desk.read, SITE, limit=100, after=joined[-1]):
        joined += page
    assert joined == whole
    full = max(whole, key=lambda each: each.units)
    assert sum(each.on_hand for each in bin_content(desk.read, full.id)) == full.units
    assert next(each.code for each in bin_page(desk.read, SITE, "01-02-1")) == "A-01-02-1"


def test_counts_that_wait_are_listed_with_their_variance(tmp_path: Path) -> None:
    with warehouse_desk(tmp_path, products=12, orders=1) as desk:
        lies = desk.read.stock(site_id=SITE, product_id="prod-0002")[0]
        where = {"site_id": SITE, "product_id": "prod-0002", "location_id": lies.location_id}
        assert open_count(desk.read, lies.location_id, "prod-0002", "") == ""
        desk.do(RequestCount(**where))
        (queued,) = counts_open(desk.read, SITE)
        assert (queued.status, queued.variance) == ("queued", None)
        assert open_count(desk.read, lies.location_id, "prod-0002", "") == queued.id
        desk.do(CountStock(**where, count_id=queued.id, counted=lies.on_hand + 4))
        (counted,) = counts_open(desk.read, SITE)
        assert (counted.status, counted.variance) == ("counted", 4)
        assert counted.value == 4 * counted.price_minor


def test_a_receipt_shows_at_once_and_as_provisional(tmp_path: Path) -> None:
    with warehouse_desk(tmp_path, products=12, orders=1) as desk:
        desk.do(ReceiveStock(site_id=SITE, product_id="prod-0001", location_id="loc-REC-1", quantity=9))
        (row,) = all_rows(desk, InventoryFilter(SITE, text="HF0001"))
        assert row.provisional
        assert [each.location_code for each in bin_content(desk.read, "loc-REC-1")] == ["REC-1"]
