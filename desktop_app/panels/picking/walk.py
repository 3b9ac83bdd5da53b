"""A walk: the tasks one picker does in one go, in walking order, and how far each of them has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from local_db.queries.pick_tasks import PickTaskRow


class Stage(StrEnum):
    """What is to be scanned next."""

    BIN = "bin"
    PRODUCT = "product"
    COUNT = "count"
    DONE = "done"


@dataclass(slots=True)
class Walk:
    """The tasks of a walk. ``at`` is the present one; ``counted`` units of it were scanned so far.

    ``doubted``: those that were done and kept, though they do not fit what is known here, and why.
    """

    tasks: list[PickTaskRow] = field(default_factory=list)
    at: int = 0
    stage: Stage = Stage.DONE
    counted: int = 0
    done: set[str] = field(default_factory=set)
    doubted: dict[str, str] = field(default_factory=dict)

    @classmethod
    def over(cls, tasks: Sequence[PickTaskRow]) -> Walk:
        """A walk over tasks, in the order given."""
        return cls(tasks=list(tasks), stage=Stage.BIN if tasks else Stage.DONE)

    @property
    def task(self) -> PickTaskRow | None:
        """The present task, or None at the end of the walk."""
        return self.tasks[self.at] if self.at < len(self.tasks) else None

    @property
    def left(self) -> int:
        """How many units of the present task are still to be picked."""
        task = self.task
        return task.quantity - task.picked if task is not None else 0

    def is_over_order(self, order_id: str) -> bool:
        """Whether it walks this order alone, and is not at its end."""
        return self.task is not None and {task.order_id for task in self.tasks} == {order_id}

    @property
    def progress(self) -> str:
        """How many are picked, and how many of them the server still has to decide on."""
        doubted = len(self.doubted)
        sure = f"{len(self.done) - doubted} of {len(self.tasks)} picked"
        return f"{sure}, {doubted} kept in doubt" if doubted else sure

    def found_bin(self) -> None:
        """The picker stands before the right bin."""
        self.stage = Stage.PRODUCT

    def found_product(self, units: int) -> None:
        """So many units of the right product were scanned."""
        self.counted = min(self.left, self.counted + units)
        self.stage = Stage.COUNT

    def next(self) -> None:
        """The present task is done: on to the next."""
        if self.task is not None:
            self.done.add(self.task.id)
        self.at += 1
        self.counted = 0
        while self.task is not None and self.task.id in self.done:
            self.at += 1
        self.stage = Stage.BIN if self.task is not None else Stage.DONE

    def go_to(self, task_id: str) -> bool:
        """Make another task of the walk the present one."""
        for place, task in enumerate(self.tasks):
            if task.id == task_id and task.id not in self.done:
                self.at, self.counted, self.stage = place, 0, Stage.BIN
                return True
        return False

    def settle(self, done: set[str]) -> None:
        """Somebody else has done these tasks, or they were called off."""
        self.done |= done
        if self.task is not None and self.task.id in self.done:
            self.next()
