"""The life of an order line: open, reserved, allocated, picked, consumed; or backordered, or cancelled."""

from enum import StrEnum

from services.domain.line_quantities import LineQuantities


class LineState(StrEnum):
    """How far an order line has come."""

    OPEN = "open"
    RESERVED = "reserved"
    ALLOCATED = "allocated"
    PICKED = "picked"
    CONSUMED = "consumed"
    BACKORDERED = "backordered"
    CANCELLED = "cancelled"


S = LineState


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
