"""The terminal's two files, and the desk without a screen that stands on them."""

from __future__ import annotations

from local_db.desk import Desk
from local_db.errors import (
    FileUnreadable,
    KeyMissing,
    LocalError,
    NobodyActs,
    OutboxFull,
    PlainStorageRefused,
    ProfileInUse,
)
from services.sync.errors import NotEnrolled, Offline

__all__ = [
    "Desk",
    "FileUnreadable",
    "KeyMissing",
    "LocalError",
    "NobodyActs",
    "NotEnrolled",
    "Offline",
    "OutboxFull",
    "PlainStorageRefused",
    "ProfileInUse",
]
