"""The columns and filters of the order list, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from desktop_app.panels.orders.words import CHANNELS, STATUSES, day_in_words, status_of
from desktop_app.themes.tokens import Tone
from desktop_app.widgets.chips import Filter
from desktop_app.widgets.columns import Column, mark_column
from local_db.queries.order_queries import OrderFilter, OrderListRow
from services.domain.order_states import OPEN

FILTERS: Final = (
    Filter("status", "Status", [(state, words[0]) for state, words in STATUSES.items()], several=True),
    Filter("channel", "Channel", list(CHANNELS.items()), several=True),
    Filter("customer", "Customer"),
    Filter("open", "Open", [(True, "Open")]),
    Filter("late", "Late", [(True, "Late")]),
    Filter("mine", "Mine", [(True, "Mine")]),
)


def filter_of(
    chips: Mapping[str, Any], *, site_id: str, customer_id: str, text: str, actor_id: str, today: str
) -> OrderFilter:
    """What the chips, the chosen customer and the search field ask for, as one filter."""
    statuses = tuple(chips.get("status", ()))
    if chips.get("open"):
        still = {state.value for state in OPEN}
        statuses = tuple(state for state in statuses or STATUSES if state in still) or ("none",)
    return OrderFilter(
        site_id=site_id,
        statuses=statuses,
        channels=tuple(chips.get("channel", ())),
        customer_id=customer_id,
        placed_by=actor_id if chips.get("mine") else "",
        late_on=today if chips.get("late") else "",
        text=text,
    )


def is_late(row: OrderListRow, today: date) -> bool:
    """Whether its due day has passed and it is still here."""
    gone = ("shipped", "partially_shipped", "delivered", "closed", "cancelled", "returned")
    return bool(row.due_on) and row.due_on < today.isoformat() and row.status not in gone


def list_columns(today: Callable[[], date]) -> Sequence[Column]:
    """The columns; ``today()`` is the day at the site."""

    def due_tone(row: OrderListRow) -> Tone | None:
        return "danger" if is_late(row, today()) else None

    def due(row: OrderListRow) -> str:
        return (
            f"{day_in_words(row.due_on, today())}, late"
            if is_late(row, today())
            else day_in_words(row.due_on, today())
        )

    return (
        mark_column(lambda row: row.mark),
        Column("number", "Order", lambda row: row.number, width=118, strong=True),
        Column("customer", "Customer", lambda row: row.customer_name, width=190, stretch=True),
        Column("city", "Town", lambda row: row.city, width=110, quiet=True, sortable=False, yields=4),
        Column("status", "Status", lambda row: status_of(row.status), "pill", width=132),
        Column("ready", "Picked", lambda row: (row.ready, row.wanted) if row.wanted else None, "bar", width=92,
               sortable=False, yields=2, tip=lambda row: f"{row.ready:,} of {row.wanted:,} units picked"),
        Column("backordered", "Waiting", lambda row: row.backordered or None, "number", width=70, sortable=False,
               tone=lambda row: "warning" if row.backordered else None, tip=lambda row: "Units on backorder", hidden=True),
        Column("lines", "Lines", lambda row: row.lines, "number", width=58, sortable=False, quiet=True, yields=3),
        Column("total", "Total", lambda row: (row.total_minor, row.currency), "money", width=92),
        Column("due_on", "Due", due, width=102, tone=due_tone),
        Column("priority", "Priority", lambda row: row.priority, "number", width=72, hidden=True),
        Column("channel", "Channel", lambda row: CHANNELS.get(row.channel, row.channel), width=80, hidden=True),
        Column("placed_by", "Placed by", lambda row: row.placed_by_name, width=110, quiet=True, sortable=False, hidden=True),
        Column("placed_at", "Placed", lambda row: row.placed_at, "age", width=70, yields=1),
    )  # fmt: skip
