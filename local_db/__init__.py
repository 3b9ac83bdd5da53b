"""The terminal's two files, and the desk without a screen that stands on them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
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

_ELSEWHERE: Final = {
    "Desk": "local_db.desk",
    "NotEnrolled": "services.sync.errors",
    "Offline": "services.sync.errors",
}


def __getattr__(name: str) -> Any:
    # Imported when asked for: the first rows of a window need a reader, and not the whole desk.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ELSEWHERE.get(name, "local_db.errors")), name)
