"""The life of an order, from draft to closed, and how it follows from the quantities of its lines."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from services.domain.line_quantities import LineQuantities
from services.domain.refusals import refuse
from services.domain.state_machine import follow, possible


class OrderState(StrEnum):
    """How far an order has come. Cancelled and returned are its other ends."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    ALLOCATED = "allocated"
    PARTIALLY_ALLOCATED = "partially_allocated"
    BACKORDERED = "backordered"
    PICKING = "picking"
    PICKED = "picked"
    PACKED = "packed"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CLOSED = "closed"
    ON_HOLD = "on_hold"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class OrderEvent(StrEnum):
    """What moves an order on. The three outcomes of reserving are events of their own."""

    CONFIRM = "confirm"
    RESERVE_ALL = "reserve_all"
    RESERVE_SOME = "reserve_some"
    RESERVE_NONE = "reserve_none"
    RELEASE = "release"
    RECALL = "recall"
    FINISH_PICKING = "finish_picking"
    REOPEN_PICKING = "reopen_picking"
    PACK = "pack"
    UNPACK = "unpack"
    SHIP = "ship"
    SHIP_PART = "ship_part"
    DELIVER = "deliver"
    CLOSE = "close"
    HOLD = "hold"
    RESUME = "resume"
    CANCEL = "cancel"
    RETURN = "return"


S, E = OrderState, OrderEvent

BEFORE_PICKING: Final = (S.CONFIRMED, S.ALLOCATED, S.PARTIALLY_ALLOCATED, S.BACKORDERED)
BEFORE_SHIPPING: Final = (*BEFORE_PICKING, S.PICKING, S.PICKED, S.PACKED)
HAS_LEFT: Final = frozenset({S.PARTIALLY_SHIPPED, S.SHIPPED, S.DELIVERED, S.CLOSED, S.RETURNED})
FINAL: Final = frozenset({S.CANCELLED, S.RETURNED})
OPEN: Final = frozenset(set(OrderState) - {S.CANCELLED, S.RETURNED, S.CLOSED, S.DELIVERED})
"""States in which somebody still has work to do."""

TRANSITIONS: Final[Mapping[OrderEvent, Mapping[OrderState, OrderState]]] = {
    E.CONFIRM: {S.DRAFT: S.CONFIRMED},
    # Reserving is tried again when a receipt comes, and undone when a count shows that the stock never was
    # there.
    E.RESERVE_ALL: {state: S.ALLOCATED for state in BEFORE_PICKING},
    E.RESERVE_SOME: {state: S.PARTIALLY_ALLOCATED for state in BEFORE_PICKING},
    E.RESERVE_NONE: {state: S.BACKORDERED for state in BEFORE_PICKING},
    E.RELEASE: {S.ALLOCATED: S.PICKING, S.PARTIALLY_ALLOCATED: S.PICKING},
    E.RECALL: {S.PICKING: S.ALLOCATED},
    E.FINISH_PICKING: {S.PICKING: S.PICKED},
    E.REOPEN_PICKING: {S.PICKED: S.PICKING, S.PACKED: S.PICKING},
    E.PACK: {S.PICKED: S.PACKED},
    E.UNPACK: {S.PACKED: S.PICKED},
    E.SHIP: {S.PACKED: S.SHIPPED, S.PARTIALLY_SHIPPED: S.SHIPPED},
    E.SHIP_PART: {S.PACKED: S.PARTIALLY_SHIPPED, S.PARTIALLY_SHIPPED: S.PARTIALLY_SHIPPED},
    E.DELIVER: {S.SHIPPED: S.DELIVERED},
    E.CLOSE: {S.DELIVERED: S.CLOSED},
    E.HOLD: {state: S.ON_HOLD for state in BEFORE_SHIPPING},
    # The target of RESUME is the state before the hold; `advance` takes it as an argument.
    E.RESUME: {S.ON_HOLD: S.CONFIRMED},
    E.CANCEL: {state: S.CANCELLED for state in (S.DRAFT, *BEFORE_SHIPPING, S.ON_HOLD)},
    # Customers bring goods back after the books on the order are closed, too.
    E.RETURN: {state: S.RETURNED for state in (S.PARTIALLY_SHIPPED, S.SHIPPED, S.DELIVERED, S.CLOSED)},
}


def advance(current: str, event: str, *, held_from: str | None = None) -> OrderState:
    """The order's next state. `held_from` is the state before a hold, needed only by `resume`.

    Raises RuleViolation `wrong_state` where the table has no such step, and `already_shipped` for a cancel
    too late.
    """
    state, wanted = OrderState(current), OrderEvent(event)
    if wanted is E.CANCEL and state in HAS_LEFT:
        refuse("already_shipped", details=[{"thing": "order", "current": state.value}])
    target = follow("order", TRANSITIONS, state, wanted)
    if wanted is E.RESUME:
        if held_from is None or OrderState(held_from) not in BEFORE_SHIPPING:
            raise ValueError(
                f"an order on hold must remember a state from before shipping, got {held_from!r}"
            )
        return OrderState(held_from)
    return target


def possible_events(current: str) -> list[str]:
    """What can be done with an order in this state."""
    return possible(TRANSITIONS, OrderState(current))


def order_state_from_lines(
    current: str, lines: Iterable[LineQuantities], *, released: bool, packed: bool = False
) -> OrderState:
    """The state that an order has by what happened to its lines.

    `released`: its pick tasks have been let go to the floor. `packed`: what is picked is in cartons. A
    person's own decisions stay: a draft, an order on hold, a cancelled and a closed order keep their state.
    """
    state = OrderState(current)
    if state in (S.DRAFT, S.ON_HOLD, S.CANCELLED, S.CLOSED):
        return state
    total = LineQuantities.total(lines)
    wanted = total.ordered - total.cancelled
    if wanted <= 0:
        return S.CANCELLED
    if total.consumed > 0:
        return _after_departure(total, wanted)
    return _before_departure(total, wanted, released=released, packed=packed)


def _after_departure(total: LineQuantities, wanted: int) -> OrderState:
    if total.consumed < wanted:
        return S.PARTIALLY_SHIPPED
    if total.delivered + total.returned < wanted:
        return S.SHIPPED
    return S.DELIVERED if total.delivered > 0 else S.RETURNED


def _before_departure(total: LineQuantities, wanted: int, *, released: bool, packed: bool) -> OrderState:
    # What is short everywhere does not keep the rest waiting: all that can be picked being picked is picked.
    if total.picked > 0 and total.picked == total.reserved:
        return S.PACKED if packed else S.PICKED
    if total.reserved == 0:
        return S.BACKORDERED
    if released or total.picked > 0:
        return S.PICKING
    return S.ALLOCATED if total.reserved == wanted else S.PARTIALLY_ALLOCATED
