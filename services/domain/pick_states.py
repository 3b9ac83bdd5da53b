"""The life of a pick task, forward by scans and backward by roll-back, and how much may be picked."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from services.domain.refusals import refuse
from services.domain.state_machine import follow, possible


class PickState(StrEnum):
    """How far a pick task has come. A short one found nothing at all."""

    PENDING = "pending"
    PICKING = "picking"
    PICKED = "picked"
    STAGED = "staged"
    SHORT = "short"
    CANCELLED = "cancelled"


class PickEvent(StrEnum):
    """What moves a pick task on, or one step back."""

    CLAIM = "claim"
    CONFIRM = "confirm"
    DROP = "drop"
    SHORT = "short"
    ROLL_BACK = "roll_back"
    CANCEL = "cancel"


class ShortReason(StrEnum):
    """Why less was found than tasked, in the order of the keys 1-9 that choose it. A person may write
    another.
    """

    EMPTY_BIN = "empty_bin"
    TOO_FEW = "too_few"
    DAMAGED = "damaged"
    WRONG_PRODUCT = "wrong_product"
    EXPIRED = "expired"
    OUT_OF_REACH = "out_of_reach"
    OTHER = "other"


S, E = PickState, PickEvent

TRANSITIONS: Final[Mapping[PickEvent, Mapping[PickState, PickState]]] = {
    E.CLAIM: {S.PENDING: S.PICKING},
    E.CONFIRM: {S.PICKING: S.PICKED},
    E.DROP: {S.PICKED: S.STAGED},
    # Nothing was found. Where some was found, the task is confirmed for that and the remainder becomes its
    # own task.
    E.SHORT: {S.PICKING: S.SHORT},
    E.ROLL_BACK: {S.STAGED: S.PICKED, S.PICKED: S.PICKING, S.PICKING: S.PENDING},
    # What has left its bin is not cancelled but put back.
    E.CANCEL: {S.PENDING: S.CANCELLED, S.PICKING: S.CANCELLED},
}
OPEN: Final = frozenset({S.PENDING, S.PICKING})
"""States in which the goods are still in their bin and somebody has to go there."""


def advance(current: str, event: str) -> PickState:
    """The task's next state. Raises RuleViolation `wrong_state` where the table has no such step."""
    return follow("pick task", TRANSITIONS, PickState(current), PickEvent(event))


def possible_events(current: str) -> list[str]:
    """What can be done with a task in this state."""
    return possible(TRANSITIONS, PickState(current))


def after_pick(tasked: int, already: int, quantity: int, sku: str = "") -> int:
    """How many of a task are picked once `quantity` more are.

    Raises RuleViolation `quantity_not_positive`, and `over_pick` when it would be more than tasked.
    """
    if quantity <= 0:
        details = [{"sku": sku, "quantity": quantity}]
        refuse("quantity_not_positive", details=details, sku=sku, quantity=quantity)
    would_be = already + quantity
    if would_be > tasked:
        details = [{"sku": sku, "tasked": tasked, "picked": already, "requested": quantity}]
        refuse("over_pick", details=details, tasked=tasked, sku=sku, would_be=would_be)
    return would_be


def missing_after_short(tasked: int, found: int, reason: str, sku: str = "") -> int:
    """How many units a short pick leaves missing. `found` may be zero, but not all that was tasked.

    Raises RuleViolation `reason_required` without a reason, `over_pick` for more than tasked and
    `invalid_value` when nothing is missing.
    """
    if not reason.strip():
        refuse(
            "reason_required",
            details=[{"reasons": [option.value for option in ShortReason]}],
            what="A short pick",
        )
    if found < 0:
        refuse(
            "invalid_value",
            details=[{"field": "quantity"}],
            field="quantity",
            problem="it cannot be below zero",
        )
    if found > tasked:
        after_pick(tasked, 0, found, sku)
    if found == tasked:
        refuse(
            "invalid_value", details=[{"field": "quantity"}], field="quantity", problem="nothing is missing"
        )
    return tasked - found
