"""What desks called certain, and whether it was kept: the goods of an order, of a draft made binding, of lines added.

What is certain is the goods. An order that cannot take them any more, because somebody else has called it off, held it,
or sent it away, or because it is a draft there, takes none: then they stay set aside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from services import commands as c
from services.domain.order_states import OrderState
from services.handlers.allotments import allotment_id
from services.handlers.dispatch import Effect
from services.storage.tables import Allotment, Order, OrderLine
from services.storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from tests.simulator.oracle import Taken
    from tests.simulator.terminal import Terminal
    from tests.simulator.world import World

Certain = c.PlaceOrder | c.ConfirmOrder | c.AddLines
"""The commands that draw on what is set aside."""
Grant = tuple[str, int]
"""An allotment, and when it was granted or filled for the last time (ms UTC)."""

_TAKEN = frozenset({"applied", "adjusted"})
_STANDS_ELSEWHERE = frozenset({"not_found", "wrong_state"})
"""Why an order takes no more goods: it was never taken, or is not any more what it was."""


class Promise(NamedTuple):
    """A command that a desk called certain: of which client of the server, and from which grants."""

    command: Certain
    command_id: str
    client_id: str
    terminal_id: str
    grants: frozenset[Grant]

    @property
    def goods(self) -> Counter[str]:
        """Product -> units."""
        units: Counter[str] = Counter()
        command = self.command
        for each in command.draws if isinstance(command, c.ConfirmOrder) else command.lines:
            units[each.product_id] += each.quantity
        return units

    @property
    def draws_on(self) -> dict[str, int]:
        """Allotment -> units."""
        site_id, terminal_id = self.command.site_id, self.terminal_id
        return {allotment_id(site_id, terminal_id, product): n for product, n in self.goods.items()}


class Witness:
    """Looks on while the oracle runs what was promised."""

    def __init__(self, promises: Iterable[Promise]) -> None:
        self._promises = {promise.command_id: promise for promise in promises}
        self.short: dict[str, str] = {}
        """Command -> which of its goods it has not got."""
        self.within_reach: set[str] = set()
        """The commands for which enough was set aside when they came."""

    def watch(self, unit: UnitOfWork, command_id: str, terminal_id: str, run: Callable[[], Effect]) -> Effect:
        """Run a command. It may come from another terminal than it was given at, where files were copied."""
        promise = self._promises.get(command_id)
        if promise is None:
            return run()
        aside, asked = _set_aside(unit, promise), _asked_for(unit, promise)
        is_put_down = _is_draft(unit, promise)
        effect = run()
        if effect.status in _TAKEN and not is_put_down:
            missing = (promise.goods & asked) - _reserved(unit, promise)
        elif is_put_down or _may_be_refused(promise, effect.code, asked):
            missing = Counter() if _set_aside(unit, promise) == aside else promise.goods
        else:
            missing = promise.goods
        if missing:
            self.short[command_id] = f"{effect.status} {effect.code}, without {dict(missing)}"
        if promise.terminal_id == terminal_id and not Counter(promise.draws_on) - aside:
            self.within_reach.add(command_id)
        return effect


def _is_draft(unit: UnitOfWork, promise: Promise) -> bool:
    """Whether lines come to an order that is a draft there, because what made it binding was refused, or comes later: a
    draft has no goods."""
    order = unit.get(Order, promise.command.order_id)
    return isinstance(promise.command, c.AddLines) and order is not None and order.status == OrderState.DRAFT


def _may_be_refused(promise: Promise, code: str, asked: Counter[str]) -> bool:
    """Whether what others have made of the order is a reason."""
    command = promise.command
    if isinstance(command, c.PlaceOrder):
        return False
    # A draft with other lines asks for other goods, and its customer may want all of them or none.
    changed = isinstance(command, c.ConfirmOrder) and asked != promise.goods
    return code in _STANDS_ELSEWHERE or (changed and code == "insufficient_stock")


def _set_aside(unit: UnitOfWork, promise: Promise) -> Counter[str]:
    rows = (unit.get(Allotment, row_id) for row_id in promise.draws_on)
    return Counter({row.id: row.quantity - row.used for row in rows if row is not None})


def _asked_for(unit: UnitOfWork, promise: Promise) -> Counter[str]:
    """Product -> units that the command can get; of a draft what its lines ask for when it is made binding."""
    if not isinstance(promise.command, c.ConfirmOrder):
        return promise.goods
    units: Counter[str] = Counter()
    for line in unit.find(OrderLine, order_id=promise.command.order_id):
        units[line.product_id] += line.quantity - line.cancelled
    return +units


def _reserved(unit: UnitOfWork, promise: Promise) -> Counter[str]:
    """Product -> units that the command's lines have got."""
    command = promise.command
    named = None if isinstance(command, c.ConfirmOrder) else {line.line_id for line in command.lines}
    units: Counter[str] = Counter()
    for line in unit.find(OrderLine, order_id=command.order_id):
        if named is None or line.id in named:
            units[line.product_id] += line.reserved
    return units


def broken_promises(world: World, taken: Iterable[Taken], witness: Witness) -> list[str]:
    """What was certain, and fell short without one of the few things that may take what was set aside.

    Where enough was still set aside when it came, nothing may: of no life of the server, for no identity of a terminal.
    """
    outcomes = _outcomes(taken)
    taken_away = _taken_away(world)
    broken: list[str] = []
    for terminal in world.terminals:
        binding = {promise.command_id for promise in _binding(terminal, world, outcomes)}
        if world.leases.lost:
            world.happened["promises of a restored server"] += len(binding)
        for promise in terminal.promises:
            command_id, record = promise.command_id, outcomes.get(promise.command_id)
            if record is None or record.status == "parked" or record.code == "site_lost":
                continue
            is_held_to = command_id in binding and not promise.draws_on.keys() & taken_away
            short = witness.short.get(command_id, "never its site" * (record.code == "site_never_held"))
            if short and (is_held_to or command_id in witness.within_reach):
                broken.append(f"{record.name} {command_id}: {short}")
    return broken


def oversold(world: World, taken: Iterable[Taken], witness: Witness) -> list[str]:
    """Allotments of which more was certain than was ever set aside; where nothing was taken away, for then what is free
    makes up for it."""
    outcomes = _outcomes(taken)
    had: Counter[str] = Counter()
    for terminal in world.terminals:
        for promise in _binding(terminal, world, outcomes):
            record = outcomes.get(promise.command_id)
            if record is not None and record.status in _TAKEN and promise.command_id not in witness.short:
                had += Counter(promise.draws_on)
    granted, taken_away = world.leases.granted, _taken_away(world)
    return [
        f"{each}: {units} of {granted[each]}"
        for each, units in had.items()
        if units > granted[each] and each not in taken_away
    ]


def _outcomes(taken: Iterable[Taken]) -> dict[str, Taken]:
    """Command -> its record; of one that was sent again by whoever enrolled anew, the first."""
    return {record.command_id: record for record in reversed(list(taken))}


def _binding(terminal: Terminal, world: World, outcomes: Mapping[str, Taken]) -> Iterable[Promise]:
    """The promises to which the server can be held.

    A terminal that turned out to be a copy has another identity, and what was set aside stays with the first. Of a
    server that was restored from a backup, two things cannot be demanded:

    - What was set aside after the backup was made: the server knows nothing of it, and others may have those units.
      This includes an allotment that was filled since, for nobody can say from which part of it the desk has sold.
    - What was promised behind a command that came to something else before the server was restored, such as an order
      that was refused then and is taken now: it draws on what the desk had, by the refusal, got back to sell.
    """
    leases = world.leases
    turned = {
        command_id
        for command_id, (status, _) in leases.lost.items()
        if status not in _TAKEN and command_id in outcomes and outcomes[command_id].status in _TAKEN
    }
    place = {command_id: n for n, command_id in enumerate(terminal.durable)}
    first_turned = min((place[each] for each in turned & place.keys()), default=len(place))
    for promise in terminal.promises:
        if promise.client_id != terminal.client_id:
            continue
        if world.history.lives > 1:
            is_known = promise.grants <= leases.grants and len(promise.grants) == len(promise.draws_on)
            if not is_known or place[promise.command_id] > first_turned:
                continue
        yield promise


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
