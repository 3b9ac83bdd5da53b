"""The first rows of the list of orders, before the panel is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from desktop_app.first_rows import Asked
from desktop_app.panels.orders.list_columns import filter_of, list_columns
from desktop_app.widgets.columns import Column
from local_db.queries.order_queries import OrderListRow, order_page


def columns(asked: Asked) -> Sequence[Column]:
    """The columns of the list."""
    return list_columns(lambda: _today(asked))


def rows(asked: Asked) -> Sequence[OrderListRow] | None:
    """The rows, newest first where nothing else is asked for; None where an order is gone on with."""
    if asked.state.get("entry"):
        return None
    customer = asked.state.get("customer")
    wanted = filter_of(
        asked.state.get("chips") or {},
        site_id=asked.site_id,
        customer_id=str(customer[0]) if customer else "",
        text="",
        actor_id=asked.actor_id,
        today=_today(asked).isoformat(),
    )
    order, descending = asked.order or ("placed_at", True)
    return order_page(asked.reader, wanted, limit=asked.limit, order=order, descending=descending)


def _today(asked: Asked) -> date:
    return datetime.fromtimestamp(asked.now / 1000, UTC).astimezone(ZoneInfo(asked.zone)).date()
