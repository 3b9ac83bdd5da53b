"""The simulator itself: a seed says everything, a failure is made small, and a long row of runs can be gone on with."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from services import commands as c
from tests.simulator import person
from tests.simulator.__main__ import main
from tests.simulator.holding import FILES, PARTS, SCHEDULES, seeds
from tests.simulator.planted import PLANTED
from tests.simulator.run import run
from tests.simulator.schedule import as_text, from_text, generate
from tests.simulator.shrink import shrink
from tests.simulator.stage import Stage
from tests.simulator.tally import Tally

SEED = 5


def test_the_same_seed_does_the_same_again(stage: Stage) -> None:
    first, other, again = (run(stage, generate(seed), digest=True) for seed in (SEED, SEED + 1, SEED))
    assert first == again
    assert first.digest != other.digest


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_same_seed_does_the_same_in_another_process(stage: Stage, hash_seed: str) -> None:
    """Also where sets of texts come in another order: nothing may depend on that, for desk and server are such two."""
    replayed = subprocess.run(
        [sys.executable, "-m", "tests.simulator", "--replay", str(SEED)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run(stage, generate(SEED), digest=True).digest[:16] in replayed.stdout


def test_a_failure_is_made_small_and_replays_as_such() -> None:
    with PLANTED["a_repeated_push_run_twice"](), Stage() as stage:
        found = next(v for seed in range(1, 50) if (v := run(stage, generate(seed))).problem)
        small = shrink(found, lambda smaller: run(stage, smaller))
        assert len(small.schedule.steps) <= 8
        assert small.replay.startswith(f"python -m tests.simulator --replay {found.schedule.seed} --only ")
        arguments = small.replay.split()[3:]
        again = generate(int(arguments[1])).only(from_text(arguments[3]))
        assert again.steps == small.schedule.steps


def test_a_violation_is_told_with_the_command_that_replays_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--schedules", "5", "--plant", "deletions_not_fed"]) == 1
    said = capsys.readouterr().out
    assert "Replay it:  python -m tests.simulator --replay 1" in said
    assert "A violation was found." in said


def test_a_long_row_is_broken_off_and_gone_on_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state.json"
    assert main(["--schedules", "3", "--state", str(state)]) == 0
    first = Tally.read(state)
    assert first.done == "1-3"
    assert main(["--schedules", "5", "--state", str(state)]) == 0
    both = Tally.read(state)
    assert both.done == "1-5"
    assert both.commands > first.commands
    assert "5 schedules" in capsys.readouterr().out


def test_what_was_found_and_mended_is_told_and_no_violation_any_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state.json"
    Tally(violations=["python -m tests.simulator --replay 2"]).write(state)
    assert main(["--schedules", "2", "--state", str(state)]) == 0
    assert Tally.read(state).done == "1-2"
    said = capsys.readouterr().out
    assert "No violation." in said
    assert said.rstrip().endswith("--replay 2")


def test_the_files_of_tests_play_every_schedule_once() -> None:
    played = [seed for file in range(FILES) for part in range(PARTS) for seed in seeds(file, part)]
    assert played == list(range(1, SCHEDULES + 1))
    assert len(list(Path(__file__).parent.glob("test_schedules_*.py"))) == FILES


def test_everything_that_people_may_do_is_done(stage: Stage) -> None:
    """A deed that always fails would be missed by nothing else."""
    wanted = set(re.findall(r"\bc\.(\w+)", inspect.getsource(person))) & c.COMMANDS.keys()
    told: list[str] = []
    for seed in range(1, 400):
        run(stage, generate(seed), tell=told.append)
        wanted -= {words.split(" gave ")[1].split()[0] for words in told if " gave " in words}
        if not wanted:
            break
        told.clear()
    assert not wanted


def test_steps_are_named_in_short() -> None:
    assert as_text([9, 1, 2, 3, 7]) == "1-3,7,9"
    assert from_text("1-3,7,9") == (1, 2, 3, 7, 9)
    assert from_text("") == ()
