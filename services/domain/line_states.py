"""The life of an order line: open, reserved, allocated, picked, consumed; or backordered, or cancelled."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from services.domain.line_quantities import LineQuantities
from services.domain.state_machine import follow, possible


class LineState(StrEnum):
    """How far an order line has come."""

    OPEN = "open"
    RESERVED = "reserved"
    ALLOCATED = "allocated"
    PICKED = "picked"
    CONSUMED = "consumed"
    BACKORDERED = "backordered"
    CANCELLED = "cancelled"


class LineEvent(StrEnum):
    """What moves an order line on."""

    RESERVE = "reserve"
    ALLOCATE = "allocate"
    UNALLOCATE = "unallocate"
    PICK = "pick"
    PUT_BACK = "put_back"
    SHORT = "short"
    REALLOCATE = "reallocate"
    BACKORDER = "backorder"
    DEPART = "depart"
    CANCEL = "cancel"


S, E = LineState, LineEvent

TRANSITIONS: Final[Mapping[LineEvent, Mapping[LineState, LineState]]] = {
    E.RESERVE: {S.OPEN: S.RESERVED, S.BACKORDERED: S.RESERVED},
    E.ALLOCATE: {S.RESERVED: S.ALLOCATED},
    E.UNALLOCATE: {S.ALLOCATED: S.RESERVED},
    E.PICK: {S.ALLOCATED: S.PICKED},
    E.PUT_BACK: {S.PICKED: S.ALLOCATED},
    # A short leaves the missing part open until it is allocated elsewhere or backordered.
    E.SHORT: {S.ALLOCATED: S.OPEN},
    E.REALLOCATE: {S.OPEN: S.ALLOCATED, S.BACKORDERED: S.ALLOCATED},
    E.BACKORDER: {S.OPEN: S.BACKORDERED, S.RESERVED: S.BACKORDERED, S.ALLOCATED: S.BACKORDERED},
    E.DEPART: {S.PICKED: S.CONSUMED},
    E.CANCEL: {state: S.CANCELLED for state in (S.OPEN, S.RESERVED, S.ALLOCATED, S.PICKED, S.BACKORDERED)},
}


def advance(current: str, event: str) -> LineState:
    """The line's next state. Raises RuleViolation `wrong_state` where the table has no such step."""
    return follow("order line", TRANSITIONS, LineState(current), LineEvent(event))


def possible_events(current: str) -> list[str]:
    """What can happen to a line in this state."""
    return possible(TRANSITIONS, LineState(current))


def line_state(quantities: LineQuantities, *, tried: bool = True) -> LineState:
    """The state that a line has by its quantities.

    A line that is partly promised shows how far the promised part has come; its backorder is
    `quantities.unfilled`. `tried`: stock has been looked for, so an unfilled line waits (backordered)
    instead of being open.
    """
    if quantities.ordered <= quantities.cancelled:
        return S.CANCELLED
    if quantities.reserved > 0:
        if quantities.picked == quantities.reserved:
            return S.PICKED
        return S.ALLOCATED if quantities.allocated == quantities.reserved else S.RESERVED
    if quantities.unfilled > 0:
        return S.BACKORDERED if tried else S.OPEN
    return S.CONSUMED
