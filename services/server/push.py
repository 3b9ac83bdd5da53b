"""Taking commands from a terminal, each exactly once and in its order; effects, outcome and last_n commit together."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from services.commands import Command, scope_of_command
from services.commands.codec import chain_hash, decode_args
from services.domain.identifiers import is_derived
from services.domain.refusals import RuleViolation, violation
from services.handlers.dispatch import Effect
from services.handlers.read_ahead import read_ahead
from services.handlers.terminal_sites import check_site
from services.protocol.messages import SCHEMA, Outcome, PushedCommand, PushRequest, PushResponse
from services.server import authority
from services.server.committer import Committer
from services.server.database import DATABASE_ERRORS, PASSING_ERRORS
from services.server.log import log_of
from services.server.server_tables import Client, CommandRecord
from services.server.transaction import Transaction

_log = log_of("push")


_ON_ITS_WAY_MS = 60_000
"""What a command may be under way beside its age by the terminal's clock, and how long somebody may go on with what
stands on the screen before the desk has heard that the site is lost."""
_MOST_FAILING = 100
"""Failing commands of a client whose failures are counted. Each is of another copy of its file: the one that settles
first makes the others `forked`."""
_READ_AHEAD = 100
"""For so many commands at a time the rows are read together: the ids that are worked out for it are still remembered when
the handlers ask for them."""


class _Trouble(Exception):
    """The server failed on a command; the rest of the push waits until it is sent again."""


class _Prepared(msgspec.Struct, frozen=True):
    """A pushed command as far as it is known before the transaction: what it says, or why it cannot be read."""

    sent: PushedCommand
    hash: str
    command: Command | None
    refusal: Effect | None


class Push:
    """The server's half of a push."""

    def __init__(self, committer: Committer, *, epoch: str, failures_before_parking: int = 3) -> None:
        self._committer = committer
        self._epoch = epoch
        self._failures_before_parking = failures_before_parking

    def take(self, request: PushRequest) -> PushResponse:
        """Run what is new of a request by an authenticated client, and answer the outcomes.

        Blocks until it is durable. Raises Busy when the database cannot do it now: nothing is lost, send it again.
        """
        return replace(self._answer(request), nonce=request.nonce)

    def _answer(self, request: PushRequest) -> PushResponse:
        if request.epoch != self._epoch:
            return PushResponse(last_n=0, outcomes=[], problem="epoch_changed", epoch=self._epoch)
        if request.schema > SCHEMA:
            return PushResponse(last_n=0, outcomes=[], problem="upgrade_required", epoch=self._epoch)
        prepared = [_prepare(command) for command in request.commands]
        scopes = {scope_of_command(each.command) for each in prepared if each.command is not None}
        response: PushResponse = self._committer.run(
            scopes,
            lambda transaction: self._take(transaction, request, prepared),
            locks=(f"client:{request.client_id}",),
            weight=len(prepared),
        )
        return response

    def _take(
        self, transaction: Transaction, request: PushRequest, prepared: Sequence[_Prepared]
    ) -> PushResponse:
        client = transaction.unit.get(Client, request.client_id)
        if client is None:
            raise LookupError(f"no client {request.client_id}")
        stored = _stored(transaction, client, prepared)
        settled = _settled_under_these_ids(transaction, client, prepared)
        named: set[str] = set()
        settled_n = client.last_n
        outcomes: list[Outcome] = []
        problem, expected, message = "", 0, ""
        for position, each in enumerate(prepared):
            if position % _READ_AHEAD == 0:
                ahead = prepared[position : position + _READ_AHEAD]
                new = [part.command for part in ahead if part.command is not None and part.sent.n > settled_n]
                read_ahead(transaction.unit, new, client.terminal_id)
            n = each.sent.n
            if n <= client.last_n:
                record = stored[n]
                # Two copies of a file can give the same arguments as the same n; their ids tell them apart.
                if record.hash != each.hash or record.command_id != each.sent.id:
                    problem = "forked"
                    break
                outcomes.append(outcome_of(record))
                continue
            if n > client.last_n + 1:
                problem, expected = "gap", client.last_n + 1
                break
            # The first command of a client may hang on the chain of the client that it replaces.
            if client.last_n and each.sent.prev_hash.hex() != client.last_hash:
                problem = "forked"
                break
            given_at = _given_at(request, each.sent, client, transaction.received_at)
            try:
                # A request may name an id twice.
                before = _id_is_taken(each.sent.id) if each.sent.id in named else settled.get(each.sent.id)
                effect = before or self._settle(transaction, client, each, given_at)
            except _Trouble as trouble:
                problem, message = "busy", str(trouble)
                client = replace(client, failing=_with_another_failure(client, each.sent.id))
                break
            # It may also name a number twice, as what was settled before it.
            stored[n] = transaction.unit.put(_record(transaction, client, each, effect))
            named.add(each.sent.id)
            outcomes.append(Outcome(n, effect.status, effect.code, effect.message, effect.details))
            client = replace(client, last_n=n, last_hash=each.hash, failing="", given_through=given_at)
            if transaction.careful:
                transaction.unit.put(client)
        if request.outcomes_ack > client.outcomes_ack:
            client = replace(client, outcomes_ack=min(request.outcomes_ack, client.last_n))
        transaction.unit.put(client)
        return PushResponse(
            last_n=client.last_n,
            outcomes=outcomes,
            problem=problem,
            expected=expected,
            epoch=self._epoch,
            server_time=transaction.received_at,
            message=message,
        )

    def _settle(self, transaction: Transaction, client: Client, each: _Prepared, given_at: int) -> Effect:
        """The one effect of a new command. Raises _Trouble where the server failed and it is to be tried again."""
        sent = each.sent
        waits_for = _parked_dependency(transaction, client, sent)
        if waits_for:
            message = f"It depends on command {waits_for}, which the server could not settle yet."
            return Effect(status="parked", code="depends_on_parked", message=message)
        if each.refusal is not None or each.command is None:
            return each.refusal or Effect(status="rejected")
        if _failures(client).get(sent.id, 0) >= self._failures_before_parking:
            message = (
                "The server failed on this command several times and has put it aside. "
                "Nothing of it has taken effect. An administrator can look into it."
            )
            return Effect(status="parked", code="server_failed", message=message)
        strange = _refusal_of_site(transaction, client, each.command, given_at)
        if strange is not None:
            return strange
        origin = authority.Origin(
            command_id=sent.id,
            actor_id=sent.actor_id,
            terminal_id=client.terminal_id,
            issued_at=sent.issued_at,
        )
        try:
            if transaction.careful:
                with transaction.step():
                    return authority.run(transaction, each.command, origin)
            return authority.run(transaction, each.command, origin)
        except PASSING_ERRORS:
            raise  # the database itself is in trouble, which is not the command's fault
        except Exception as problem:
            if isinstance(problem, DATABASE_ERRORS) and not transaction.careful:
                raise  # the committer begins again, with care
            _log.exception(
                "a command failed", client_id=client.id, n=sent.n, command=sent.name, command_id=sent.id
            )
            raise _Trouble(f"The server failed on {sent.name} ({type(problem).__name__}).") from problem


def _failures(client: Client) -> dict[str, int]:
    """How often the server failed on each command that may be the client's next; the first to fail comes first."""
    if not client.failing:
        return {}
    return msgspec.json.decode(client.failing, type=dict[str, int])


def _with_another_failure(client: Client, command_id: str) -> str:
    failures = _failures(client)
    failures[command_id] = failures.get(command_id, 0) + 1
    if len(failures) > _MOST_FAILING:
        del failures[next(iter(failures))]
    return msgspec.json.encode(failures).decode()


def _given_at(request: PushRequest, sent: PushedCommand, client: Client, received_at: int) -> int:
    """When a command was given, by the server's clock (ms UTC): how long ago by the terminal's clock, which may be
    wrong as it likes; and not before what was given before it."""
    if request.sent_at:
        believed = received_at - max(0, request.sent_at - sent.issued_at)
    else:
        believed = min(received_at, authority.acted_at(sent.issued_at, received_at))
    return max(believed, client.given_through)


def _refusal_of_site(
    transaction: Transaction, client: Client, command: Command, given_at: int
) -> Effect | None:
    """The refusal of a command of a site where its terminal did not work when it was given; None where it did."""
    try:
        check_site(transaction.unit, client.terminal_id, command, given_at - _ON_ITS_WAY_MS)
    except RuleViolation as refusal:
        return authority.rejection(refusal)
    return None


def _prepare(sent: PushedCommand) -> _Prepared:
    digest = chain_hash(sent.prev_hash, sent.args).hex()
    if is_derived(sent.id):
        # What the server does by itself or for a request over REST has such an id, which events show to everybody.
        return _Prepared(sent, digest, None, _id_is_taken(sent.id))
    try:
        return _Prepared(sent, digest, decode_args(sent.name, sent.v, sent.args), None)
    except RuleViolation as refusal:
        return _Prepared(sent, digest, None, authority.rejection(refusal))


def _stored(
    transaction: Transaction, client: Client, prepared: Sequence[_Prepared]
) -> dict[int, CommandRecord]:
    """The records of commands that were settled before this push."""
    ids = {
        record_id(client.id, each.sent.n): each.sent.n for each in prepared if each.sent.n <= client.last_n
    }
    found = transaction.unit.get_many(CommandRecord, ids)
    return {ids[row_id]: record for row_id, record in found.items()}


def _settled_under_these_ids(
    transaction: Transaction, client: Client, prepared: Sequence[_Prepared]
) -> dict[str, Effect]:
    """What new commands get whose ids were settled before: command id -> effect. None is done twice.

    A terminal that has enrolled again gets the outcomes from before. From any other, it is another command under an id
    that is taken: rows are named by it, so it would write over what the first one wrote.
    """
    new = [each.sent.id for each in prepared if each.sent.n > client.last_n]
    found = transaction.unit.find_many(CommandRecord, "command_id", new)
    return {
        command_id: _effect_of(records[0]) if client.replaces else _id_is_taken(command_id)
        for command_id, records in found.items()
        if records
    }


def _effect_of(record: CommandRecord) -> Effect:
    return Effect(
        status=record.status,
        code=record.code,
        message=record.message,
        details=msgspec.json.decode(record.details),
    )


def _id_is_taken(command_id: str) -> Effect:
    return authority.rejection(violation("duplicate", thing="command", name=command_id))


def _parked_dependency(transaction: Transaction, client: Client, sent: PushedCommand) -> int:
    """The first of the commands that this one depends on which is parked; 0 for none."""
    ids = {record_id(client.id, n): n for n in sent.depends_on}
    for row_id, record in transaction.unit.get_many(CommandRecord, ids).items():
        if record.status == "parked":
            return ids[row_id]
    return 0


def _record(transaction: Transaction, client: Client, each: _Prepared, effect: Effect) -> CommandRecord:
    sent = each.sent
    return CommandRecord(
        id=record_id(client.id, sent.n),
        client_id=client.id,
        n=sent.n,
        command_id=sent.id,
        actor_id=sent.actor_id,
        name=sent.name,
        hash=each.hash,
        status=effect.status,
        code=effect.code,
        message=effect.message,
        details=msgspec.json.encode(effect.details).decode(),
        args=sent.args.decode("utf-8", "replace") if effect.status == "parked" else "",
        received_at=transaction.received_at,
    )


def record_id(client_id: str, n: int) -> str:
    """The id of the record of a client's n-th command."""
    return f"{client_id}:{n}"


def outcome_of(record: CommandRecord) -> Outcome:
    """The outcome that a record holds."""
    details = msgspec.json.decode(record.details)
    return Outcome(record.n, record.status, record.code, record.message, details)
