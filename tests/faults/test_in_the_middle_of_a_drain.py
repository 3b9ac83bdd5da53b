"""What happens to long queues on their way up: a site that is withdrawn, a command on which the server fails."""

from __future__ import annotations

from services.protocol.messages import MAX_COMMANDS_PER_PUSH
from tests.faults.scene import NewScene, Scene, until
from tests.helpers.warehouse_names import OTHER_SITE, SITE

# More than go up at once.
_QUEUED = 2 * MAX_COMMANDS_PER_PUSH
_STEPS = 20


def test_a_site_lost_in_the_middle_of_a_drain_takes_its_rows_and_leaves_the_work_that_was_done_there(
    new_scene: NewScene,
) -> None:
    scene = new_scene(sites=(SITE, OTHER_SITE))
    scene.start_server()
    (desk,) = scene.add("both")
    cable = scene.cables["both"]
    # The desk does not hear of what has gone up, and so sends no more.
    with cable.deafen():
        with cable.reset():
            for _ in range(_STEPS):
                for site in (SITE, OTHER_SITE):
                    desk.do("queue", count=_QUEUED // _STEPS // 2, site_id=site)
                    desk.do("receive", site_id=site)
        seen = desk.look()
        until(lambda: scene.books.last_n(seen.client_id), "the drain")
        scene.withdraw(seen.client_id, OTHER_SITE)
        assert scene.books.last_n(seen.client_id) < seen.pending, "it was withdrawn in the middle of it"
    scene.agree()
    assert set(desk.look().cursors) == {"org", f"site:{SITE}"}
    done = f"SELECT COUNT(*) FROM stock_movement WHERE site_id = '{OTHER_SITE}' AND kind = 'receipt'"
    assert scene.books.rows(done)[0][0] >= _QUEUED // 2


def test_a_command_on_which_the_server_fails_is_put_aside_with_what_depends_on_it_and_the_rest_goes_on(
    scene: Scene,
) -> None:
    desk = scene.desks["first"]
    with scene.cables["first"].reset():
        for _ in range(3):
            desk.do("poison")
            scene.parked |= set(desk.given[-2:])
            desk.do("receive", count=10)
    scene.agree()
    assert desk.look().open_items >= len(scene.parked)
