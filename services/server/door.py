"""How REST requests change things: by commands of the signed-in person, in the same commits as everybody else's.

An Idempotency-Key is kept with the answer in the commit that did the work, so that a repeat, even one sent at the same
time, gets the first one's answer and does nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from fastapi import Request
from fastapi.responses import Response

from services.commands import Command
from services.commands.codec import checked
from services.domain.identifiers import derive
from services.handlers.dispatch import Effect
from services.handlers.entry import check_entry
from services.handlers.work import Context
from services.server import authority
from services.server.auth import Person
from services.server.clock import new_id
from services.server.committer import Committer
from services.server.errors import ApiError, refused
from services.server.server_tables import IdempotencyRecord
from services.server.transaction import Transaction

_LONGEST_KEY = 255


class Answer(msgspec.Struct, frozen=True):
    """What a request is answered with: an HTTP status and a JSON body."""

    status: int
    body: dict[str, Any]


class Desk:
    """The server's own counter: one request's commands, run for the signed-in person at the API's terminal."""

    def __init__(self, transaction: Transaction, person: Person, request_id: str) -> None:
        self.transaction = transaction
        self.unit = transaction.unit
        self.person = person
        self._request_id = request_id
        self._done = 0

    def run(self, command: Command, terminal_id: str = "") -> Effect:
        """Run a command as it is entered: what a person can still put right is refused, facts included."""
        self._done += 1
        now = self.transaction.received_at
        # Sums of what a request says (a product named twice, packs of a scan) can be more than a command takes.
        command, _ = checked(command)
        origin = authority.Origin(
            command_id=derive(self._request_id, "command", self._done),
            actor_id=self.person.id,
            terminal_id=terminal_id,
            issued_at=now,
        )
        context = Context(
            command_id=origin.command_id,
            actor_id=origin.actor_id,
            terminal_id=terminal_id,
            at=now,
            received_at=now,
        )
        authority.check_permission(self.transaction, self.person.id, command.spec.permission)
        check_entry(self.unit, command, context)
        return authority.run(self.transaction, command, origin)

    def must(self, command: Command, terminal_id: str = "") -> Effect:
        """Run a command that has to be taken; otherwise the whole request is refused and nothing of it remains."""
        effect = self.run(command, terminal_id)
        if effect.status == "rejected":
            raise refused(effect.code, effect.message, effect.details)
        return effect


class Door:
    """Takes requests that write."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer

    def answer(
        self,
        request: Request,
        person: Person,
        scopes: Iterable[str],
        work: Callable[[Desk], Answer],
        body: bytes,
    ) -> Response:
        """Do the work in a commit, or repeat the answer of the request with the same key. Blocks.

        Raises ApiError and RuleViolation, of which nothing remains.
        """
        request_id = new_id()
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return _response(
                self._committer.run(scopes, lambda transaction: work(Desk(transaction, person, request_id))),
                False,
            )
        if len(key) > _LONGEST_KEY:
            raise ApiError(422, f"An Idempotency-Key has at most {_LONGEST_KEY} characters.", "invalid_value")
        record_id = hashlib.sha256(f"{person.id}\n{key}".encode()).hexdigest()
        request_hash = hashlib.sha256(
            b"\n".join((request.method.encode(), request.url.path.encode(), request.url.query.encode(), body))
        ).hexdigest()

        def once(transaction: Transaction) -> tuple[Answer, bool]:
            known = transaction.unit.get(IdempotencyRecord, record_id)
            if known is not None:
                if known.request_hash != request_hash:
                    error = "This Idempotency-Key was used for another request."
                    raise ApiError(422, error, "idempotency_key_reused")
                return Answer(known.status, msgspec.json.decode(known.body)), True
            answer = work(Desk(transaction, person, request_id))
            body_text = msgspec.json.encode(answer.body).decode()
            transaction.unit.put(
                IdempotencyRecord(record_id, request_hash, answer.status, body_text, transaction.received_at)
            )
            return answer, False

        return _response(*self._committer.run(scopes, once, locks=(f"key:{record_id}",)))


def _response(answer: Answer, replayed: bool) -> Response:
    return Response(
        msgspec.json.encode(answer.body),
        status_code=answer.status,
        media_type="application/json",
        headers={"Idempotency-Replayed": "true"} if replayed else None,
    )
