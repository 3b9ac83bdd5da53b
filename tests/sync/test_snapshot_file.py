"""The file that an image arrives in."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from backports import zstd

from services.sync.errors import DamagedSnapshot, ProtocolError
from services.sync.snapshot_file import ImageFacts, SnapshotFile

IMAGE = os.urandom(3_000_000) + bytes(1_000_000)
PACKED = zstd.compress(IMAGE)


def facts(packed: bytes = PACKED, **fields: object) -> ImageFacts:
    given = {"cursors": {"org": 7}, "etag": '"v7"', "sha256": hashlib.sha256(packed).hexdigest()}
    return ImageFacts(**{**given, "size": len(packed), **fields})  # type: ignore[arg-type]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "image"


def filled(target: Path, packed: bytes = PACKED, **fields: object) -> SnapshotFile:
    file = SnapshotFile(target)
    file.begin(facts(packed, **fields))
    file.append(packed)
    return file


def test_a_whole_image_is_there_as_it_was_sent_and_nothing_else_stays(target: Path) -> None:
    file = filled(target)
    assert file.is_whole
    file.finish()
    assert target.read_bytes() == PACKED
    assert list(target.parent.iterdir()) == [target]


def test_what_has_arrived_is_found_again_by_the_next_try(target: Path) -> None:
    first = SnapshotFile(target)
    first.begin(facts())
    first.append(PACKED[:1000])
    again = SnapshotFile(target)
    assert (again.size, again.can_go_on, again.is_whole) == (1000, True, False)
    again.append(PACKED[1000:])
    again.finish()
    assert target.read_bytes() == PACKED


def test_only_this_user_may_read_it(target: Path) -> None:
    file = filled(target)
    assert (target.parent / "image.part").stat().st_mode & 0o077 == 0
    file.finish()
    assert target.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("lost", ["image.part", "image.part.json"])
def test_half_of_what_an_earlier_try_left_is_of_no_use(target: Path, lost: str) -> None:
    first = SnapshotFile(target)
    first.begin(facts())
    first.append(PACKED[:1000])
    (target.parent / lost).unlink()
    assert not SnapshotFile(target).can_go_on
    assert list(target.parent.iterdir()) == []


def test_a_description_that_was_cut_is_of_no_use(target: Path) -> None:
    filled(target)
    (target.parent / "image.part.json").write_bytes(b'{"cursors": {"or')
    assert not SnapshotFile(target).can_go_on


def test_an_image_without_an_etag_begins_anew(target: Path) -> None:
    first = SnapshotFile(target)
    first.begin(facts(etag=""))
    first.append(PACKED[:1000])
    assert not SnapshotFile(target).can_go_on


def test_a_damaged_image_leaves_nothing_behind(target: Path) -> None:
    file = filled(target, sha256="0" * 64)
    with pytest.raises(DamagedSnapshot):
        file.finish()
    assert list(target.parent.iterdir()) == []


def test_more_than_was_announced_is_not_taken(target: Path) -> None:
    file = SnapshotFile(target)
    file.begin(facts())
    with pytest.raises(ProtocolError, match="more"):
        file.append(PACKED + b"x")
    assert list(target.parent.iterdir()) == []
