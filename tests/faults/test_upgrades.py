"""Desks and a server that become the next version, with another schema, while thousands of commands wait."""

from __future__ import annotations

from pathlib import Path

from tests.faults.newer_program import UPCAST
from tests.faults.scene import NewScene, until

_WAITING = 10_000


def test_ten_thousand_commands_of_the_version_before_go_up_once_though_desk_and_server_were_upgraded(
    new_scene: NewScene, newer_program: Path
) -> None:
    scene = new_scene()
    scene.start_server()
    ahead, behind = scene.add("ahead", "behind")
    # Given by the present version, with no server in reach.
    ahead.do("stop")
    ahead.do("work", count=3)
    ahead.do("queue", count=_WAITING)
    ahead.close()

    # The desk is upgraded first: its server does not understand it yet. Everything stays queued, and work goes on.
    waiting = ahead.open(program=newer_program)
    assert waiting is not None
    assert waiting.pending >= _WAITING
    ahead.do("start")
    until(lambda: ahead.look().sync == "upgrade_required", "its being turned away")
    assert scene.books.last_n(waiting.client_id) == 0
    behind.do("work", count=5)
    until(lambda: behind.look().pending == 0, "the other's work at the server")

    # Then the server, while both wait.
    scene.stop_server()
    for desk in (ahead, behind):
        desk.do("work", count=5)
    scene.start_server(newer_program)
    scene.agree()
    upcast = f"SELECT COUNT(DISTINCT command_id) FROM stock_movement WHERE reason = '{UPCAST}'"
    assert scene.books.rows(upcast)[0][0] >= _WAITING
    assert scene.books.rows("SELECT DISTINCT brand FROM product") == [("",)]
