"""Progress of a long subcommand on standard error: one line that is written over, or a line now and then in a log."""

from __future__ import annotations

import sys
import time
from typing import Final

_SECONDS_BETWEEN: Final = 0.2
_SECONDS_BETWEEN_LINES: Final = 10.0


class ProgressLine:
    """Says how far something is; never more often than somebody can read."""

    def __init__(self) -> None:
        self._is_screen = sys.stderr.isatty()
        self._last = -_SECONDS_BETWEEN_LINES
        self._width = 0

    def say(self, what: str, done: float) -> None:
        """``done`` is from 0 to 1."""
        now = time.monotonic()
        pause = _SECONDS_BETWEEN if self._is_screen else _SECONDS_BETWEEN_LINES
        if now - self._last < pause and done < 1.0:
            return
        self._last = now
        line = f"{done:4.0%}  {what}"
        if self._is_screen:
            print(f"\r{line:<{self._width}}", end="", file=sys.stderr, flush=True)
            self._width = len(line)
        else:
            print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._is_screen and self._width:
            print(file=sys.stderr)
            self._width = 0
