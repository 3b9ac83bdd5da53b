"""What many runs came to: kept in a file, so that a long row of them can be broken off and gone on with."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import msgspec

from tests.simulator import faults
from tests.simulator.run import Verdict
from tests.simulator.schedule import COMMANDS, FAULTS, as_text, from_text


class Tally(msgspec.Struct):
    """Counts over the runs that are done. ``done``: their seeds, as `1-400,402`. ``cpu_s``: processor time of them all."""

    done: str = ""
    commands: int = 0
    short: int = 0
    """Runs with fewer commands or faults than a run should have."""
    cpu_s: float = 0.0
    wall_s: float = 0.0
    faults: dict[str, int] = {}
    happened: dict[str, int] = {}
    violations: list[str] = []
    """The command that replays each."""

    @classmethod
    def read(cls, path: Path | None) -> Tally:
        """What the file has; an empty tally where there is none."""
        if path is None or not path.exists():
            return cls()
        return msgspec.json.decode(path.read_bytes(), type=cls)

    def write(self, path: Path | None) -> None:
        """Keep it."""
        if path is not None:
            part = path.with_suffix(".part")
            part.write_bytes(msgspec.json.format(msgspec.json.encode(self)))
            os.replace(part, path)

    @property
    def seeds(self) -> set[int]:
        """The seeds that are done."""
        return set(from_text(self.done))

    def add(self, summary: Summary) -> None:
        """More runs are done."""
        self.done = as_text(self.seeds | set(summary.seeds))
        self.commands += summary.commands
        self.short += summary.short
        self.cpu_s += summary.cpu_s
        self.faults = dict(Counter(self.faults) + Counter(summary.faults))
        self.happened = dict(Counter(self.happened) + Counter(summary.happened))

    def lines(self) -> list[str]:
        """The tally for people."""
        runs = max(1, len(self.seeds))
        struck = sum(self.faults.values())
        said = [
            f"{len(self.seeds)} schedules, {self.commands} commands, {struck} faults "
            f"({self.commands / runs:.1f} and {struck / runs:.1f} a schedule; {self.short} with fewer than "
            f"{COMMANDS} commands or {FAULTS} faults)",
            f"{self.wall_s:.0f} s, {len(self.seeds) / max(self.wall_s, 0.001):.1f} schedules/s; "
            f"{len(self.seeds) / max(self.cpu_s, 0.001):.1f} schedules per second of processor time",
        ]
        said += [f"  {kind:32} {self.faults.get(kind, 0)}" for kind in faults.ALL]
        return [*said, "besides:", *(f"  {kind:32} {times}" for kind, times in sorted(self.happened.items()))]


class Summary(msgspec.Struct):
    """A few runs in a row, as a worker tells of them."""

    seeds: list[int]
    commands: int = 0
    short: int = 0
    cpu_s: float = 0.0
    faults: dict[str, int] = {}
    happened: dict[str, int] = {}
    broken: int | None = None
    """The seed of the run that broke something; the row ends with it."""

    def count(self, verdict: Verdict) -> None:
        """One run more."""
        self.commands += verdict.commands
        self.short += verdict.commands < COMMANDS or verdict.faults.total() < FAULTS
        self.faults = dict(Counter(self.faults) + verdict.faults)
        self.happened = dict(Counter(self.happened) + verdict.happened)
