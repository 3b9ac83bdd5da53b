"""What is set aside for terminals, followed commit by commit, and what was promised from it for certain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from services import commands as c
from services.handlers.allotments import allotment_id
from services.server.transaction import Committed
from services.storage.tables import Allotment, StockLevel

if TYPE_CHECKING:
    from tests.simulator.oracle import Taken
    from tests.simulator.terminal import Terminal
    from tests.simulator.world import World


class Promise(NamedTuple):
    """An order of which a desk said that it is certain: of which client of the server, and in which of its lives."""

    order: c.PlaceOrder
    command_id: str
    client_id: str
    terminal_id: str
    lives: int

    @property
    def draws_on(self) -> dict[str, int]:
        """Allotment -> units."""
        units: Counter[str] = Counter()
        for line in self.order.lines:
            units[allotment_id(self.order.site_id, self.terminal_id, line.product_id)] += line.quantity
        return dict(units)


class Leases:
    """Told of every commit that holds: what each adds to allotments it takes from what is free, and the other way."""

    def __init__(self, at_first: Mapping[str, int]) -> None:
        """``at_first``: allotment -> units that are set aside when the schedule begins."""
        self.granted: Counter[str] = Counter(at_first)
        """Allotment -> units that were ever set aside in it."""
        self.problems: list[str] = []

    def note(self, committed: Committed) -> Iterable[str]:
        """A commit of the server holds. Answers what happened, for the tally."""
        moved: Counter[tuple[str, str]] = Counter()
        for _, before, after in _changed(committed, StockLevel):
            row = after or before
            moved[row.site_id, row.product_id] -= _of(after, "leased") - _of(before, "leased")
        for row_id, before, after in _changed(committed, Allotment):
            row = after or before
            more = _unused(after) - _unused(before)
            moved[row.site_id, row.product_id] += more
            self.granted[row_id] += max(0, more)
            yield _what_happened(before, after, more)
        self.problems += [f"{where} is off by {units}" for where, units in moved.items() if units]


def _what_happened(before: Any, after: Any, more: int) -> str:
    if after is None:
        return "allotments given back"
    if more > 0:
        return "allotments granted" if before is None else "allotments filled"
    if before is not None and before.status != after.status:
        return "allotments called back"
    return "allotments drawn on" if more < 0 else "allotments renewed"


def _changed(committed: Committed, cls: Any) -> Iterable[tuple[str, Any, Any]]:
    for row_id, after in committed.changes.get(cls, {}).items():
        yield row_id, committed.before[cls].get(row_id), after


def _of(row: Any, name: str) -> int:
    return 0 if row is None else int(getattr(row, name))


def _unused(row: Any) -> int:
    return _of(row, "quantity") - _of(row, "used")


def broken_promises(world: World, taken: Iterable[Taken]) -> list[str]:
    """Orders that were certain, and fell short without one of the few things that may take what was set aside."""
    outcomes = {record.command_id: record for record in reversed(list(taken))}
    taken_away = _taken_away(world)
    broken: list[str] = []
    for terminal in world.terminals:
        for promise in terminal.promises:
            record = outcomes.get(promise.command_id)
            if record is None or record.status == "applied" or not _binds(promise, terminal, world):
                continue
            if (
                promise.draws_on.keys() & taken_away
                or record.status == "parked"
                or record.code == "site_lost"
            ):
                continue
            broken.append(f"{promise.order.number} {promise.command_id}: {record.status} {record.code}")
    return broken


def oversold(world: World, taken: Iterable[Taken]) -> list[str]:
    """Allotments of which orders that were certain had more than was ever set aside; where nothing was taken away, for
    then what is free makes up for it."""
    applied = {record.command_id for record in taken if record.status == "applied"}
    had: Counter[str] = Counter()
    for terminal in world.terminals:
        for promise in terminal.promises:
            if promise.command_id in applied and _binds(promise, terminal, world):
                had += Counter(promise.draws_on)
    granted, taken_away = world.leases.granted, _taken_away(world)
    return [
        f"{each}: {units} of {granted[each]}"
        for each, units in had.items()
        if units > granted[each] and each not in taken_away
    ]


def _binds(promise: Promise, terminal: Terminal, world: World) -> bool:
    """A restored server and a terminal that turned out to be a copy know nothing of it."""
    return world.history.lives == 1 and promise.client_id == terminal.client_id


def _taken_away(world: World) -> set[str]:
    """Allotments of which a supervisor, or goods that were not there any more, have taken something."""
    found = world.server.connection().exec_driver_sql(
        "SELECT kind, site_id, subject_id, payload ->> 'terminal_id' FROM event "
        "WHERE kind IN ('allotment.revoked', 'allotment.shrunk')"
    )
    return {
        subject if kind == "allotment.shrunk" else allotment_id(site_id, terminal_id, subject)
        for kind, site_id, subject, terminal_id in found
    }
