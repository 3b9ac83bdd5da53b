"""The names in the small warehouse of tests/server/warehouse.py, for whoever must not wait for a server's imports."""

from __future__ import annotations

from services.commands import NewLine, PlaceOrder

SITE = "site-1"
OTHER_SITE = "site-2"
CUSTOMER = "cust-1"


def product_id(number: int) -> str:
    return f"prod-{number}"


def bin_id(site: str, number: int) -> str:
    return f"{site}-bin-{(number - 1) % 10 + 1}"


def order(
    order_id: str, *lines: tuple[str, int], site: str = SITE, number: str = "", shortfall: str = "backorder"
) -> PlaceOrder:
    """An order of (product, quantity) lines."""
    return PlaceOrder(
        site_id=site,
        order_id=order_id,
        number=number or f"T01-{order_id}",
        customer_id=CUSTOMER,
        lines=tuple(
            NewLine(line_id=f"{order_id}-{position}", product_id=product, quantity=quantity, price_minor=100)
            for position, (product, quantity) in enumerate(lines, start=1)
        ),
        currency="GBP",
        on_shortfall=shortfall,  # type: ignore[arg-type]
    )
