"""Runs commands with authority: checks the actor's permission, gives the server's time, keeps the jobs they ask for."""

from __future__ import annotations

import msgspec

from services.commands import Command
from services.domain.identifiers import derive
from services.domain.permissions import TERMINAL_ACTOR, TERMINAL_GRANT, allowed
from services.domain.refusals import RuleViolation, refuse
from services.handlers.dispatch import Effect, run_command
from services.handlers.work import Context
from services.server.server_tables import JobRow
from services.server.transaction import Transaction
from services.storage.tables import User

SYSTEM = "system"
"""The actor of what the server does by itself, such as setting up an empty database."""


_DAY_MS = 24 * 3600 * 1000
# Well under the shortest time for which terminals keep anything that is dated by them (see the tables' kept_days).
_BELIEVED_PAST_MS = 14 * _DAY_MS
_BELIEVED_FUTURE_MS = _DAY_MS


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Who gave a command, at which terminal, when by that terminal's clock (ms UTC), and its id."""

    command_id: str
    actor_id: str
    terminal_id: str
    issued_at: int


def run(transaction: Transaction, command: Command, origin: Origin) -> Effect:
    """Run one command. A refusal is an effect with status ``rejected``; any other trouble is raised, and may pass."""
    try:
        _check_actor(transaction, origin, command.spec.permission)
    except RuleViolation as refusal:
        return rejection(refusal)
    context = Context(
        command_id=origin.command_id,
        actor_id=origin.actor_id,
        terminal_id=origin.terminal_id,
        at=acted_at(origin.issued_at, transaction.received_at),
        received_at=transaction.received_at,
    )
    effect = run_command(transaction.unit, command, context)
    for position, job in enumerate(effect.jobs):
        # Named by the command, so that a command done over asks for the same job and not for another.
        put_job(transaction, derive(origin.command_id, "job", position), job.name, job.arguments)
    return effect


def acted_at(issued_at: int, received_at: int) -> int:
    """When a person acted: as the terminal's clock says, unless that clock is plainly wrong; then when it arrived.

    Rows are dated by it, and terminals drop rows of old date: work of today must not vanish from every desk because
    one of them believes that it is 2019, nor stand at the top of every list until 2031. All in ms UTC.
    """
    if received_at - _BELIEVED_PAST_MS <= issued_at <= received_at + _BELIEVED_FUTURE_MS:
        return issued_at
    return received_at


def _check_actor(transaction: Transaction, origin: Origin, permission: str) -> None:
    """A person needs the permission by a role; a terminal that acts by itself may do next to nothing."""
    if origin.actor_id != TERMINAL_ACTOR:
        check_permission(transaction, origin.actor_id, permission)
    elif not origin.terminal_id or permission not in TERMINAL_GRANT:
        details = [{"actor_id": origin.actor_id, "permission": permission}]
        refuse("not_permitted", actor="A terminal by itself", permission=permission, details=details)


def check_permission(transaction: Transaction, actor_id: str, permission: str) -> User:
    """The acting person. Raises RuleViolation ``actor_inactive`` or ``not_permitted``."""
    user = transaction.unit.get(User, actor_id)
    if user is None or not user.active:
        refuse("actor_inactive", actor=user.name if user else actor_id, details=[{"actor_id": actor_id}])
    if not allowed(user.roles, permission):
        details = [{"actor_id": actor_id, "permission": permission}]
        refuse("not_permitted", actor=user.name, permission=permission, details=details)
    return user


def rejection(refusal: RuleViolation) -> Effect:
    """A refusal as the effect that tells of it."""
    return Effect(
        status="rejected", code=refusal.code, message=refusal.message, details=list(refusal.details)
    )


def put_job(
    transaction: Transaction,
    job_id: str,
    name: str,
    arguments: dict[str, object],
    *,
    run_at: int | None = None,
) -> None:
    """Ask for a job in the same commit as what wants it: it runs if that holds, and only then."""
    transaction.unit.put(
        JobRow(
            id=job_id,
            name=name,
            arguments=msgspec.json.encode(arguments).decode(),
            status="pending",
            attempts=0,
            run_at=transaction.received_at if run_at is None else run_at,
            lease_until=0,
            created_at=transaction.received_at,
            finished_at=None,
            last_error="",
        )
    )
