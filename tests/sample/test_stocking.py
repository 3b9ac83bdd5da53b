"""Stock that fits demand, in bins that fit the stock."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sample.curve_shape import lines_a_day
from services.sample.curves import MEASURED
from services.sample.generator.catalogue import make_catalogue
from services.sample.goods import Goods, goods_of_history, goods_of_sample
from services.sample.history import Article, HistoryLine, LineKind, gather_products
from services.sample.layout import SampleBin
from services.sample.replenishment import reorder_point, reorder_quantity
from services.sample.stocking import StockedBin, StockPlan, plan_stock

TODAY = date(2026, 5, 29)


class Stocked(msgspec.Struct, frozen=True):
    goods: dict[str, Goods]
    plan: StockPlan
    bins: dict[str, SampleBin]
    by_sku: dict[str, list[StockedBin]]

    def units(self, sku: str) -> int:
        return sum(entry.quantity for entry in self.by_sku[sku] if not entry.held_reason)


def stocked(goods: tuple[Goods, ...]) -> Stocked:
    plan = plan_stock(4, goods, TODAY)
    by_sku: dict[str, list[StockedBin]] = defaultdict(list)
    for entry in plan.stock:
        by_sku[entry.sku].append(entry)
    return Stocked({g.sku: g for g in goods}, plan, {b.code: b for b in plan.hall.bins}, by_sku)


@pytest.fixture(scope="module")
def sample() -> Stocked:
    products = make_catalogue(4, 2500, MEASURED)
    return stocked(goods_of_sample(products, sum(lines_a_day(MEASURED, MEASURED.orders_a_day))))


def test_every_product_has_a_pick_bin_of_its_own(sample: Stocked):
    slots = sample.plan.slots
    assert {slot.sku for slot in slots} == set(sample.goods)
    assert len({slot.bin_code for slot in slots}) == len(slots)
    assert {sample.bins[slot.bin_code].kind for slot in slots} == {"pick"}


def test_no_bin_holds_two_products_or_two_lots(sample: Stocked):
    held = Counter(entry.bin_code for entry in sample.plan.stock)
    assert set(held.values()) == {1}


def test_no_bin_is_fuller_than_it_can_be(sample: Stocked):
    for entry in sample.plan.stock:
        room = sample.bins[entry.bin_code].capacity_ml
        volume = sample.goods[entry.sku].volume_ml
        assert entry.quantity == 1 or entry.quantity * volume <= room, entry


def test_what_sells_best_is_walked_for_least(sample: Stocked):
    ranked = sorted(sample.plan.slots, key=lambda slot: -sample.goods[slot.sku].lines_a_day)
    effort = [sample.bins[slot.bin_code].effort_m for slot in ranked]
    tenth = len(effort) // 10
    assert sum(effort[:tenth]) / tenth < 0.4 * sum(effort[-tenth:]) / tenth
    by_lines = sum(
        sample.bins[slot.bin_code].effort_m * sample.goods[slot.sku].lines_a_day for slot in sample.plan.slots
    )
    assert by_lines / sum(goods.lines_a_day for goods in sample.goods.values()) < 0.7 * sum(effort) / len(
        effort
    )


def test_heavy_packs_lie_low(sample: Stocked):
    for slot in sample.plan.slots:
        goods = sample.goods[slot.sku]
        if goods.weight_g * goods.pack > 20_000:
            assert int(sample.bins[slot.bin_code].level) <= 2


def test_stock_fits_demand_with_some_low_and_some_out(sample: Stocked):
    units = {sku: sample.units(sku) for sku in sample.goods}
    out = [sku for sku, count in units.items() if count == 0]
    low = [sku for sku, g in sample.goods.items() if 0 < units[sku] <= reorder_point(g.units_a_day, g.pack)]
    assert 0.005 < len(out) / len(units) < 0.04
    assert 0.02 < len(low) / len(units) < 0.09
    enough = [sku for sku in units if sku not in set(out) | set(low)]
    for sku in enough:
        goods = sample.goods[sku]
        assert units[sku] > reorder_point(goods.units_a_day, goods.pack)
        assert units[sku] <= 95 * goods.units_a_day + 40 * goods.pack, sku


def test_fast_movers_turn_faster(sample: Stocked):
    cover: dict[str, list[float]] = defaultdict(list)
    for slot in sample.plan.slots:
        goods = sample.goods[slot.sku]
        if sample.units(slot.sku) and goods.units_a_day > 0:
            cover[slot.velocity].append(sample.units(slot.sku) / goods.units_a_day)
    median = {velocity: sorted(days)[len(days) // 2] for velocity, days in cover.items()}
    assert median["A"] < median["B"] < median["C"]
    assert 20 < median["A"] < 35


def test_the_lot_that_leaves_first_lies_at_hand(sample: Stocked):
    checked = 0
    for entries in sample.by_sku.values():
        lots = [entry for entry in entries if entry.lot and not entry.held_reason]
        face = [entry for entry in lots if sample.bins[entry.bin_code].kind == "pick"]
        if face and len(lots) > 1:
            checked += 1
            assert (face[0].expires_on, face[0].received_on) == min(
                (e.expires_on, e.received_on) for e in lots
            )
    assert checked > 50


def test_only_what_is_tracked_has_lots_and_only_what_expires_a_date(sample: Stocked):
    for entry in sample.plan.stock:
        goods = sample.goods[entry.sku]
        assert bool(entry.lot) == goods.lot_tracked
        assert bool(entry.expires_on) == (goods.shelf_life_days > 0)
        assert entry.received_on < TODAY.isoformat()
        assert not entry.expires_on or entry.expires_on > TODAY.isoformat()
    soon = [entry for entry in sample.plan.stock if entry.expires_on and entry.expires_on <= "2026-06-12"]
    assert soon, "something must be about to expire"


def test_some_stock_is_on_hold_in_receiving_with_a_reason(sample: Stocked):
    held = [entry for entry in sample.plan.stock if entry.held_reason]
    assert held
    assert {sample.bins[entry.bin_code].kind for entry in held} == {"receiving"}


@given(
    st.lists(
        st.builds(
            Goods,
            sku=st.uuids().map(str),
            lines_a_day=st.floats(0, 50),
            units_a_day=st.floats(0, 500),
            pack=st.sampled_from([1, 2, 12, 144]),
            weight_g=st.integers(1, 50_000),
            volume_ml=st.integers(1, 900_000),
            lot_tracked=st.booleans(),
            shelf_life_days=st.sampled_from([0, 5, 365]),
        ),
        min_size=1,
        max_size=40,
        unique_by=lambda goods: goods.sku,
    )
)
@settings(max_examples=60)
def test_any_goods_find_a_place(goods: list[Goods]):
    plan = plan_stock(1, goods, TODAY)
    assert len(plan.slots) == len(goods)
    assert all(entry.quantity > 0 for entry in plan.stock)
    assert set(Counter(entry.bin_code for entry in plan.stock).values()) <= {1}


def test_reorder_points_cover_the_time_until_more_arrives():
    assert reorder_point(10.0, 6) == 210
    assert reorder_point(0.0, 6) == 6
    assert reorder_quantity(10.0, 12) == 300
    assert reorder_quantity(0.0, 12) == 24


def test_goods_of_a_history_have_plausible_sizes_that_never_change():
    day = 86_400_000
    lines = [
        HistoryLine(
            "f",
            n,
            LineKind.SALE,
            Article.PRODUCT,
            str(n),
            f"A{n}",
            "MUG",
            6,
            n * day,
            Decimal(price),
            "7",
            "GB",
            "GBP",
        )
        for n, price in enumerate(("0.10", "2.55", "9.95", "195.00"), start=1)
    ]
    goods = {entry.sku: entry for entry in goods_of_history(gather_products(lines))}
    assert goods == {entry.sku: entry for entry in goods_of_history(gather_products(lines))}
    assert goods["A1"].volume_ml < goods["A3"].volume_ml < goods["A4"].volume_ml
    assert all(20 <= entry.volume_ml < 150_000 and 5 <= entry.weight_g < 40_000 for entry in goods.values())
    assert goods["A2"].units_a_day == 2.0
