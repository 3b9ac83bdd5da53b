"""Disks that are full, that take no writing, and that go away in the middle of a write."""

from __future__ import annotations

import hashlib
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.desks import REPOSITORY, Desks, DeskSaid
from tests.faults.scene import Scene, until
from tests.faults.small_disk import SmallDisk, small_disk

_SIZE = 24 * 1024 * 1024
_SPARE = 512 * 1024
_MOST = 500


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", _SIZE) as disk:
        yield disk


def move(desk: Desks, profile: Path, seen_as: Path) -> None:
    """Carry a closed desk's files elsewhere. ``seen_as``: as its own program sees that place."""
    shutil.move(desk.profiles[0], profile)
    desk.profiles[0] = seen_as


def test_on_a_full_disk_new_work_is_refused_and_all_that_was_taken_goes_up(
    scene: Scene, disk: SmallDisk
) -> None:
    first = scene.desks["first"]
    scene.settle()
    client_id, given = first.look().client_id, len(first.given)
    settled = scene.books.last_n(client_id)
    ordinary = first.profile
    prefix = disk.prefix(REPOSITORY)
    first.close()
    move(first, disk.here / "desk", disk.folder / "desk")
    first.open(prefix=prefix)
    first.do("receive")
    if disk.is_mounted:
        disk.fill(_SPARE)
    else:
        first.limit_files(_SPARE)
    with pytest.raises(DeskSaid) as refused:
        for _ in range(_MOST):
            first.do("receive")
    assert refused.value.kind == ("OutboxFull" if disk.is_mounted else "OperationalError")
    taken = len(first.given) - given
    with pytest.raises(DeskSaid):
        first.do("receive")
    assert first.look().pending == taken > 0
    # What was taken goes up all the same: the room that was held back is for its outcomes.
    first.do("start")
    until(lambda: scene.books.last_n(client_id) == settled + taken, "the work at the server")
    first.kill()
    if disk.is_mounted:
        # Not a byte is left now, not even what was held back.
        disk.fill(0)
        first.open(prefix=prefix)
        with pytest.raises(DeskSaid):
            first.do("receive")
        first.kill()
        disk.clear()
    first.open(prefix=prefix)
    first.do("receive", count=3)
    first.close()
    shutil.move(disk.here / "desk", ordinary)
    first.profiles[0] = ordinary
    first.open()
    first.do("start")
    scene.agree()


def test_on_a_disk_that_takes_no_writing_a_desk_says_so_and_leaves_everything_as_it_is(
    scene: Scene, disk: SmallDisk
) -> None:
    first = scene.desks["first"]
    ordinary = first.profile
    first.do("stop")
    first.do("work", count=5)
    first.close()
    move(first, disk.here / "desk", disk.folder / "desk")
    before = digests(disk.here)
    with disk.takes_no_writing(), pytest.raises(DeskSaid, match="was kept there before is safe") as refused:
        first.open(prefix=disk.prefix(REPOSITORY))
    assert refused.value.kind == "FolderUnusable"
    assert digests(disk.here) == before
    first.open(prefix=disk.prefix(REPOSITORY))
    first.do("work", count=2)
    first.close()
    shutil.move(disk.here / "desk", ordinary)
    first.profiles[0] = ordinary
    first.open()
    first.do("start")
    scene.agree()


def digests(folder: Path) -> dict[str, str]:
    """What is in the files of a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_desk_whose_disk_fails_while_it_works_has_kept_what_it_said_it_had(scene: Scene) -> None:
    first, second = scene.desks["first"], scene.desks["second"]
    first.do("begin")
    until(lambda: len(first.given) > 10, "work")
    first.limit_files(0)
    second.do("work", count=5)
    until(
        lambda: "disk" in first.look().problem or "storage" in first.look().problem, "its word about the disk"
    )
    with pytest.raises(DeskSaid):
        first.do("receive")
    first.limit_files(resource.RLIM_INFINITY)
    with pytest.raises(DeskSaid):  # what ended the worker
        first.do("end")
    first.do("work", count=5)
    scene.agree()


def test_a_server_whose_disk_fails_refuses_nobodys_work(scene: Scene) -> None:
    first, second = scene.desks["first"], scene.desks["second"]
    scene.limit_server_files(0)
    for desk in (first, second):
        desk.do("work", count=10)
    if scene.database.is_sqlite:
        until(lambda: first.look().problem and second.look().problem, "their being sent away")
        assert first.look().pending
    scene.limit_server_files(resource.RLIM_INFINITY)
    scene.agree()
