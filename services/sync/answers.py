"""What an HTTP answer that brings no message means for sync: which error, and in whose words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from services.sync.errors import (
    Busy,
    Offline,
    ProtocolError,
    Refused,
    SyncError,
    TooLarge,
    UpgradeRequired,
)

_MOST_WORDS = 300
_NOT_THE_SERVER = (
    "Something other than the Holdfast server answered at its address (a sign-in page of the network?)."
)


def error_of(status: int, headers: Mapping[str, str], body: bytes, now_ms: int) -> SyncError:
    """The error behind a status that is not a success. ``headers`` by lower-case names; ``now_ms``: ms UTC.

    Statuses as RFC 9110 has them, and 429 of RFC 6585.
    """
    words, code = _said(headers, body)
    match status:
        case 429:
            return Busy(words or "The server asks for a pause.", retry_after(headers, now_ms))
        case 503 if "retry-after" in headers:
            return Busy(words or "The server asks for a pause.", retry_after(headers, now_ms))
        case 401 | 403:
            return Refused(words or "The server turned this sign-in away.", status, code)
        case 408 | 502 | 503 | 504:
            return Offline(words or "The server cannot be reached behind its front.")
        case 407:
            return Offline("The network's proxy asks for a sign-in before it lets anything through.")
        case 413:
            return TooLarge(words or "The request was too large for something on the way.")
        case 426:
            return UpgradeRequired(words or "The server asks for a newer program.")
        case _ if 300 <= status < 400:
            return ProtocolError(_NOT_THE_SERVER)
        case _ if status >= 500:
            return ProtocolError(words or f"The server failed on the request ({status}).")
        case _:
            return ProtocolError(words or f"The server did not understand the request ({status}).")


def not_a_message(content_type: str) -> ProtocolError:
    """A success that brings something else than was asked for."""
    return ProtocolError(f"{_NOT_THE_SERVER} It sent {content_type[:60] or 'nothing'!r}.")


def retry_after(headers: Mapping[str, str], now_ms: int) -> float | None:
    """Seconds that a Retry-After asks for, as a number or a date (RFC 9110 section 10.2.3); None if it says nothing."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, IndexError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, when.timestamp() - now_ms / 1000)


def _said(headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """The server's own words and code, if the body is an error of its kind: ``{error, code, details}``."""
    kind = headers.get("content-type", "")
    try:
        if kind.startswith("application/json"):
            said: Any = msgspec.json.decode(body)
        elif kind.startswith("application/x-msgpack"):
            said = msgspec.msgpack.decode(body)
        else:
            return "", ""
    except msgspec.MsgspecError:
        return "", ""
    if not isinstance(said, dict):
        return "", ""
    words, code = said.get("error") or said.get("message") or "", said.get("code") or ""
    return _plain(words), _plain(code)


def _plain(value: object) -> str:
    """Text from outside, short and without control characters."""
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value if letter.isprintable())[:_MOST_WORDS]
