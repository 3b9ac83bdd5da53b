"""A file of a profile that is gone or damaged is told, and what it kept is never replaced in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_db import Desk, FileUnreadable, KeyMissing
from local_db.errors import FolderUnusable
from tests.helpers.books import Books
from tests.local_db.orders import new_order
from tests.local_db.truth import IDENTITY, patches, pull


def _worked(profile: Path, books: Books, *, passphrase: str | None = None) -> None:
    desk = Desk.open(profile, credentials=IDENTITY, allow_plain=passphrase is None, passphrase=passphrase)
    pull(desk, patches(books))
    desk.as_user("user-1").do(new_order(desk, ("prod-1", 1)))
    desk.close()


@pytest.mark.parametrize("loss", [Path.unlink, lambda file: file.write_bytes(b"")])
def test_an_outbox_that_is_gone_is_not_made_anew(profile: Path, books: Books, loss: object) -> None:
    _worked(profile, books)
    loss(profile / "outbox.db")  # type: ignore[operator]
    for _again in range(2):
        with pytest.raises(FileUnreadable, match="is gone"):
            Desk.open(profile, allow_plain=True)


def test_without_the_file_that_names_their_key_the_files_are_left_alone(profile: Path, books: Books) -> None:
    _worked(profile, books, passphrase="a long passphrase")
    kept = (profile / "profile.json").read_bytes()
    (profile / "profile.json").unlink()
    with pytest.raises(KeyMissing, match="is gone"):
        Desk.open(profile, passphrase="a long passphrase")
    (profile / "profile.json").write_bytes(b"no profile")
    with pytest.raises(KeyMissing, match="is damaged"):
        Desk.open(profile, passphrase="a long passphrase")
    (profile / "profile.json").write_bytes(kept)
    desk = Desk.open(profile, passphrase="a long passphrase")
    assert desk.link.pending == 1
    desk.close()


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(FolderUnusable, match="was kept there before is safe"):
        Desk.open(tmp_path / "file", allow_plain=True)


def test_a_folder_in_place_of_the_cache_is_told(profile: Path, books: Books) -> None:
    _worked(profile, books)
    (profile / "cache.db").unlink()
    (profile / "cache.db").mkdir()
    with pytest.raises(FolderUnusable):
        Desk.open(profile, allow_plain=True)
