"""Runs pending commands over rows that came from the server, or over rows that lag behind the outbox."""

from __future__ import annotations

from local_db.cache import Cache
from local_db.outbox import Outbox, OutboxSeen
from local_db.provisional import Provisional
from services.commands.codec import decode_args
from services.domain.refusals import RuleViolation
from services.handlers.dispatch import Effect
from services.protocol.messages import PushedCommand

_COMMANDS_AT_ONCE = 500


class Replay:
    """Replays commands of the outbox on the cache, within its owner's transaction."""

    def __init__(self, cache: Cache, outbox: Outbox | OutboxSeen, provisional: Provisional) -> None:
        self._cache = cache
        self._outbox = outbox
        self._provisional = provisional

    def after(self, n: int, terminal_id: str) -> set[str]:
        """Replay every command after ``n``. Answers the tables that changed.

        A command that a rule refuses now stays queued and is marked at risk: only the server decides about it.
        """
        touched: set[str] = set()
        cache = self._cache
        cache.connection.execute("DELETE FROM at_risk WHERE n > ? OR n <= ?", (n, cache.last_n))
        while batch := self._outbox.commands_after(n, _COMMANDS_AT_ONCE):
            for sent in batch:
                cache.step_back.check()
                touched |= self._provisional.keep(sent.n, self._run(sent, terminal_id))
            n = batch[-1].n
        cache.set_applied(self._outbox.last_n)
        return touched

    def _run(self, sent: PushedCommand, terminal_id: str) -> Effect:
        try:
            command = decode_args(sent.name, sent.v, sent.args)
        except RuleViolation as refusal:
            return Effect(
                status="rejected", code=refusal.code, message=refusal.message, details=list(refusal.details)
            )
        context = self._provisional.context(sent.id, sent.actor_id, terminal_id, sent.issued_at)
        return self._provisional.run(command, context)
