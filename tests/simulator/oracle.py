"""The serial oracle: the commands that the authority took, one after the other, in an untouched copy of the warehouse."""

from __future__ import annotations

from typing import Any, NamedTuple

from services.commands.codec import decode_args
from services.domain.refusals import RuleViolation
from services.handlers.dispatch import Effect
from services.server import authority
from services.server.server_tables import Client
from services.server.transaction import Transaction
from services.storage.unit_of_work import UnitOfWork
from tests.simulator.authority import RUN
from tests.simulator.disk import Database, Machine
from tests.simulator.rows import Rows, all_rows
from tests.simulator.server_database import ServerConnection


class Given(NamedTuple):
    """A durable command, as the terminal that keeps it has it."""

    n: int
    id: str
    actor_id: str
    name: str
    v: int
    args: bytes
    issued_at: int


class Taken(NamedTuple):
    """A command's record at the authority; records come in the order in which they were committed."""

    client_id: str
    n: int
    command_id: str
    name: str
    status: str
    code: str
    received_at: int


def replay(database: Database, taken: list[Taken], given: dict[str, Given]) -> tuple[Rows, list[str]]:
    """The rows that must come of it, and where the authority's answers were others. ``given``: command id -> command."""
    machine = Machine("oracle", lambda strike: None)
    connection = ServerConnection(machine.connect(database))
    problems: list[str] = []
    with connection.begin():
        unit = UnitOfWork(connection)
        terminals: dict[str, str] = {}
        for record in taken:
            if record.client_id not in terminals:
                client = unit.get(Client, record.client_id)
                terminals[record.client_id] = client.terminal_id if client is not None else ""
            if record.status == "parked":
                continue
            effect = _run(unit, record, given[record.command_id], terminals[record.client_id])
            if (effect.status, effect.code) != (record.status, record.code):
                problems.append(
                    f"{record.name} {record.command_id} is {record.status} {record.code} at the server, "
                    f"and {effect.status} {effect.code} when run alone"
                )
        unit.flush()
        rows = all_rows(connection.driver_connection)
    return rows, problems


def _run(unit: UnitOfWork, record: Taken, given: Given, terminal_id: str) -> Effect:
    try:
        command = decode_args(given.name, given.v, given.args)
    except RuleViolation as refusal:
        return authority.rejection(refusal)
    origin = authority.Origin(
        command_id=given.id, actor_id=given.actor_id, terminal_id=terminal_id, issued_at=given.issued_at
    )
    no_connection: Any = None
    effect: Effect = RUN(Transaction(no_connection, unit, received_at=record.received_at), command, origin)
    return effect
