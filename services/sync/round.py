"""One whole round of sync: push everything, take over an image if there is nothing yet, pull and settle."""

from __future__ import annotations

import logging
from collections.abc import Callable

from services.protocol.messages import EnrollResponse
from services.sync.errors import ProtocolError, UpgradeRequired
from services.sync.exchange import EpochChanged, Exchange, Forked
from services.sync.first_sync import FirstSync
from services.sync.port import DeviceCredential
from services.sync.pull import abandon, pull_all
from services.sync.push import READING, acknowledged_n, ask_last_n, push_all
from services.sync.replica import Identity
from services.sync.states import Event

log = logging.getLogger(__name__)


class Rounds:
    """Runs rounds, and remembers between them what must not be done twice.

    ``on_identity`` is told of every identity that this terminal takes on.
    """

    def __init__(self, first_sync: FirstSync, on_identity: Callable[[Identity], None]) -> None:
        self._first_sync = first_sync
        self._on_identity = on_identity
        self._enrolled: Identity | None = None
        self._begins = True
        self._ask_first = False

    def run(self, x: Exchange) -> None:
        """Push, first sync if needed, pull, settle; again where the server turns out to stand elsewhere.

        Raises what Transport and Replica raise, UpgradeRequired, and ProtocolError when it does not come to rest.
        """
        if self._begins:
            abandon(x)
            self._first_sync.forget()
            self._begins = False
        ask = self._ask_first
        push_from: int | None = None
        forked = False
        for _ in range(x.limits.turns):
            try:
                acknowledged = self._push(x, ask, push_from)
                ask = False
                push_from = pull_all(x, acknowledged)
            except UpgradeRequired:
                self._ask_first = True  # the next round knocks without showing a command
                raise
            except EpochChanged as change:
                self._change_epoch(x, change.epoch)
                ask, push_from = True, None
                continue
            except Forked as reason:
                if forked:
                    raise ProtocolError("The server does not take this terminal's new identity.") from reason
                log.warning("this terminal's file is a copy or an older one: %s; enrolling again", reason)
                self._enroll_again(x)
                forked, ask, push_from = True, True, None
                continue
            if push_from is None:
                self._ask_first = False
                return
        raise ProtocolError("The server's answers do not fit together; it is tried again.")

    def _push(self, x: Exchange, ask: bool, push_from: int | None) -> int:
        """Push from where the server is, and fill an empty cache; answers the last ``n`` that the server has.

        With an empty cache this terminal's own memory of the server may be from before a restore, so the server is
        asked. Where the two differ the lower is right to start from: sending a command again changes nothing.
        """
        x.enter(Event.PUSH)
        empty = not x.local(READING, x.replica.cursors)
        if push_from is None:
            push_from = acknowledged_n(x)
            if ask or empty:
                push_from = min(push_from, ask_last_n(x))
        acknowledged = push_all(x, push_from)
        if empty:
            self._first_sync.run(x)
        return acknowledged

    def _change_epoch(self, x: Exchange, epoch: str) -> None:
        if epoch in ("", x.identity.epoch):
            raise ProtocolError("The server says that it has a new past, but not which.")
        log.warning("the server was restored: epoch %s instead of %s", epoch, x.identity.epoch)
        self._first_sync.forget()
        x.local("taking on the server's new epoch", x.replica.change_epoch, epoch)
        self._take_identity(x, x.local(READING, x.replica.identity))

    def _enroll_again(self, x: Exchange) -> None:
        """If keeping the new identity fails, it is kept the next time, and not asked for once more."""
        # What was kept after all, although the disk said otherwise, is a copy itself by now.
        if self._enrolled is None or self._enrolled.client_id == x.identity.client_id:
            credential = DeviceCredential(x.identity.client_id, x.identity.credential)
            answer: EnrollResponse = x.remote(
                "enrolling again", x.limits.enroll_s, x.transport.re_enroll, credential
            )
            self._enrolled = Identity(
                client_id=answer.client_id,
                credential=answer.credential,
                terminal_code=answer.terminal_code,
                epoch=answer.epoch,
            )
        x.local("keeping the new identity", x.replica.enrolled_again, self._enrolled)
        self._take_identity(x, self._enrolled)
        self._enrolled = None

    def _take_identity(self, x: Exchange, identity: Identity) -> None:
        x.identity = identity
        x.transport.present(DeviceCredential(identity.client_id, identity.credential))
        self._on_identity(identity)
