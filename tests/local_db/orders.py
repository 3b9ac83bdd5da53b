"""Commands as tests give them."""

from __future__ import annotations

from typing import Any

from local_db import Desk
from services.commands import NewLine, PlaceOrder
from tests.helpers.books import SITE


def new_order(desk: Desk, *lines: tuple[str, int], **fields: Any) -> PlaceOrder:
    """An order of (product, quantity) lines with ids of its own."""
    return PlaceOrder(
        **{
            "site_id": SITE,
            "order_id": desk.new_id(),
            "number": desk.next_order_number(),
            "customer_id": "cust-1",
            "currency": "GBP",
            "lines": tuple(
                NewLine(line_id=desk.new_id(), product_id=product, quantity=quantity, price_minor=100)
                for product, quantity in lines
            ),
            **fields,
        }
    )
