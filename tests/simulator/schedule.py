"""What happens in one simulated run, as data: drawn from a seed, and any part of it can be left out."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tests.simulator import faults

WORK, SYNC, WAIT, KEEP, FAULT = "work", "sync", "wait", "keep", "fault"
DAYS = "days"
"""A wait so long that what is set aside for a terminal runs out."""

COMMANDS = 40
"""How many commands a schedule has at least."""
FAULTS = 10
"""How many faults strike in a schedule at least."""
_FAULTS_DRAWN = 12
_RESERVE = 60
_RESTORES = 0.15
"""In what part of the schedules the server is restored from a backup."""
_COPIES = 0.2
"""In what part of the others a terminal's files are copied, and both copies are worked with."""
_LONG_WAITS = 0.4
_IMAGES_STRUCK = 0.7

# Few terminals meet each other most often; many now and then.
_SIZES = ((2, 50), (3, 33), (4, 12), (6, 3.6), (12, 1.2), (50, 0.2))
_YEAR_S = 365.25 * 86_400


@dataclass(frozen=True)
class Step:
    """One thing that happens at a terminal (or at the server). ``salt`` is all the chance that it takes."""

    kind: str
    who: int
    what: str
    salt: int


@dataclass(frozen=True)
class Knobs:
    """Sizes that are small here, so that their edges are met: rows a page, bytes a push, staged rows in memory, rows that
    the unit of work is taught."""

    rows_per_page: int
    push_bytes: int
    bytes_in_memory: int
    small_bytes: int
    slow_pages: bool


@dataclass(frozen=True)
class Schedule:
    """A run. ``offsets``: how far each terminal's clock is off, in seconds. ``kept``: the steps left in, None for all.

    The last ``reserve`` steps are only taken while there have been too few commands or faults: not every command is
    taken, and not every fault finds an occasion.
    """

    seed: int
    terminals: int
    offsets: tuple[float, ...]
    knobs: Knobs
    steps: tuple[Step, ...]
    reserve: int = 0
    kept: tuple[int, ...] | None = None

    def only(self, kept: Collection[int]) -> Schedule:
        """This run with these steps only."""
        every = self.steps if self.kept is None else generate(self.seed).steps
        chosen = tuple(sorted(kept))
        steps = tuple(every[i] for i in chosen)
        return Schedule(self.seed, self.terminals, self.offsets, self.knobs, steps, kept=chosen)

    @property
    def indexes(self) -> tuple[int, ...]:
        """The steps that are in, by their place in the whole run."""
        return tuple(range(len(self.steps))) if self.kept is None else self.kept


def generate(seed: int) -> Schedule:
    """The run of a seed."""
    chance = random.Random(seed)
    sizes, weights = zip(*_SIZES, strict=True)
    terminals = chance.choices(sizes, weights)[0]
    kinds = [WORK] * COMMANDS + [FAULT] * _FAULTS_DRAWN + [SYNC] * 5 + [WAIT] * 2 + [KEEP] * 2
    chance.shuffle(kinds)
    steps = _steps(chance, terminals, kinds)
    if chance.random() < _RESTORES:
        _add_restore(chance, steps)
    elif chance.random() < _COPIES:
        copy = Step(FAULT, chance.randrange(terminals), faults.COPY[0], chance.getrandbits(32))
        steps.insert(chance.randrange(len(steps) * 2 // 3), copy)
    # A desk that has lost its rows knows nobody who may do anything: it has to sync before somebody can work there.
    reserve = _steps(chance, terminals, [SYNC, WORK, FAULT] * _RESERVE)
    return Schedule(
        seed=seed,
        terminals=terminals,
        offsets=tuple(_offset(chance) for _ in range(terminals)),
        knobs=Knobs(
            rows_per_page=chance.choice((12, 50, 2000)),
            push_bytes=chance.choice((1200, 4000, 768 * 1024)),
            bytes_in_memory=chance.choice((2000, 40_000_000)),
            small_bytes=chance.choice((0, 2000, 400_000)),
            slow_pages=chance.random() < 0.3,
        ),
        steps=(*steps, *reserve),
        reserve=len(reserve),
    )


def _offset(chance: random.Random) -> float:
    """Most clocks are nearly right, some are off by hours, some by years."""
    return chance.choice((0.0, chance.uniform(-5, 5), 3600.0, -7200.0, chance.uniform(-9, 9) * _YEAR_S))


def _steps(chance: random.Random, terminals: int, kinds: list[str]) -> list[Step]:
    steps: list[Step] = []

    def add(kind: str, who: int, what: str = "") -> None:
        steps.append(Step(kind, who, what, chance.getrandbits(32)))

    for kind in kinds:
        who = chance.randrange(terminals)
        if kind != FAULT:
            add(kind, who, DAYS if kind == WAIT and chance.random() < _LONG_WAITS else "")
            continue
        what = _fault(chance)
        add(FAULT, who, what)
        if what == "cache_lost" and chance.random() < _IMAGES_STRUCK:
            add(FAULT, who, chance.choice(faults.IMAGE))
            add(SYNC, who)
            add(SYNC, who)
        # A fault without an occasion is none: most are met at once.
        if what in faults.STEPS or (what in faults.DISK and chance.random() < 0.5):
            add(WORK, who)
        elif what not in faults.AT_ONCE and chance.random() < 0.8:
            add(SYNC, who)
    return steps


def _add_restore(chance: random.Random, steps: list[Step]) -> None:
    """Somewhere the server is backed up, and later put back to that."""
    early, late = sorted(chance.sample(range(len(steps) + 1), 2))
    steps.insert(late, Step(FAULT, 0, faults.RESTORE[0], chance.getrandbits(32)))
    steps.insert(early, Step(FAULT, 0, faults.BACKUP, chance.getrandbits(32)))


def _fault(chance: random.Random) -> str:
    group = chance.choices(
        (
            faults.NETWORK,
            tuple(faults.STEPS),
            faults.DISK,
            faults.SERVER_DISK,
            faults.SERVER,
            faults.AT_ONCE,
            faults.PEOPLE,
        ),
        (11, 2, 4, 1.5, 1, 1.5, 0.5),
    )[0]
    return chance.choice(group)


def as_text(kept: Iterable[int]) -> str:
    """Numbers as `3,7-9,12`."""
    parts: list[list[int]] = []
    for number in sorted(kept):
        if parts and parts[-1][-1] == number - 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return ",".join("-".join(map(str, part)) for part in parts)


def from_text(text: str) -> tuple[int, ...]:
    """The numbers of `3,7-9,12`."""
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)
