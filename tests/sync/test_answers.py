"""What a status that is no success means for sync."""

from __future__ import annotations

import pytest

from services.sync.answers import error_of, retry_after
from services.sync.errors import (
    Busy,
    Offline,
    ProtocolError,
    Refused,
    SyncError,
    TooLarge,
    UpgradeRequired,
)

NOW_MS = 1_780_000_000_000
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (301, {}, ProtocolError),
        (302, {}, ProtocolError),
        (400, {}, ProtocolError),
        (401, {}, Refused),
        (403, {}, Refused),
        (404, {}, ProtocolError),
        (407, {}, Offline),
        (408, {}, Offline),
        (409, {}, ProtocolError),
        (413, {}, TooLarge),
        (426, {}, UpgradeRequired),
        (429, {}, Busy),
        (500, {}, ProtocolError),
        (502, {}, Offline),
        (503, {}, Offline),
        (503, {"retry-after": "7"}, Busy),
        (504, {}, Offline),
        (507, {}, ProtocolError),
    ],
)
def test_each_status_means_one_thing(status: int, headers: dict[str, str], expected: type[SyncError]) -> None:
    error = error_of(status, headers, b"", NOW_MS)
    assert type(error) is expected
    assert error.words


def test_the_servers_own_words_and_code_are_passed_on() -> None:
    error = error_of(403, JSON, b'{"error": "This terminal was shut out.", "code": "revoked"}', NOW_MS)
    assert isinstance(error, Refused)
    assert (error.words, error.code, error.status) == ("This terminal was shut out.", "revoked", 403)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"error": 5}', b'{"error": null}', b'"x"'])
def test_an_error_without_usable_words_gets_ours(body: bytes) -> None:
    assert error_of(403, JSON, body, NOW_MS).words == "The server turned this sign-in away."


def test_words_from_outside_are_kept_short_and_plain() -> None:
    words = error_of(403, JSON, b'{"error": "a\\u0007\\u001b[31m' + b"b" * 999 + b'"}', NOW_MS).words
    assert words.startswith("a[31mbb")
    assert len(words) == 300


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Thu, 28 May 2026 20:27:10 GMT", 30.0),
        ("Thu, 28 May 2026 20:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("99999999999999999999", 999_999_999.0),
        ("Thu, 99 May 2026 20:27:10 GMT", None),
    ],
)
def test_a_pause_is_asked_for_in_seconds_or_as_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW_MS) == seconds
