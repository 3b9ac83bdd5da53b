"""A desk's files that were copied, and a server that was restored from a backup of an hour ago."""

from __future__ import annotations

from tests.faults.scene import Scene


def test_copied_files_become_a_terminal_of_their_own_and_the_work_of_both_is_done_once(scene: Scene) -> None:
    first = scene.desks["first"]
    first.do("stop")
    first.do("work", count=5)
    client_id = first.look().client_id
    first.close()
    copied = scene.copy("first", "copied")
    for desk in (first, copied):
        desk.open()
        desk.do("work", count=5)
    for desk in (first, copied):
        desk.do("start")
    scene.agree()
    ids = {first.look().client_id, copied.look().client_id}
    assert len(ids) == 2
    assert client_id in ids
    for desk in (first, copied):
        desk.do("work", count=3)
    scene.agree()
    scene.remove("copied")


def test_a_restored_server_gets_back_all_that_its_backup_has_not(scene: Scene) -> None:
    first, second = scene.desks["first"], scene.desks["second"]
    for desk in (first, second):
        desk.do("work", count=5)
    scene.settle()
    backup = scene.back_up()
    for desk in (first, second):
        desk.do("work", count=20)
    scene.settle()
    settled = scene.books.commands_settled()
    scene.kill_server()
    scene.restore(backup)
    assert scene.books.commands_settled() < settled
    first.do("work", count=5)
    scene.start_server()
    scene.agree()
    assert scene.books.commands_settled() > settled
