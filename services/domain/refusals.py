"""How the rules say no: one exception, and every reason in words for the person who has to act on it.

Only a RuleViolation refuses a command. Every reason says three things: what happened, what is safe, what to
do.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn

import msgspec


class RuleViolation(Exception):
    """A business rule said no. Nothing of the command has taken effect.

    `code` is for programs and stays the same for ever; `message` is for people; `details` names the lines,
    skus, fields or rows at fault, as plain data that can be stored and sent.
    """

    def __init__(self, code: str, message: str, details: Iterable[Mapping[str, Any]] = ()) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.details: list[dict[str, Any]] = [dict(detail) for detail in details]

    def __str__(self) -> str:
        return self.message


class Reason(msgspec.Struct, frozen=True):
    """The words of one code. Names in braces are filled in by whoever refuses."""

    happened: str
    safe: str
    remedy: str

    def words(self) -> str:
        return f"{self.happened} {self.safe} {self.remedy}"


_UNCHANGED: Final = "Nothing was changed."

CODES: Final[Mapping[str, Reason]] = {
    # Any command
    "not_found": Reason(
        "There is no {thing} {name} here.",
        _UNCHANGED,
        "Check the number, or wait until this desk has synced.",
    ),
    "wrong_state": Reason(
        "The {thing} is {current}, so it cannot {wanted}.", _UNCHANGED, "From here it can: {possible}."
    ),
    "not_permitted": Reason(
        "{actor} may not do this ({permission}).",
        _UNCHANGED,
        "Ask a supervisor to do it or to grant the role.",
    ),
    "invalid_value": Reason("{field}: {problem}.", _UNCHANGED, "Correct it and send it again."),
    "missing_value": Reason("{field} is missing.", _UNCHANGED, "Fill it in and send it again."),
    "duplicate": Reason(
        "There is already a {thing} {name}.",
        "The one that exists was not touched.",
        "Use it, or choose another name.",
    ),
    "changed_meanwhile": Reason(
        "Somebody changed {field} of the {thing} before you: it is now {actual}, you expected {expected}.",
        "Their change stands, yours is kept here.",
        "Look at both and send yours again if it still holds.",
    ),
    "needs_link": Reason(
        "{what} cannot be taken back, so it needs the server, and there is no link.",
        "Nothing was sent.",
        "Do it again when the badge says Live.",
    ),
    "reason_required": Reason("{what} needs a reason.", _UNCHANGED, "Choose one and send it again."),
    "command_unknown": Reason(
        "This version does not know the command {name} (version {version}).",
        "It stays queued on the terminal that made it.",
        "Update this side, then retry.",
    ),
    # Stock
    "insufficient_stock": Reason(
        "Not enough stock: {sku} has {available} available, {requested} were asked for.",
        "Nothing was reserved.",
        "Order less, or send it again with the rest as a backorder.",
    ),
    "insufficient_in_bin": Reason(
        "{location} holds {available} of {sku} that can be taken, {requested} were asked for.",
        _UNCHANGED,
        "Take less, or count the bin if it holds more than recorded.",
    ),
    "quantity_not_positive": Reason(
        "The quantity of {sku} must be a whole number above zero, not {quantity}.",
        _UNCHANGED,
        "Enter how many.",
    ),
    "stock_promised": Reason(
        "{requested} of {sku} at {location} cannot be changed: {reserved} are promised to orders.",
        "The promises stand.",
        "Move the promises first, or choose stock that is free.",
    ),
    "stock_not_held": Reason(
        "{location} has {held} of {sku} on hold, not {requested}.",
        _UNCHANGED,
        "Release no more than is held.",
    ),
    "lot_required": Reason(
        "{sku} is kept by lot, and no lot was given.",
        _UNCHANGED,
        "Scan or enter the lot that is on the label.",
    ),
    "lot_expired": Reason(
        "Lot {lot} of {sku} expired on {expires_on}.", _UNCHANGED, "Put it on hold and take another lot."
    ),
    "location_blocked": Reason(
        "{location} is blocked.", _UNCHANGED, "Use another bin, or have it opened again."
    ),
    "location_kind": Reason(
        "{location} is a {kind} location; {wanted} is needed.", _UNCHANGED, "Scan a location of that kind."
    ),
    "same_location": Reason("Both ends of the move are {location}.", _UNCHANGED, "Scan the bin it goes to."),
    "count_stale": Reason(
        "{location} changed after it was counted.",
        "The count is kept and was not applied.",
        "Count the bin again.",
    ),
    "product_inactive": Reason(
        "{sku} is no longer sold.", _UNCHANGED, "Choose its successor, or make it active."
    ),
    # Orders
    "order_empty": Reason("The order has no lines.", _UNCHANGED, "Add a product and a quantity."),
    "line_overfilled": Reason(
        "The line for {sku} wants {ordered}; this would make it {would_be}.",
        "What it had stays.",
        "Change the order if the customer wants more.",
    ),
    "line_underfilled": Reason(
        "{step} of {quantity} {sku} is not possible: the line has {has}.", _UNCHANGED, "Do no more than that."
    ),
    "already_shipped": Reason(
        "This order has already left the site.", "The delivery goes on.", "Make a return when it comes back."
    ),
    "order_on_hold": Reason(
        "Order {number} is on hold: {reason}.", "Its reservations are kept.", "Take it off hold first."
    ),
    "not_picked": Reason(
        "Order {number} is not picked: {missing} units are missing.",
        _UNCHANGED,
        "Pick them, or record the steps between on purpose (fast forward).",
    ),
    "customer_blocked": Reason(
        "{customer} may not be sold to: {reason}.", _UNCHANGED, "Settle that first, or ask a supervisor."
    ),
    # Picking
    "over_pick": Reason(
        "The task is for {tasked} of {sku}; with this it would be {would_be}.",
        "What you picked before stands.",
        "Put the rest back into the bin.",
    ),
    "task_taken": Reason("{worker} is picking this already.", "Their work stands.", "Take the next task."),
    "wrong_bin": Reason(
        "This is {scanned}; the task is at {wanted}.", _UNCHANGED, "Go to {wanted} and scan it."
    ),
    "wrong_product": Reason(
        "This is {scanned}; the task is for {wanted}.", _UNCHANGED, "Put it back and scan again."
    ),
    "wrong_lot": Reason(
        "This is lot {scanned}; the task is for lot {wanted}.", _UNCHANGED, "Take that lot instead."
    ),
    "bad_scan": Reason(
        "This code cannot be read: {problem}.", _UNCHANGED, "Scan it again, or type the number."
    ),
    # Dispatch and fleet
    "vehicle_unfit": Reason(
        "{vehicle} cannot take the route: {reasons}.", "The route is as it was.", "Choose another vehicle."
    ),
    "vehicle_busy": Reason(
        "{vehicle} has route {route} at that time.",
        "That route stays as it is.",
        "Choose another time or another vehicle.",
    ),
    "vehicle_on_road": Reason(
        "{vehicle} is still under way on route {route}.",
        "Neither route was changed.",
        "Finish that route first, or report what happened to it.",
    ),
    "vehicle_full": Reason(
        "{vehicle} has room for {room_kg} kg and {room_m3} m3; this needs {need_kg} kg and {need_m3} m3.",
        _UNCHANGED,
        "Choose another route, or split the shipment.",
    ),
    "not_loaded": Reason(
        "{missing} of the {total} shipments on this route are not loaded.",
        "The vehicle has not left.",
        "Load them, or take them off the route.",
    ),
    "driver_missing": Reason("Route {route} has no driver.", "The vehicle has not left.", "Assign a driver."),
    "driver_busy": Reason("{driver} is driving route {route}.", _UNCHANGED, "Choose another driver."),
    "evidence_missing": Reason(
        "A delivery needs its evidence: {missing}.", "The stop stays open.", "Take it and send it again."
    ),
    # People and terminals
    "last_administrator": Reason(
        "{user} is the last administrator.", _UNCHANGED, "Make somebody else administrator first."
    ),
    "site_never_held": Reason(
        "This terminal has never worked at {site}.",
        _UNCHANGED,
        "Do it at a terminal of that site, or ask an administrator to let this one work there.",
    ),
    "site_lost": Reason(
        "This terminal works at {site} no more since {until}, and this was done later.",
        _UNCHANGED,
        "Do it at a terminal of that site, or ask an administrator to let this one work there again.",
    ),
    "last_site": Reason(
        "{site} is the only site of terminal {terminal}.",
        _UNCHANGED,
        "Add another site first, or bar the terminal.",
    ),
    "actor_inactive": Reason("{actor} may no longer sign in.", _UNCHANGED, "Ask an administrator."),
}


class _Words(dict[str, object]):
    """Words for a template, of which a missing one must not turn a refusal into a crash that is retried for
    ever.
    """

    def __missing__(self, name: str) -> str:
        return f"({name} unknown)"


def violation(code: str, *, details: Iterable[Mapping[str, Any]] = (), **words: object) -> RuleViolation:
    """The refusal for a code, its template filled with `words`. Raises LookupError for an unknown code."""
    reason = CODES.get(code)
    if reason is None:
        raise LookupError(f"no such refusal code: {code!r}")
    return RuleViolation(code, reason.words().format_map(_Words(words)), details)


def refuse(code: str, *, details: Iterable[Mapping[str, Any]] = (), **words: object) -> NoReturn:
    """Refuse: raises the RuleViolation for a code, its template filled with `words`."""
    raise violation(code, details=details, **words)
