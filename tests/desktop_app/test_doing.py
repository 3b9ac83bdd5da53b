"""How panels do commands: said when durable, taken back by Ctrl+Z, refused at the field or else in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop_app.doing import Deed, Doer, ScannerDoer
from desktop_app.task_runner import TaskRunner
from services.commands import Command, HoldOrder, ResumeOrder
from services.domain.refusals import RuleViolation

HOLD = HoldOrder(site_id="s", order_id="o", reason="Payment")
RESUME = ResumeOrder(site_id="s", order_id="o")


class Said:
    """A context that notes what is said, done and remembered."""

    def __init__(self, runner: TaskRunner) -> None:
        self.done: list[Command] = []
        self.said: list[tuple[str, ...]] = []
        self.steps: list[tuple[str, Command]] = []
        self.message, self.error = "", None
        self.status, self.code = "provisional", ""
        self.runner, self.undo = runner, lambda: None
        self.session = SimpleNamespace(site_id="site-1")
        self.desk = SimpleNamespace(do=self._do)
        self.toasts = SimpleNamespace(
            show=lambda text, tone, action=None: self.said.append((tone, text, action[0] if action else "")),
            bad=lambda text: self.said.append(("danger", text)),
        )
        self.scanner = SimpleNamespace(
            good=lambda words: self.said.append(("good", words)),
            bad=lambda words: self.said.append(("bad", words)),
            doubtful=lambda: self.said.append(("attention",)),
        )
        self.shell = SimpleNamespace(
            undo_stack=SimpleNamespace(remember=lambda words, make: self.steps.append((words, make())))
        )

    def _do(self, command: Command) -> Any:
        if self.error is not None:
            raise self.error
        self.done.append(command)
        return SimpleNamespace(status=self.status, message=self.message, code=self.code)


@pytest.fixture
def said(runner: TaskRunner) -> Said:
    return Said(runner)


@pytest.fixture
def doer(said: Said, qapp: Any) -> Iterator[Callable[..., Any]]:
    owner = QObject()
    yield lambda kind=Doer: kind(said, owner)
    owner.deleteLater()


def test_what_was_done_is_said_with_its_undo(qtbot: QtBot, said: Said, doer: Callable[..., Any]) -> None:
    then: list[int] = []
    doer().do(HOLD, "Order 7 on hold", undo=RESUME, then=lambda: then.append(1))
    qtbot.waitUntil(lambda: then == [1])
    assert said.done == [HOLD]
    assert said.said == [("ok", "Order 7 on hold", "Undo")]
    assert said.steps == [("Order 7 on hold", RESUME)]


def test_what_fell_short_is_said_with_it(qtbot: QtBot, said: Said, doer: Callable[..., Any]) -> None:
    said.message = "2 units are on backorder."
    doer().do([HOLD, RESUME], "Done")
    qtbot.waitUntil(lambda: bool(said.said))
    assert said.done == [HOLD, RESUME]
    assert said.said == [("warning", "Done. 2 units are on backorder.", "")]
    assert said.steps == []


def test_a_refusal_is_shown_at_its_field_where_there_is_one(
    qtbot: QtBot, said: Said, doer: Callable[..., Any]
) -> None:
    said.error = RuleViolation("customer_blocked", "No.", [])
    shown: list[Exception] = []
    doer().do(HOLD, "Done", failed=lambda error: shown.append(error) is None)
    qtbot.waitUntil(lambda: bool(shown))
    assert said.said == []


@pytest.mark.parametrize(("kind", "tone"), [(Doer, "danger"), (ScannerDoer, "bad")])
def test_a_refusal_without_a_field_is_said_in_its_own_words(
    qtbot: QtBot, said: Said, doer: Callable[..., Any], kind: type, tone: str
) -> None:
    said.error = RuleViolation("customer_blocked", "Not to them.", [])
    doer(kind).do(HOLD, "Done", undo=RESUME, failed=lambda _error: False)
    qtbot.waitUntil(lambda: bool(said.said))
    assert said.said == [(tone, "Not to them.")]
    assert said.steps == []


def test_what_is_no_refusal_is_left_to_the_window(
    qtbot: QtBot, said: Said, doer: Callable[..., Any], runner: TaskRunner
) -> None:
    said.error = OSError("the disk is full")
    left: list[Exception] = []
    runner.failed.connect(lambda _task, error: left.append(error))
    doer().do(HOLD, "Done")
    qtbot.waitUntil(lambda: bool(left))
    assert said.said == []


def test_a_deed_may_be_made_where_it_can_read(qtbot: QtBot, said: Said, doer: Callable[..., Any]) -> None:
    doer(ScannerDoer).perform(lambda: Deed((HOLD,), "Read and done", RESUME, "the hold"))
    qtbot.waitUntil(lambda: bool(said.said))
    assert said.said == [("good", "Read and done")]
    assert said.steps == [("the hold", RESUME)]


def test_a_fact_in_doubt_is_said_to_be_kept_without_the_words_of_a_refusal(
    said: Said, doer: Callable[..., Any], qtbot: QtBot
) -> None:
    said.status, said.code = "at_risk", "not_found"
    said.message = "There is no order line L7 here. Nothing was changed. Check the number, or wait until this desk has synced."
    doubts: list[str] = []
    doer(ScannerDoer).do(HOLD, "2 X picked", undo=RESUME, doubted=doubts.append)
    qtbot.waitUntil(lambda: len(said.said) == 2)
    reason = "There is no order line L7 here."
    assert doubts == [reason]
    assert said.said == [("warning", f"2 X picked: kept; the server decides. {reason}", ""), ("attention",)]
    assert not said.steps
