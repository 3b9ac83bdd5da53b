"""Trouble on this computer, in words."""

from __future__ import annotations

import errno

import pytest

from services.sync.errors import local_trouble


class DriverError(Exception):
    """Like a database driver's: only its text says what happened."""


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (DriverError("database or disk is full"), "disk is full"),
        (OSError(errno.EROFS, "Read-only file system"), "takes no writing"),
        (DriverError("attempt to write a readonly database"), "takes no writing"),
        (DriverError("database is locked"), "Another program"),
        (ValueError("secret-value"), "storage failed (ValueError)"),
    ],
)
def test_trouble_on_this_computer_says_what_to_do_and_that_nothing_is_lost(
    problem: Exception, words: str
) -> None:
    said = local_trouble("reading the outbox", problem).words
    assert words in said
    assert "while reading the outbox" in said
    assert "Nothing is lost" in said
    assert "secret-value" not in said
