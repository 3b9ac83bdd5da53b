"""What a thread does ahead or behind comes whole, in its order and with its errors, and no thread stays behind."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_db import two_threads
from local_db.two_threads import made_ahead, write_and_flush


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "holdfast-ahead_0"]


def test_everything_comes_in_its_order() -> None:
    with made_ahead(iter(range(100))) as items:
        assert list(items) == list(range(100))
    assert threads() == []


def test_it_is_made_by_another_thread_and_not_far_ahead() -> None:
    made: list[str] = []

    def making() -> Iterator[int]:
        for number in range(50):
            made.append(threading.current_thread().name)
            yield number

    with made_ahead(making()) as items:
        assert [next(items) for _ in range(3)] == [0, 1, 2]
        assert len(made) <= 6
    assert set(made) == {"holdfast-ahead_0"}
    assert threads() == []


def test_an_error_comes_after_what_was_made_before_it() -> None:
    def making() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("broken off")

    seen: list[int] = []
    with pytest.raises(ValueError, match="broken off"), made_ahead(making()) as items:
        seen.extend(items)
    assert seen == [1, 2]
    assert threads() == []


def test_a_consumer_that_fails_leaves_no_thread_behind() -> None:
    with pytest.raises(OSError, match="full"), made_ahead(iter(range(1000))) as items:
        next(items)
        raise OSError("full")
    assert threads() == []


def test_a_large_file_is_written_whole_and_flushed_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(two_threads, "_FLUSHED_BYTES", 1000)
    monkeypatch.setattr(os, "fsync", lambda number: flushed.append(os.fstat(number).st_size))
    written = bytearray()

    def until_it_was_flushed_thrice() -> Iterator[bytes]:
        while len(flushed) < 3:
            chunk = bytes([len(written) % 251]) * 100
            written.extend(chunk)
            yield chunk

    with (tmp_path / "large").open("wb", buffering=0) as file:
        write_and_flush(file, until_it_was_flushed_thrice())
    assert (tmp_path / "large").read_bytes() == written
    assert flushed == sorted(flushed)


def test_a_disk_that_does_not_take_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(number: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="Input/output"), (tmp_path / "large").open("wb") as file:
        write_and_flush(file, [b"a", b"b"])
