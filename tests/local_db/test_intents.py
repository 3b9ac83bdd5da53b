"""What a command was meant to do can be told from its stored bytes, also when it left no row behind."""

from __future__ import annotations

from local_db import Desk
from local_db.queries.intents import intent_of
from services.commands import CustomerFields, SaveCustomer, ShortPick
from services.commands.codec import encode_args
from tests.helpers.books import SITE
from tests.local_db.orders import new_order


def _told(desk: Desk, args: bytes) -> list[tuple[str, str]]:
    return [(said.title, said.value) for said in intent_of(desk.read, args)]


def test_an_order_is_told_by_its_customer_and_its_lines(desk: Desk) -> None:
    order = new_order(desk)
    told = _told(desk, encode_args(order))
    name = desk.read.value("SELECT name FROM customer WHERE id = ?", (order.customer_id,))
    assert ("Customer", name) in told
    assert ("Number", order.number) in told
    for line in order.lines:
        sku = desk.read.value("SELECT sku FROM product WHERE id = ?", (line.product_id,))
        assert (sku, f"{line.quantity} units") in told


def test_an_edit_is_told_field_by_field_with_what_was_seen(desk: Desk) -> None:
    edit = SaveCustomer(
        customer_id="nobody", expected=CustomerFields(city="Ely"), values=CustomerFields(city="York", street="1 High St")
    )  # fmt: skip
    assert _told(desk, encode_args(edit)) == [("Street", "1 High St"), ("City", "Ely → York")]


def test_a_fact_about_rows_that_are_not_here_still_says_how_many_and_why(desk: Desk) -> None:
    short = ShortPick(
        site_id=SITE, task_id="t", order_id="o", line_id="l", product_id="p", location_id="b", found=1, reason="too_few"
    )  # fmt: skip
    assert _told(desk, encode_args(short)) == [("Found", "1"), ("Reason", "too few")]
