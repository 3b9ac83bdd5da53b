"""Desks without a screen in a process of their own, told what to do: ``python -m tests.faults.desk_child TASK``.

A line of stdin is a message, and so is the line that answers it. What every command that has returned was, is written to
the task's ``given`` at once, so that it is known even of a desk that is killed.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import msgspec

from local_db import Desk
from local_db.background import SyncTuning
from local_db.files import transaction
from services.commands import Command, HoldOrder, NewLine, PlaceOrder, ReceiveStock
from services.commands.codec import encode_args, name_of
from services.protocol.messages import EnrollResponse
from services.sync.engine import Pace
from services.sync.heartbeat import Beats
from services.sync.live import LiveSettings
from services.sync.retry import RetryPolicy
from tests.faults.parent_death import die_with_parent
from tests.helpers.warehouse_names import CUSTOMER, SITE, bin_id, product_id
from tests.helpers.worker import Worker

COUNTED = product_id(5)
"""The product of which every receipt brings one piece, and which nobody orders."""
PERSON = "user-supervisor"
POISON = "POISON"
"""The note of an order on which the server fails each time."""

# Brisk, so that a test of seconds meets what takes minutes otherwise.
_RETRY = RetryPolicy(base_s=0.05, slow_cap_s=0.5, barred_cap_s=0.5)
_PACE = Pace(poll_s=(0.3, 0.6), live_poll_s=(5.0, 8.0))
_LIVE = LiveSettings(beats=Beats(every_s=0.3, overdue_s=0.3, dead_s=0.6), open_s=0.5)
_BREATH_S = 0.01


class Task(msgspec.Struct, frozen=True):
    """Which desks to be. ``credentials``: of those that are new. ``given``: the file for what was given."""

    url: str
    folders: list[str]
    given: str
    credentials: list[EnrollResponse] = []
    seed: int = 1


class Seen(msgspec.Struct, frozen=True):
    """A desk as it is at this moment."""

    client_id: str
    pending: int
    badge: str
    sync: str
    problem: str
    hints: bool
    cursors: dict[str, int]
    open_items: int


class Message(msgspec.Struct, frozen=True):
    """What to do, and how often."""

    do: str
    count: int = 1
    site_id: str = SITE


class Answer(msgspec.Struct, frozen=True):
    """What came of it. ``error`` names the class of what was raised."""

    seen: list[Seen] = []
    error: str = ""
    words: str = ""


class Seat:
    """A desk, and who works at it."""

    def __init__(self, desk: Desk, given: TextIO, seed: int) -> None:
        self.desk = desk
        self._given = given
        self._chance = random.Random(seed)
        self._person = Worker(desk, self._chance)
        desk.as_user(PERSON)
        self._leaving = threading.Event()
        self._worker: threading.Thread | None = None
        self._trouble: Exception | None = None

    def give(self, command: Command) -> None:
        """Give a command, and note it once it is durable."""
        self._note(self.desk.do(command).id, command)

    def receive(self, site_id: str = SITE) -> None:
        """One piece of the counted product comes in."""
        self.give(receipt(site_id))

    def poison(self) -> None:
        """An order on which the server fails, and what makes no sense without it."""
        desk = self.desk
        line = NewLine(line_id=desk.new_id(), product_id=product_id(1), quantity=1, price_minor=100)
        order = PlaceOrder(
            site_id=SITE, order_id=desk.new_id(), number=desk.next_order_number(), customer_id=CUSTOMER, lines=(line,),
            currency="GBP", note=POISON,
        )  # fmt: skip
        self.give(order)
        self.give(HoldOrder(site_id=SITE, order_id=order.order_id, reason="call"))

    def work(self) -> None:
        """Whatever comes to mind, and a receipt."""
        done = self._person.work()
        if done is not None:
            self._note(*done)
        self.receive()

    def queue(self, count: int, site_id: str) -> None:
        """Many receipts in the outbox at once, as after a power cut that cost the cache its commits."""
        store = self.desk._store
        outbox = store.outbox
        command = receipt(site_id)
        args = encode_args(command)
        ids = [self.desk.new_id() for _ in range(count)]
        with store.writing(), transaction(outbox.connection):
            for command_id in ids:
                n = outbox.append(
                    command_id, PERSON, name_of(command), command.spec.version, args, store.clock()
                )
                outbox.advance(n, args)
        for command_id in ids:
            self._note(command_id, command)

    def begin(self) -> None:
        """Work on without being told."""
        self._leaving.clear()
        self._worker = threading.Thread(target=self._work_on, name="worker", daemon=True)
        self._worker.start()

    def end(self) -> None:
        """No more work. Raises what ended it before."""
        self._leaving.set()
        if self._worker is not None:
            self._worker.join()
        if self._trouble is not None:
            raise self._trouble

    def seen(self) -> Seen:
        """The desk as it is."""
        link, identity = self.desk.link, self.desk.identity
        return Seen(
            client_id=identity.client_id if identity else "",
            pending=link.pending,
            badge=link.state,
            sync=link.sync_state,
            problem=link.problem,
            hints=link.hints,
            cursors=self.desk._replica.cursors(),
            open_items=link.needs_attention,
        )

    def _work_on(self) -> None:
        try:
            while not self._leaving.is_set():
                self.work()
                time.sleep(self._chance.uniform(0, 2 * _BREATH_S))
        except Exception as problem:
            self._trouble = problem

    def _note(self, command_id: str, command: Command) -> None:
        self._given.write(f"{command_id} {name_of(command)}\n")
        self._given.flush()


def receipt(site_id: str = SITE) -> ReceiveStock:
    """One piece of the counted product."""
    return ReceiveStock(site_id=site_id, product_id=COUNTED, location_id=bin_id(site_id, 5), quantity=1)


def _verbs(seats: list[Seat]) -> dict[str, Callable[[Message], object]]:
    def each(act: Callable[[Seat, Message], object]) -> Callable[[Message], object]:
        return lambda message: [act(seat, message) for seat in seats]

    return {
        "look": lambda _: None,
        "start": each(lambda seat, _: seat.desk.start()),
        "stop": each(lambda seat, _: seat.desk.stop()),
        "sync": each(lambda seat, _: seat.desk.sync()),
        "receive": each(lambda seat, message: [seat.receive(message.site_id) for _ in range(message.count)]),
        "work": each(lambda seat, message: [seat.work() for _ in range(message.count)]),
        "poison": each(lambda seat, _: seat.poison()),
        "queue": each(lambda seat, message: seat.queue(message.count, message.site_id)),
        "begin": each(lambda seat, _: seat.begin()),
        "end": each(lambda seat, _: seat.end()),
    }


def _say(answer: Answer) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


def _failed(problem: Exception) -> Answer:
    return Answer(error=type(problem).__name__, words=str(problem))


def main(task_file: str) -> None:
    """Be these desks until stdin ends."""
    die_with_parent()
    task = msgspec.json.decode(Path(task_file).read_bytes(), type=Task)
    desks: list[Desk] = []
    try:
        for folder in task.folders:
            desks.append(Desk.open(Path(folder), server_url=task.url, allow_plain=True, tuning=_tuning()))
    except Exception as problem:
        _say(_failed(problem))
        return
    for desk, credentials in zip(desks, task.credentials, strict=False):
        desk.enrolled(credentials)
    with Path(task.given).open("a", encoding="utf-8") as given:
        seats = [Seat(desk, given, task.seed + number) for number, desk in enumerate(desks)]
        verbs = _verbs(seats)
        _say(Answer(seen=[seat.seen() for seat in seats]))
        for line in sys.stdin.buffer:
            message = msgspec.json.decode(line, type=Message)
            try:
                verbs[message.do](message)
                _say(Answer(seen=[seat.seen() for seat in seats]))
            except Exception as problem:
                _say(_failed(problem))
        for desk in desks:
            desk.close()


def _tuning() -> SyncTuning:
    return SyncTuning(retry=_RETRY, pace=_PACE, live=_LIVE)


if __name__ == "__main__":
    main(sys.argv[1])
