"""The actions on orders that exist: which can be done with those selected, and what each does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders.deeds import OrderDeeds
from desktop_app.panels.orders.marked import MarkedOrder
from desktop_app.printing import Paper, print_out
from local_db.queries.order_queries import OrderListRow
from services.domain.order_states import BEFORE_SHIPPING, possible_events

_READY: Final = frozenset(
    {"picked", "packed", "partially_shipped", "shipped", "delivered", "closed", "returned"}
)
Chosen = Callable[[], Sequence[OrderListRow]]


def bind_order_actions(context: PanelContext, chosen: Chosen, deeds: OrderDeeds, marked: MarkedOrder) -> None:
    """Bind them. ``chosen()`` are the selected orders, none while one is being entered."""
    actions = context.actions

    def all_can(event: str) -> bool:
        rows = chosen()
        return bool(rows) and all(event in possible_events(row.status) for row in rows)

    def one_changes() -> bool:
        rows = chosen()
        return len(rows) == 1 and rows[0].status in ("draft", "on_hold", *BEFORE_SHIPPING)

    def waits(row: OrderListRow) -> bool:
        return bool(row.backordered) and row.status != "on_hold"

    for event in ("hold", "resume", "cancel", "release", "close", "confirm"):
        actions.when(f"order_{event}", partial(all_can, event))
    actions.when("order_selected", lambda: bool(chosen()), "Choose an order first.")
    actions.when("order_change", one_changes, "Choose one order that can still be changed.")
    actions.when("order_line", lambda: len(chosen()) == 1 and marked.line is not None, "Mark a line first.")
    actions.when("order_line_change", lambda: one_changes() and marked.line is not None,
                 "Mark a line of an order that can still be changed.")  # fmt: skip
    actions.when("order_retry", lambda: bool(chosen()) and all(waits(row) for row in chosen()))
    actions.bind_all(
        {
            "order.edit": marked.change_fields,
            "order.quantity": marked.change_quantity,
            "order.holders": marked.ask_holders,
            "order.hold": lambda: deeds.hold(chosen()),
            "order.resume": lambda: deeds.resume(chosen()),
            "order.cancel": lambda: deeds.cancel(chosen()),
            "order.confirm": lambda: deeds.confirm(chosen()),
            "order.retry": lambda: deeds.retry(chosen()),
            "order.release": lambda: deeds.release(chosen()),
            "order.close": lambda: deeds.close(chosen()),
            "order.pick_list": lambda: print_out(context, _paper("pick_list", chosen())),
            "order.packing_slip": lambda: print_out(context, _paper("packing_slip", chosen())),
        }
    )


def paper_of(rows: Sequence[OrderListRow]) -> Paper:
    """What is still to be picked has a pick list; what lies ready goes with its packing slip."""
    return _paper("packing_slip" if all(row.status in _READY for row in rows) else "pick_list", rows)


def _paper(kind: str, rows: Sequence[OrderListRow]) -> Paper:
    return Paper(kind, [row.id for row in rows])
