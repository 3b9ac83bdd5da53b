"""Packing: picked goods go into parcels, and may come out again before they leave."""

from __future__ import annotations

from services import commands as c
from services.storage.tables import Order, Shipment
from tests.helpers.books import SITE, Books
from tests.helpers.floor import load, pack, pick_all, receive, shipment, was_contradicted


def test_packing_a_picked_order_says_in_how_many_parcels_it_goes(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    assert pack(stocked, order_id, parcels=2).parcels == 2
    assert stocked.get(Order, order_id).status == "packed"


def test_packing_an_order_of_which_nothing_is_picked_changes_nothing_and_asks_for_a_look(
    stocked: Books,
) -> None:
    order_id = stocked.order(("prod-1", 3))
    effect = stocked.do(c.PackOrder(site_id=SITE, order_id=order_id))
    assert was_contradicted(stocked, effect, stocked.get(Order, order_id))
    assert stocked.get(Order, order_id).status == "allocated"
    assert shipment(stocked, order_id).parcels == 0


def test_parcels_packed_while_more_was_promised_meanwhile_still_count(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 16))
    pick_all(stocked, order_id)
    receive(stocked, "prod-1", "A-01-01-1", 1)
    assert stocked.get(Order, order_id).status == "picking"
    assert stocked.must(c.PackOrder(site_id=SITE, order_id=order_id)).status == "applied"
    assert shipment(stocked, order_id).parcels == 1
    assert stocked.get(Order, order_id).status == "picking", "one unit is still to be picked"


def test_a_held_order_that_was_packed_all_the_same_is_packed_when_it_is_resumed(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    pick_all(stocked, order_id)
    stocked.must(c.HoldOrder(site_id=SITE, order_id=order_id, reason="credit"))
    stocked.must(c.PackOrder(site_id=SITE, order_id=order_id))
    assert stocked.get(Order, order_id).status == "on_hold"
    stocked.must(c.ResumeOrder(site_id=SITE, order_id=order_id))
    assert stocked.get(Order, order_id).status == "packed"


def test_an_opened_order_is_picked_again_and_has_no_parcels(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    row = pack(stocked, order_id)
    stocked.must(c.UnpackOrder(site_id=SITE, order_id=order_id))
    assert stocked.get(Order, order_id).status == "picked"
    assert stocked.get(Shipment, row.id).parcels == 0


def test_an_order_on_a_vehicle_is_not_opened(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    load(stocked, order_id)
    effect = stocked.do(c.UnpackOrder(site_id=SITE, order_id=order_id))
    assert was_contradicted(stocked, effect, stocked.get(Order, order_id))
    assert stocked.get(Order, order_id).status == "packed"
    assert shipment(stocked, order_id).parcels == 1
