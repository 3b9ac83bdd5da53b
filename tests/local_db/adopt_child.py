"""A desk that dies while it takes over an image: ``python -m tests.local_db.adopt_child FOLDER IMAGE CURSORS STEP``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from local_db import Desk, next_cache, snapshot, store

STEPS = ("pages written", "completed", "flushed", "about to be exchanged", "exchanged")


def die(*_: object) -> None:
    """As if the power had gone."""
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(call: Callable[..., Any]) -> Callable[..., None]:
    """A call, and no instruction after it."""

    def both(*args: Any, **kwargs: Any) -> None:
        call(*args, **kwargs)
        die()

    return both


def die_at_exchange(step: str) -> None:
    """Die when the next cache is on the disk, or before or after it takes the place of the present one."""
    match step:
        case "flushed":
            next_cache.flush = then_die(next_cache.flush)
        case "about to be exchanged":
            store.os.replace = die  # type: ignore[attr-defined]
        case "exchanged":
            store.os.replace = then_die(os.replace)  # type: ignore[attr-defined]


def main(folder: str, image: str, cursors: str, step: str) -> None:
    """Die at ``step``."""
    desk = Desk.open(Path(folder), allow_plain=True)
    match step:
        case "pages written":
            snapshot._write_whole = then_die(snapshot._write_whole)  # type: ignore[assignment]
        case "completed":
            snapshot._complete = then_die(snapshot._complete)  # type: ignore[assignment]
        case _:
            die_at_exchange(step)
    desk._replica.adopt_snapshot(Path(image), msgspec.json.decode(cursors, type=dict[str, int]))


if __name__ == "__main__":
    main(*sys.argv[1:])
