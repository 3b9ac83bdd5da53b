"""Plays as many schedules as one likes: ``python -m tests.simulator --schedules N --seed S``."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tests.simulator.disk import lock_nothing
from tests.simulator.planted import PLANTED
from tests.simulator.run import run
from tests.simulator.schedule import Schedule, as_text, from_text, generate
from tests.simulator.shrink import shrink
from tests.simulator.stage import Stage
from tests.simulator.tally import Summary, Tally

_ROW = 20
_TELL_EVERY_S = 30.0


def main(arguments: list[str] | None = None) -> int:
    """Answers 0 where everything held, 1 where something did not."""
    asked = _parser().parse_args(arguments)
    with ExitStack() as stack:
        if asked.plant:
            stack.enter_context(PLANTED[asked.plant]())
        if asked.replay is not None:
            return _replay(asked)
        return _play_many(asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--schedules", type=int, default=1000, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="of the first one; the others follow")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--state", type=Path, help="a file to go on from where the last call was broken off")
    parser.add_argument("--replay", type=int, metavar="SEED", help="only this one, telling what happens")
    parser.add_argument("--only", metavar="STEPS", help="with --replay: these steps only, as in 3,7-9")
    parser.add_argument("--terminals", type=int, help="with --replay: the first so many terminals only")
    parser.add_argument("--plant", choices=sorted(PLANTED), help="with a fault planted in the product")
    return parser


# One


def _replay(asked: argparse.Namespace) -> int:
    schedule = generate(asked.replay)
    if asked.only is not None:
        schedule = schedule.only(from_text(asked.only))
    if asked.terminals:
        schedule = replace(schedule, terminals=asked.terminals, offsets=schedule.offsets[: asked.terminals])
    with Stage() as stage:
        verdict = run(stage, schedule, tell=print, digest=True)
    print(f"{verdict.commands} commands, {verdict.faults.total()} faults, {schedule.terminals} terminals")
    print(verdict.problem or f"Everything held. ({verdict.digest[:16]})")
    return 1 if verdict.problem else 0


# Many


def _play_many(asked: argparse.Namespace) -> int:
    tally = Tally.read(asked.state)
    wanted = [seed for seed in range(asked.seed, asked.seed + asked.schedules) if seed not in tally.seeds]
    rows = [wanted[i : i + _ROW] for i in range(0, len(wanted), _ROW)]
    began, before, told = time.monotonic(), tally.wall_s, time.monotonic()
    broken: int | None = None
    for summary in _summaries(rows, asked.jobs):
        tally.add(summary)
        tally.wall_s = before + time.monotonic() - began
        broken = summary.broken
        if broken is not None:
            break
        tally.write(asked.state)
        if time.monotonic() - told > _TELL_EVERY_S:
            told = time.monotonic()
            print("\n".join(tally.lines()[:2]), flush=True)
    if broken is not None:
        tally.violations.append(_explain(generate(broken), asked.plant))
    tally.write(asked.state)
    print("\n".join(tally.lines()))
    if broken is not None:
        print("A violation was found.")
        return 1
    print("No violation.")
    if tally.violations:
        # Their seeds were not counted, so that this call has played them again.
        print("Found by earlier calls:", *tally.violations, sep="\n  ")
    return 0


def _summaries(rows: list[list[int]], jobs: int) -> Iterator[Summary]:
    if jobs == 1:
        with Stage() as stage:
            yield from (_play_row(stage, row) for row in rows)
        return
    # Workers are ended without a last word, so that their folders are removed from here.
    with tempfile.TemporaryDirectory(prefix="holdfast-simulator-") as folder:
        with multiprocessing.get_context("fork").Pool(jobs, _set_stage, (Path(folder),)) as pool:
            yield from pool.imap_unordered(_play_row_in_worker, rows)


_worker_stage: Stage | None = None


def _set_stage(folder: Path) -> None:
    """Each worker has a stage of its own, for as long as it lives."""
    global _worker_stage
    _worker_stage = Stage(folder).__enter__()


def _play_row_in_worker(seeds: list[int]) -> Summary:
    assert _worker_stage is not None
    return _play_row(_worker_stage, seeds)


def _play_row(stage: Stage, seeds: Iterable[int]) -> Summary:
    summary = Summary([])
    began = time.process_time()
    for seed in seeds:
        verdict = run(stage, generate(seed))
        if verdict.problem:
            summary.broken = seed
            break
        summary.seeds.append(seed)
        summary.count(verdict)
    summary.cpu_s = time.process_time() - began
    return summary


def _explain(schedule: Schedule, plant: str | None) -> str:
    """Say what is broken, make it small, and answer the command that replays it."""
    with Stage() as stage:
        verdict = run(stage, schedule)
        print(f"Seed {schedule.seed}: {verdict.problem}\n\nReplay it:  {verdict.replay}", flush=True)
        small = shrink(verdict, lambda smaller: run(stage, smaller))
    planted = f" --plant {plant}" if plant else ""
    print(
        f"Smaller, {len(small.schedule.steps)} steps instead of {len(schedule.steps)} "
        f"({as_text(small.schedule.indexes)}): {small.problem}\n\nReplay it:  {small.replay}{planted}\n"
    )
    return small.replay + planted


if __name__ == "__main__":
    lock_nothing()
    sys.exit(main())
