"""Makes a person's command durable and shows its effect at once: the outbox's commit first, then the cache's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache

import msgspec

from local_db.cache import Cache
from local_db.dependencies import depends_on
from local_db.files import DatabaseError, transaction
from local_db.outbox import Outbox
from local_db.provisional import Provisional
from services.commands.codec import checked, name_of
from services.commands.command import Command, Kind
from services.domain.permissions import PERMISSIONS, TERMINAL_ACTOR, TERMINAL_GRANT, permissions_of
from services.domain.refusals import RuleViolation, refuse
from services.handlers.dispatch import Effect
from services.handlers.entry import check_entry
from services.handlers.terminal_sites import check_site
from services.storage.tables import User

log = logging.getLogger(__name__)

PROVISIONAL = "provisional"
CONFIRMED = "confirmed"
AT_RISK = "at_risk"


class Receipt(msgspec.Struct, frozen=True):
    """A command is durable. ``n`` counts this terminal's commands.

    ``status``: provisional (it fits what is known here; the server has not spoken), confirmed (certain to be
    accepted), or at_risk (a fact that does not fit what is known here: it is kept and sent, the server decides).
    ``code``, ``message`` and ``details`` say why it is at risk, or what of it fell short.
    """

    n: int
    id: str
    status: str
    code: str = ""
    message: str = ""
    details: list[dict[str, object]] = []


class CommandRunner:
    """Runs commands on this terminal, one at a time under the owner's write lock.

    ``on_step`` is told how far each command has come, so that tests can cut the power at any point.
    """

    def __init__(
        self, cache: Cache, outbox: Outbox, provisional: Provisional, on_step: Callable[[str], None] | None
    ) -> None:
        self._cache = cache
        self._outbox = outbox
        self._provisional = provisional
        self._on_step = on_step or (lambda step: None)

    def do(
        self,
        command: Command,
        *,
        command_id: str,
        actor_id: str,
        terminal_id: str,
        issued_at: int,
        clock_offset: int = 0,
    ) -> tuple[Receipt, set[str]]:
        """Make a command durable. Answers its receipt, and the tables that changed.

        ``clock_offset`` (ms) is how far the server's clock was ahead when it was last compared: only a hint whether
        what is set aside for this terminal is still its own.

        Raises RuleViolation where the actor may not give it, where a field is wrong, or where a rule refuses a promise
        or an edit; a DatabaseError where the files would not take it. Then nothing was kept.
        """
        command, args = checked(command)
        cache, outbox, step = self._cache, self._outbox, self._on_step
        cache.begin()
        try:
            self._check_permission(command, actor_id)
            # The server would take nothing of a site where this terminal does not work, a fact neither. One that has not
            # pulled yet does not know its sites.
            check_site(cache.unit, terminal_id, command, issued_at + clock_offset, may_not_know=True)
            context = self._provisional.context(command_id, actor_id, terminal_id, issued_at)
            if command.spec.kind is Kind.FACT:
                check_entry(cache.unit, command, context)
                effect = self._provisional.run(command, context)
            else:
                effect = self._provisional.try_out(command, context)
                if effect.status == "rejected":
                    raise RuleViolation(effect.code, effect.message, effect.details)
        except RuleViolation:
            cache.leave()
            raise
        except BaseException:
            cache.take_back()
            raise
        try:
            before = depends_on(cache.connection, args) if outbox.last_n > cache.last_n else ()
            is_certain = issued_at + clock_offset < effect.certain_until and not cache.has_at_risk()
            n = outbox.last_n + 1
            touched = self._provisional.keep(n, effect)
            cache.set_applied(n)
            step("effects written")
            with transaction(outbox.connection):
                outbox.append(
                    command_id, actor_id, name_of(command), command.spec.version, args, issued_at, before
                )
                step("outbox written")
        except BaseException:
            try:
                cache.take_back()
            finally:
                # After an error in a commit it is not certain what the file holds: it is asked.
                outbox.reload()
            raise
        try:
            self._commit_cache(n)
        finally:
            outbox.advance(n, args)
        return _receipt(n, command_id, effect, is_certain=is_certain), touched

    def _commit_cache(self, n: int) -> None:
        """The command is durable whatever happens now; effects that are lost here are replayed before the next read."""
        try:
            self._on_step("outbox committed")
            self._cache.commit(applied_through=n)
        except BaseException as problem:
            self._cache.take_back()
            if not isinstance(problem, DatabaseError):
                raise
            log.exception("the effects of command %d could not be kept; they will be replayed", n)
        self._on_step("cache committed")

    def _check_permission(self, command: Command, actor_id: str) -> None:
        permission = command.spec.permission
        if actor_id == TERMINAL_ACTOR and permission in TERMINAL_GRANT:
            return
        user = self._cache.unit.get(User, actor_id)
        if user is None or not user.active:
            refuse("actor_inactive", actor=user.name if user else actor_id, details=[{"actor_id": actor_id}])
        if permission not in _permissions(user.roles):
            refuse(
                "not_permitted",
                actor=user.name,
                permission=PERMISSIONS.get(permission, permission),
                details=[{"actor_id": actor_id, "permission": permission}],
            )


@lru_cache(maxsize=64)
def _permissions(roles: str) -> frozenset[str]:
    return permissions_of(roles)


def _receipt(n: int, command_id: str, effect: Effect, *, is_certain: bool) -> Receipt:
    status = AT_RISK if effect.status == "rejected" else CONFIRMED if is_certain else PROVISIONAL
    return Receipt(n, command_id, status, effect.code, effect.message, effect.details)
