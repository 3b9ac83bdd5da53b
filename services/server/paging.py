"""Pages of lists by cursor: where the last page ended, as an opaque text."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import msgspec

from services.server.errors import ApiError

LARGEST_PAGE = 500


def cursor_of(key: Sequence[str | int]) -> str:
    """The cursor behind a row with this sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(list(key))).decode().rstrip("=")


def read_cursor(cursor: str, *kinds: type) -> tuple[Any, ...] | None:
    """The sort key in a cursor, None for the first page. Raises ApiError 422 for one that is not ours."""
    if not cursor:
        return None
    try:
        key = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[Any])
    except (msgspec.MsgspecError, binascii.Error, ValueError) as problem:
        raise _bad(cursor) from problem
    if len(key) != len(kinds) or not all(
        isinstance(part, kind) for part, kind in zip(key, kinds, strict=True)
    ):
        raise _bad(cursor)
    return tuple(key)


def _bad(cursor: str) -> ApiError:
    details = [{"field": "cursor", "error": "not a cursor of this list"}]
    return ApiError(422, f"{cursor[:40]!r} is not a cursor of this list.", "invalid_value", details)
