"""An order's state, as it follows from its lines."""

from __future__ import annotations

from collections.abc import Sequence

from services.domain.order_states import FINAL, OrderState, order_state_from_lines
from services.handlers.parcels import all_packed
from services.handlers.promises import quantities_of
from services.handlers.work import Work
from services.storage.tables import Order, OrderLine

RELEASED = (OrderState.PICKING, OrderState.PICKED, OrderState.PACKED)


def lines_of(work: Work, order_id: str) -> list[OrderLine]:
    """An order's lines by their position."""
    return sorted(work.find(OrderLine, order_id=order_id), key=lambda line: line.position)


def refresh_order(
    work: Work,
    order: Order,
    lines: Sequence[OrderLine] | None = None,
    *,
    released: bool = False,
) -> Order:
    """Write the state that an order has by its lines. ``released``: its tasks have gone to the floor just now."""
    lines = lines_of(work, order.id) if lines is None else lines
    state = order_state_from_lines(
        order.status,
        [quantities_of(line) for line in lines],
        released=released or order.status in RELEASED,
        packed=all_packed(work, order.id, lines),
    )
    if state == order.status:
        return order
    over = state in FINAL and order.closed_at is None
    return work.change(
        order, status=state.value, closed_at=work.context.received_at if over else order.closed_at
    )
