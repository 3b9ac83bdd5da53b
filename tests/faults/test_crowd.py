"""A crowd of desks whose server goes down and comes back; 500 of them are the benchmark `reconnect`."""

from __future__ import annotations

from tests.faults.scene import NewScene

_PROCESSES = 4
_EACH = 15
_COMMANDS = 5


def test_sixty_desks_that_come_back_at_once_lose_nothing_and_do_nothing_twice(new_scene: NewScene) -> None:
    scene = new_scene()
    scene.start_server()
    crowd = scene.add(*(f"crowd-{number}" for number in range(_PROCESSES)), each=_EACH)
    scene.kill_server()
    for desks in crowd:
        desks.tell("receive", count=_COMMANDS)
    for desks in crowd:
        desks.answer()
        desks.do("work")
    scene.start_server()
    scene.agree()
