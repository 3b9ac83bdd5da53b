"""Cables that are cut, stall, halve answers and reset, under desks that go on working."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.faults.scene import Scene, until
from tests.helpers.tcp_proxy import TcpProxy

_TIMES = 2
_HALVES = 4


@pytest.mark.parametrize("fault", [TcpProxy.cut, TcpProxy.stall, TcpProxy.halve, TcpProxy.reset])
def test_a_bad_cable_costs_nothing_and_holds_nobody_up(
    scene: Scene, fault: Callable[[TcpProxy], AbstractContextManager[None]]
) -> None:
    first, second = scene.desks["first"], scene.desks["second"]
    cable = scene.cables["first"]
    for desk in (first, second):
        desk.do("begin")
    for _ in range(_TIMES):
        until(lambda: first.look().hints, "the live link")
        halved, given = cable.halved, len(first.given)
        with fault(cable):
            if fault is TcpProxy.halve:
                until(lambda halved=halved: cable.halved >= halved + _HALVES, "answers cut in half")
            else:
                until(lambda: first.look().badge == "offline", "the desk's noticing it")
        until(lambda given=given: len(first.given) > given, "work meanwhile")
        until(lambda: first.look().badge != "offline", "the desk's coming back")
    for desk in (first, second):
        desk.do("end")
    scene.agree()
