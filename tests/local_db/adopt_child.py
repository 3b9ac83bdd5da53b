"""A desk that dies while it takes over an image: ``python -m tests.local_db.adopt_child FOLDER IMAGE CURSORS STEP``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from local_db import Desk, snapshot, store

STEPS = ("pages written", "completed", "flushed", "old one closed", "exchanged")


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _then_die(call: Callable[..., Any]) -> Callable[..., None]:
    def both(*args: Any, **kwargs: Any) -> None:
        call(*args, **kwargs)
        _die()

    return both


def main(folder: str, image: str, cursors: str, step: str) -> None:
    """Die at ``step``."""
    desk = Desk.open(Path(folder), allow_plain=True)
    match step:
        case "pages written":
            snapshot._write_whole = _then_die(snapshot._write_whole)  # type: ignore[assignment]
        case "completed":
            snapshot._complete = _then_die(snapshot._complete)  # type: ignore[assignment]
        case "flushed":
            snapshot._flush = _then_die(snapshot._flush)  # type: ignore[assignment]
        case "old one closed":
            store.os.replace = _die  # type: ignore[attr-defined]
        case "exchanged":
            store.os.replace = _then_die(os.replace)  # type: ignore[attr-defined]
    desk._replica.adopt_snapshot(Path(image), msgspec.json.decode(cursors, type=dict[str, int]))


if __name__ == "__main__":
    main(*sys.argv[1:])
