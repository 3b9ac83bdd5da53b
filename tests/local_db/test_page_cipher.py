"""A file encrypted page by page is one that SQLCipher itself opens, checks and goes on with."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from local_db.cache_schema import make_own
from local_db.files import DatabaseError, open_next_cache
from local_db.page_cipher import PageCipher
from services.server.image_writer import add_indexes, begin_image
from services.storage.cache_tables import PAGE_BYTES

KEY = os.urandom(32).hex()


@pytest.fixture
def plain(tmp_path: Path) -> bytes:
    """A database of some hundred pages whose ends are free."""
    path = tmp_path / "plain.db"
    with closing(begin_image(path)) as connection:
        add_indexes(connection)
        make_own(connection, "outbox")
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO setting (id, value) VALUES (?, ?)", [(f"k{n}", "v" * (n % 3000)) for n in range(500)]
        )
        connection.execute("COMMIT")
    return path.read_bytes()


def keyed(plain: bytes) -> bytearray:
    """The whole file as it stands on a terminal's disk."""
    cipher = PageCipher(KEY)
    return cipher.seal(cipher.encrypt(plain))


@pytest.mark.parametrize("pages_at_once", [1, 7, 10_000])
def test_sqlcipher_opens_it_and_finds_every_page_whole(
    tmp_path: Path, plain: bytes, pages_at_once: int
) -> None:
    cipher = PageCipher(KEY)
    path = tmp_path / "keyed.db"
    step = pages_at_once * PAGE_BYTES
    encrypted = [cipher.encrypt(plain[n : n + step]) for n in range(0, len(plain), step)]
    path.write_bytes(b"".join(map(cipher.seal, encrypted)))
    assert path.stat().st_size == len(plain)
    with closing(open_next_cache(path, KEY)) as connection:
        assert connection.execute("PRAGMA cipher_integrity_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*), sum(length(value)) FROM setting").fetchone() == (
            500,
            sum(n % 3000 for n in range(500)),
        )
        connection.execute("INSERT INTO setting (id, value) VALUES ('more', 'work')")
        assert connection.execute("PRAGMA cipher_integrity_check").fetchall() == []


def test_nothing_of_it_can_be_read_without_the_key(tmp_path: Path, plain: bytes) -> None:
    path = tmp_path / "keyed.db"
    path.write_bytes(keyed(plain))
    assert b"CREATE TABLE" not in path.read_bytes()
    with closing(open_next_cache(path, "00" * 32)) as connection, pytest.raises(DatabaseError):
        connection.execute("SELECT count(*) FROM sqlite_master")


def test_the_same_pages_are_never_encrypted_alike(plain: bytes) -> None:
    first, second = bytes(keyed(plain)), bytes(keyed(plain))
    pages = {data[n : n + PAGE_BYTES] for data in (first, second) for n in range(0, len(data), PAGE_BYTES)}
    assert len(pages) == 2 * len(plain) // PAGE_BYTES


def test_a_page_that_was_changed_afterwards_is_noticed(tmp_path: Path, plain: bytes) -> None:
    path = tmp_path / "keyed.db"
    data = keyed(plain)
    data[5 * PAGE_BYTES + 300] ^= 1
    path.write_bytes(data)
    with closing(open_next_cache(path, KEY)) as connection:
        assert len(connection.execute("PRAGMA cipher_integrity_check").fetchall()) == 1
