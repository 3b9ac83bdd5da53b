"""The server's clock and its source of new ids: the only place that asks for either."""

from __future__ import annotations

import time
from collections.abc import Callable

from uuid_utils.compat import uuid7

Clock = Callable[[], int]
"""Answers the time in milliseconds since 1970, UTC."""


def now_ms() -> int:
    """The time now, in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """A new id (UUIDv7: later ids sort later)."""
    return str(uuid7())
