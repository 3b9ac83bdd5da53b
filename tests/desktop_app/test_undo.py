"""Undo: the newest step goes back first, one of several commands as far as it can, and why not is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.task_runner import TaskRunner
from desktop_app.undo import UndoStack
from services.commands import CloseOrder, ResumeOrder, UnassignShipment
from services.domain.refusals import RuleViolation


class Taken:
    """A desk that notes what it is given and refuses what is named."""

    def __init__(self) -> None:
        self.given: list[Any] = []
        self.refused: set[str] = set()

    def do(self, command: Any) -> None:
        if getattr(command, "shipment_id", "") in self.refused:
            raise RuleViolation("wrong_state", f"{command.shipment_id} is loaded.")
        self.given.append(command)


@pytest.fixture
def desk() -> Taken:
    return Taken()


@pytest.fixture
def undo(qtbot: QtBot, desk: Taken) -> Iterator[UndoStack]:
    runner = TaskRunner()
    yield UndoStack(cast(Any, desk), runner)
    assert runner.close() == []


def taken_back(qtbot: QtBot, undo: UndoStack) -> tuple[str, str]:
    """What is said once the newest step was taken back."""
    said: list[tuple[str, str]] = []
    undo.say = lambda text, tone: said.append((text, tone))
    undo.undo()
    qtbot.waitUntil(lambda: bool(said))
    return said[0]


def off(name: str) -> UnassignShipment:
    return UnassignShipment(site_id="s", shipment_id=name)


def test_the_newest_step_is_taken_back_first(qtbot: QtBot, undo: UndoStack, desk: Taken) -> None:
    first, second = CloseOrder(site_id="s", order_id="1"), ResumeOrder(site_id="s", order_id="2")
    undo.remember("one", lambda: first)
    undo.remember("two", lambda: second)
    assert taken_back(qtbot, undo) == ("Undone: two", "ok")
    assert taken_back(qtbot, undo) == ("Undone: one", "ok")
    assert desk.given == [second, first]
    assert taken_back(qtbot, undo) == ("There is nothing to undo.", "neutral")


def test_a_step_of_several_commands_goes_back_as_one(qtbot: QtBot, undo: UndoStack, desk: Taken) -> None:
    undo.remember("3 shipments put on R1", lambda: [off("a"), off("b"), off("c")])
    assert taken_back(qtbot, undo) == ("Undone: 3 shipments put on R1", "ok")
    assert [command.shipment_id for command in desk.given] == ["a", "b", "c"]


def test_what_of_a_step_cannot_go_back_is_said_and_the_rest_goes(
    qtbot: QtBot, undo: UndoStack, desk: Taken
) -> None:
    desk.refused = {"b"}
    undo.remember("3 shipments put on R1", lambda: [off("a"), off("b"), off("c")])
    assert taken_back(qtbot, undo) == ("Undone in part: 3 shipments put on R1. b is loaded.", "warning")
    assert [command.shipment_id for command in desk.given] == ["a", "c"]


def test_a_step_of_which_nothing_can_go_back_says_why(qtbot: QtBot, undo: UndoStack, desk: Taken) -> None:
    desk.refused = {"a", "b"}
    undo.remember("2 shipments put on R1", lambda: [off("a"), off("b")])
    assert taken_back(qtbot, undo) == ("Cannot undo 2 shipments put on R1: a is loaded.", "warning")
    assert desk.given == []
