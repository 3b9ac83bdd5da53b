"""Push: send durable commands in order until the server has them all, and keep each outcome as it comes."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from services.protocol.messages import (
    MAX_COMMANDS_PER_PUSH,
    SCHEMA,
    PullResponse,
    PushedCommand,
    PushRequest,
    PushResponse,
)
from services.sync.errors import Busy, ProtocolError, TooLarge, UpgradeRequired
from services.sync.exchange import EpochChanged, Exchange, Forked
from services.sync.status import Progress

log = logging.getLogger(__name__)

READING = "reading the outbox"


def acknowledged_n(x: Exchange) -> int:
    """Up to which ``n`` this terminal knows that the server has its commands."""
    return max(
        x.local(READING, x.replica.settled_n),
        x.local(READING, x.replica.outcomes_ack),
    )


def ask_last_n(x: Exchange) -> int:
    """The server's ``last_n`` for this terminal, asked for without sending a command. Raises as ``push_all`` does."""
    answer = _send(x, ())
    raise_for(answer)
    return answer.last_n


def push_all(x: Exchange, after: int) -> int:
    """Send every durable command from ``after + 1`` on; answers the last ``n`` that the server then has.

    Whatever is lost, repeated or late on the way only costs another send: the server tells repeats by ``n``.
    Raises EpochChanged, Forked, UpgradeRequired, and what Transport and Replica raise.
    """
    limit = MAX_COMMANDS_PER_PUSH
    barren = 0
    total = sent = 0
    while True:
        batch = x.local(READING, x.replica.commands_after, after, limit, x.limits.push_bytes)
        if not batch:
            x.report(None)
            return after
        if batch[0].n != after + 1:
            # The server wants commands that are no longer kept here: this history cannot be joined to its own.
            raise Forked(f"the server is at {after}, what is kept here begins at {batch[0].n}")
        total = total or x.local(READING, x.replica.pending_count)
        x.report(Progress("commands", min(sent, total), total))
        try:
            answer = _send(x, batch)
        except TooLarge:
            if len(batch) == 1:
                raise
            limit = max(1, len(batch) // 2)
            continue
        _keep_outcomes(x, batch, answer)
        reached = _reached(x, batch, answer)
        if reached > after:
            sent += reached - after
        else:
            barren += 1
            if barren > x.limits.barren_pushes:
                raise ProtocolError("The server keeps asking for commands that it has been sent already.")
        after = reached


def _send(x: Exchange, batch: Sequence[PushedCommand]) -> PushResponse:
    request = PushRequest(
        client_id=x.identity.client_id,
        epoch=x.identity.epoch,
        schema=SCHEMA,
        commands=tuple(batch),
        outcomes_ack=x.local(READING, x.replica.outcomes_ack),
        sent_at=x.clock.now_ms(),
    )
    answer: PushResponse = x.timed("sending commands", x.limits.push_s, x.transport.push, request)
    return answer


def _keep_outcomes(x: Exchange, batch: Sequence[PushedCommand], answer: PushResponse) -> None:
    """Before anything else is made of an answer: also one with a problem may bring outcomes of what went well.

    Only for commands that were sent: a copy of this file elsewhere may have its own under higher numbers.
    """
    outcomes = [outcome for outcome in answer.outcomes if outcome.n <= batch[-1].n]
    if outcomes:
        x.local("keeping outcomes", x.replica.record_outcomes, outcomes)


def _reached(x: Exchange, batch: Sequence[PushedCommand], answer: PushResponse) -> int:
    """The ``n`` to go on from, never beyond what was sent. Raises for every problem but a gap."""
    if answer.problem == "gap":
        log.info("the server has a gap before n=%d and expects n=%d", batch[0].n, answer.expected)
        return min(max(answer.expected - 1, 0), batch[-1].n)
    raise_for(answer)
    return min(answer.last_n, batch[-1].n)


def raise_for(answer: PushResponse | PullResponse) -> None:
    """Raise what the problem of an answer stands for, in the server's words where it gives any; nothing without one."""
    message = answer.message if isinstance(answer, PushResponse) else ""
    match answer.problem:
        case "":
            return
        case "epoch_changed":
            raise EpochChanged(answer.epoch)
        case "forked":
            raise Forked("the server has other commands under this terminal's numbers")
        case "upgrade_required":
            raise UpgradeRequired(message or _UPGRADE_WORDS)
        case "busy":
            raise Busy(message or "The server is busy.")
        case problem:
            raise ProtocolError(
                f"The server answered something this program does not know ({problem[:40]!r})."
            )


_UPGRADE_WORDS = (
    "This program is too old or too new for the server. Nothing is sent until it is updated; "
    "everything queued here is kept."
)
