"""The files are unreadable without their key, and the key is where only its owner gets at it."""

from __future__ import annotations

import gc
from pathlib import Path

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest

from local_db import Desk, FileUnreadable, KeyMissing, PlainStorageRefused
from local_db.files import DatabaseError, open_plain
from tests.helpers.books import Books
from tests.helpers.keyring_daemon import PrivateKeyring
from tests.local_db.orders import new_order
from tests.local_db.truth import IDENTITY, patches, pull

SECRET_NAME = "Gift Barn"


def _work(desk: Desk, books: Books) -> None:
    pull(desk, patches(books))
    desk.as_user("user-1").do(new_order(desk, ("prod-1", 1), note="for the Gift Barn"))
    desk.keep_secret("refresh-token", "a very secret token")


def _check_unreadable(profile: Path) -> None:
    for name in ("outbox.db", "cache.db"):
        with pytest.raises(DatabaseError, match="not a database"):
            open_plain(profile / name).execute("SELECT count(*) FROM sqlite_master")
    for file in profile.iterdir():
        content = file.read_bytes()
        for word in (b"Gift Barn", b"secret token", b"device-secret", b"CREATE TABLE", b"PlaceOrder"):
            assert word not in content, file


@pytest.mark.usefixtures("private_keyring")
def test_with_a_keyring_the_files_are_unreadable_without_it(profile: Path, books: Books) -> None:
    with Desk.open(profile, credentials=IDENTITY) as desk:
        _work(desk, books)
        _check_unreadable(profile)
    _check_unreadable(profile)
    with Desk.open(profile) as again:
        assert [row.name for row in again.read.outbox()] == ["PlaceOrder"]
        assert again.identity == IDENTITY
        assert again.secret("refresh-token") == "a very secret token"
        again.keep_secret("refresh-token", "")
        assert again.secret("refresh-token") == ""


@pytest.mark.usefixtures("private_keyring")
def test_secrets_lie_in_the_keyring_and_not_in_the_files(profile: Path) -> None:
    with Desk.open(profile, credentials=IDENTITY) as desk:
        assert desk.read.tuples("SELECT * FROM outbox.secret") == []


@pytest.mark.usefixtures("private_keyring")
def test_two_profiles_have_keys_of_their_own(tmp_path: Path) -> None:
    with Desk.open(tmp_path / "a", credentials=IDENTITY) as one, Desk.open(tmp_path / "b") as other:
        assert one._store.key != other._store.key
        assert other.identity is None


@pytest.mark.usefixtures("private_keyring")
def test_a_keyring_that_lost_the_key_is_told_and_the_files_are_left_alone(profile: Path) -> None:
    Desk.open(profile).close()
    before = (profile / "outbox.db").read_bytes()
    profile_id = (profile / "profile.json").read_text().split('"id":"')[1].split('"')[0]
    keyring.delete_password("Holdfast", f"{profile_id}/file-key")
    with pytest.raises(KeyMissing, match="keyring has no key"):
        Desk.open(profile)
    assert (profile / "outbox.db").read_bytes() == before


# The keyring library leaves its connection open when it finds a locked collection.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_locked_keyring_is_told_in_words(private_keyring: PrivateKeyring, profile: Path) -> None:
    Desk.open(profile).close()
    private_keyring.lock()
    with pytest.raises(PlainStorageRefused, match="locked") as refused:
        Desk.open(profile)
    del refused
    gc.collect()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_keyring_that_is_locked_meanwhile_does_not_end_the_work_or_the_sync(
    private_keyring: PrivateKeyring, profile: Path
) -> None:
    with Desk.open(profile, credentials=IDENTITY) as desk:
        desk.keep_secret("session", "first")
        private_keyring.lock()
        assert desk.identity == IDENTITY
        assert desk.secret("session") == "first"
        with pytest.raises(PlainStorageRefused, match="locked") as refused:
            desk.keep_secret("session", "second")
        assert desk.secret("session") == "first"
    del refused
    gc.collect()


@pytest.fixture
def no_keyring() -> object:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_nothing_is_written_unencrypted(profile: Path) -> None:
    with pytest.raises(PlainStorageRefused, match=r"no usable keyring.*--plain"):
        Desk.open(profile)
    assert [path.name for path in profile.iterdir()] == ["profile.lock"]


def test_a_keyring_that_keeps_nothing_counts_as_none(profile: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.null.Keyring())
    try:
        with pytest.raises(PlainStorageRefused, match="did not keep"):
            Desk.open(profile)
    finally:
        keyring.set_keyring(before)


@pytest.mark.usefixtures("no_keyring")
def test_with_a_passphrase_the_files_are_unreadable_without_it(profile: Path, books: Books) -> None:
    with Desk.open(profile, passphrase="correct horse", credentials=IDENTITY) as desk:
        _work(desk, books)
        _check_unreadable(profile)
    with pytest.raises(KeyMissing, match="passphrase"):
        Desk.open(profile)
    before = (profile / "cache.db").read_bytes()
    with pytest.raises(FileUnreadable):
        Desk.open(profile, passphrase="wrong horse")
    assert (profile / "cache.db").read_bytes() == before
    with Desk.open(profile, passphrase="correct horse") as again:
        assert len(again.read.outbox()) == 1
        assert again.identity == IDENTITY
        assert again.secret("refresh-token") == "a very secret token"


@pytest.mark.usefixtures("no_keyring")
def test_plain_files_are_used_only_where_they_are_allowed(profile: Path) -> None:
    Desk.open(profile, allow_plain=True).close()
    with pytest.raises(PlainStorageRefused, match="not encrypted"):
        Desk.open(profile)


def test_a_keyed_profile_stays_keyed_where_plain_ones_are_allowed(profile: Path, books: Books) -> None:
    with Desk.open(profile, passphrase="correct horse", credentials=IDENTITY) as desk:
        _work(desk, books)
    with Desk.open(profile, passphrase="correct horse", allow_plain=True):
        _check_unreadable(profile)
    with pytest.raises(KeyMissing):
        Desk.open(profile, allow_plain=True)
