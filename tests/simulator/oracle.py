"""The serial oracle: the commands that the authority took, one after the other, in an untouched copy of the warehouse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Set
from typing import Any, NamedTuple

from services.commands import ReturnAllotment, scope_of_command
from services.commands.codec import decode_args
from services.domain.refusals import RuleViolation, violation
from services.handlers.dispatch import Effect
from services.server import authority
from services.server.server_tables import Client
from services.server.transaction import Transaction
from services.storage.row import ORG
from services.storage.tables import TerminalSite
from services.storage.unit_of_work import UnitOfWork
from tests.simulator.authority import LOOK, RUN
from tests.simulator.disk import Database, Machine
from tests.simulator.promises import Witness
from tests.simulator.rows import Rows, all_rows
from tests.simulator.server_database import ServerConnection

_NO_CONNECTION: Any = None
_NEAR_MS = 600_000
"""Around the loss of a site a slow way decides whether its work is still taken."""
_NOT_ITS_SITE = frozenset({"site_lost", "site_never_held"})


class Given(NamedTuple):
    """A durable command, as the terminal that keeps it has it."""

    n: int
    id: str
    actor_id: str
    name: str
    v: int
    args: bytes
    issued_at: int
    at: int = 0
    """When it became durable, in truth (ms UTC)."""


class Taken(NamedTuple):
    """A command's record at the authority; records come in the order in which they were committed."""

    client_id: str
    n: int
    command_id: str
    name: str
    status: str
    code: str
    received_at: int


Look = Callable[[Transaction], Any]


def replay(
    database: Database,
    taken: list[Taken],
    given: dict[str, Given],
    looks: dict[str, Look],
    unsteady: Set[str],
    witness: Witness,
) -> tuple[Rows, list[str], Counter[str]]:
    """The rows that must come of it, and where the authority's answers were others. ``given``: command id -> command;
    ``looks``: what was carried out about allotments, by the id of its record; ``unsteady``: the commands of terminals
    whose clocks were set, so that nobody can say when they were given; ``witness`` sees what becomes of promises. Last, how
    often a site was lost before its work came."""
    machine = Machine("oracle", lambda strike: None)
    connection = ServerConnection(machine.connect(database))
    problems: list[str] = []
    late: Counter[str] = Counter()
    with connection.begin():
        unit = UnitOfWork(connection)
        done: dict[str, Effect] = {}
        for record in taken:
            transaction = Transaction(_NO_CONNECTION, unit, received_at=record.received_at)
            if record.name == LOOK:
                looks[record.command_id](transaction)
                continue
            client = unit.get(Client, record.client_id)
            assert client is not None
            effect = done.get(record.command_id)
            if effect is not None and not client.replaces:
                effect = authority.rejection(violation("duplicate", thing="command", name=record.command_id))
            elif record.status == "parked":
                effect = Effect(status="parked", code=record.code)
            elif effect is None:
                one = given[record.command_id]
                effect, is_late, objection = _run(transaction, record, one, client.terminal_id, witness)
                if is_late:
                    refused = record.code in _NOT_ITS_SITE
                    late[f"work of a lost site {'refused' if refused else 'taken'}"] += 1
                if objection and record.command_id not in unsteady:
                    problems.append(f"{record.name} {record.command_id} {objection}")
            done.setdefault(record.command_id, effect)
            if (effect.status, effect.code) != (record.status, record.code):
                problems.append(
                    f"{record.name} {record.command_id} is {record.status} {record.code} at the server, "
                    f"and {effect.status} {effect.code} when run alone"
                )
        unit.flush()
        rows = all_rows(connection.driver_connection)
    return rows, problems, late


def _run(
    transaction: Transaction, record: Taken, given: Given, terminal_id: str, witness: Witness
) -> tuple[Effect, bool, str]:
    """What a command comes to, whether its terminal had lost its site, and what is to be said against what was made of
    that."""
    try:
        command = decode_args(given.name, given.v, given.args)
    except RuleViolation as refusal:
        return authority.rejection(refusal), False, ""
    is_refused = record.code in _NOT_ITS_SITE
    lost_at = _lost_at(transaction, scope_of_command(command), terminal_id)
    objection = ""
    if lost_at is None:
        objection = "is refused, and its terminal works there" if is_refused else ""
    elif is_refused and given.at < lost_at - _NEAR_MS:
        objection = "is refused, and was given long before its site was lost"
    elif not is_refused and given.at > lost_at + _NEAR_MS and not isinstance(command, ReturnAllotment):
        objection = "is taken, and was given long after its site was lost"
    if is_refused:
        return Effect(status="rejected", code=record.code), lost_at is not None, objection
    origin = authority.Origin(
        command_id=given.id, actor_id=given.actor_id, terminal_id=terminal_id, issued_at=given.issued_at
    )
    effect = witness.watch(transaction.unit, given.id, terminal_id, lambda: RUN(transaction, command, origin))
    return effect, lost_at is not None, objection


def _lost_at(transaction: Transaction, scope: str, terminal_id: str) -> int | None:
    """When (ms UTC) a terminal lost a site where it does not work now; 0 where it never did, None where it does."""
    if scope == ORG:
        return None
    rows = [
        row
        for row in transaction.unit.find(TerminalSite, terminal_id=terminal_id)
        if f"site:{row.held_site_id}" == scope
    ]
    if any(row.until is None for row in rows):
        return None
    return max((row.until for row in rows if row.until is not None), default=0)
