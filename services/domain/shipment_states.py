"""The life of a shipment, from created to delivered, or failed, retried and returned."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from services.domain.state_machine import follow, possible


class ShipmentState(StrEnum):
    """How far a shipment has come."""

    CREATED = "created"
    ASSIGNED = "assigned"
    LOADED = "loaded"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class ShipmentEvent(StrEnum):
    """What moves a shipment on."""

    ASSIGN = "assign"
    UNASSIGN = "unassign"
    LOAD = "load"
    UNLOAD = "unload"
    DEPART = "depart"
    ARRIVE = "arrive"
    DELIVER = "deliver"
    FAIL = "fail"
    RETRY = "retry"
    RETURN = "return"
    RECEIVE = "receive"
    CANCEL = "cancel"


class FailReason(StrEnum):
    """Why a delivery did not happen, in the order of the keys 1-9 that choose it."""

    NOBODY_THERE = "nobody_there"
    REFUSED = "refused"
    WRONG_ADDRESS = "wrong_address"
    DAMAGED = "damaged"
    NO_ACCESS = "no_access"
    OUT_OF_TIME = "out_of_time"
    OTHER = "other"


S, E = ShipmentState, ShipmentEvent

TRANSITIONS: Final[Mapping[ShipmentEvent, Mapping[ShipmentState, ShipmentState]]] = {
    # Assigning again moves it to another vehicle or another place in a route.
    E.ASSIGN: {S.CREATED: S.ASSIGNED, S.ASSIGNED: S.ASSIGNED},
    E.UNASSIGN: {S.ASSIGNED: S.CREATED},
    E.LOAD: {S.ASSIGNED: S.LOADED},
    E.UNLOAD: {S.LOADED: S.ASSIGNED},
    E.DEPART: {S.LOADED: S.EN_ROUTE},
    E.ARRIVE: {S.EN_ROUTE: S.ARRIVED},
    E.DELIVER: {S.ARRIVED: S.DELIVERED},
    # A driver turns back before the door as well as at it.
    E.FAIL: {S.EN_ROUTE: S.FAILED, S.ARRIVED: S.FAILED},
    # The goods are still on the vehicle and in transit, so another try does not depart again.
    E.RETRY: {S.FAILED: S.EN_ROUTE},
    # What a customer sends back after delivery is in transit again until it is received.
    E.RETURN: {S.FAILED: S.RETURNING, S.DELIVERED: S.RETURNING},
    E.RECEIVE: {S.RETURNING: S.RETURNED},
    E.CANCEL: {S.CREATED: S.CANCELLED, S.ASSIGNED: S.CANCELLED, S.LOADED: S.CANCELLED},
}
WAITING: Final = frozenset({S.CREATED, S.ASSIGNED, S.LOADED})
"""States in which it has not left yet."""
IN_TRANSIT: Final = frozenset({S.EN_ROUTE, S.ARRIVED, S.FAILED, S.RETURNING})
"""States in which the units count as in_transit."""
OPEN: Final = frozenset(set(ShipmentState) - {S.DELIVERED, S.RETURNED, S.CANCELLED})
"""States in which somebody still has work to do."""


def advance(current: str, event: str) -> ShipmentState:
    """The shipment's next state. Raises RuleViolation `wrong_state` where the table has no such step."""
    return follow("shipment", TRANSITIONS, ShipmentState(current), ShipmentEvent(event))


def possible_events(current: str) -> list[str]:
    """What can be done with a shipment in this state."""
    return possible(TRANSITIONS, ShipmentState(current))
