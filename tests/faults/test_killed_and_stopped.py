"""Desks and servers that are killed, or stopped in the middle of a movement, while work goes on and up."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.faults.desks import REPOSITORY, Desks, DeskSaid
from tests.faults.scene import Scene, until

_KILLS = 2
_COMMANDS = 150


def test_a_desk_killed_at_work_has_lost_nothing_and_does_nothing_twice(scene: Scene) -> None:
    first = scene.desks["first"]
    chance = random.Random(7)
    for _ in range(_KILLS):
        given = len(first.given)
        first.do("begin")
        until(lambda given=given: len(first.given) > given + 5, "work")
        time.sleep(chance.uniform(0, 0.1))
        first.kill()
        first.open()
        first.do("start")
    scene.agree()


def test_a_desk_killed_before_the_answer_reaches_it_sends_again_and_nothing_is_done_twice(
    scene: Scene,
) -> None:
    first = scene.desks["first"]
    client_id = first.look().client_id
    done = scene.books.last_n(client_id)
    with scene.cables["first"].deafen():
        first.do("work", count=5)
        until(lambda: scene.books.last_n(client_id) > done, "the server's part")
        assert first.look().pending
        first.kill()
    first.open()
    assert first.look().pending
    first.do("start")
    scene.agree()


def test_a_server_killed_while_desks_drain_does_nothing_twice(scene: Scene) -> None:
    first, second = scene.desks["first"], scene.desks["second"]
    for _ in range(_KILLS):
        scene.kill_server()
        for desk in (first, second):
            desk.do("receive", count=_COMMANDS)
            desk.do("work", count=5)
        left = first.look().pending
        scene.start_server()
        until(lambda left=left: first.look().pending < left, "the drain")
    scene.agree()


def test_a_server_that_stands_still_is_told_as_offline_and_goes_on_where_it_stood(scene: Scene) -> None:
    first = scene.desks["first"]
    first.do("begin")
    until(lambda: first.look().hints, "the live link")
    scene.signal_server(signal.SIGSTOP)
    until(lambda: first.look().badge == "offline", "the desk's noticing it")
    given = len(first.given)
    until(lambda: len(first.given) > given + 10, "work meanwhile")
    scene.signal_server(signal.SIGCONT)
    first.do("end")
    scene.agree()


def test_a_desk_that_stands_still_holds_up_neither_the_server_nor_the_others(scene: Scene) -> None:
    first, second = scene.desks["first"], scene.desks["second"]
    first.do("begin")
    until(lambda: len(first.given) > 20, "work")
    first.stand_still()
    second.do("work", count=20)
    until(lambda: second.look().pending == 0, "the other's work at the server")
    first.go_on()
    first.do("end")
    scene.agree()


def test_a_second_launch_of_a_profile_at_work_is_turned_away_and_changes_nothing(scene: Scene) -> None:
    first = scene.desks["first"]
    first.do("begin")
    again = Desks("first", scene.folder, scene.cables["first"].url)
    with pytest.raises(DeskSaid, match="open in another window") as refused:
        again.open()
    assert refused.value.kind == "ProfileInUse"
    first.kill()
    first.open()
    first.do("start")
    first.do("work", count=3)
    scene.agree()


def test_a_second_launch_of_the_program_shows_the_first_window_and_ends(scene: Scene) -> None:
    first = scene.desks["first"]
    first.do("work", count=3)
    first.close()
    with ExitStack() as launches:
        window = launches.enter_context(_program(first.profile))
        while True:
            again = launches.enter_context(_program(first.profile))
            both = (window, again)
            until(lambda both=both: any(map(_has_ended, both)), "the end of one of the two")
            if _has_ended(window):
                # Nothing is said of who is quicker while neither window is whole.
                window, again = again, window
            if again.returncode == 0:
                break
        assert not _has_ended(window)
    first.open()
    first.do("start")
    scene.agree()


def _has_ended(program: subprocess.Popen[bytes]) -> bool:
    return program.poll() is not None


@contextmanager
def _program(profile: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The program of a desk with its window, drawn without a screen."""
    program = subprocess.Popen(
        [sys.executable, "-m", "desktop_app", "desk", "--folder", str(profile), "--plain"],
        cwd=REPOSITORY,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield program
    finally:
        program.kill()
        program.wait()
