"""Short sounds through whatever player the system has, off the UI thread; silence where there is none."""

import logging
import sys
from typing import TYPE_CHECKING, Final, Literal, Protocol

from resources.resource_path import resource_path

if TYPE_CHECKING:
    from queue import Queue
    from threading import Thread

Sound = Literal["good", "bad", "attention"]

log = logging.getLogger(__name__)

_PATIENCE_S: Final = 3.0
# A picker scans faster than a sound ends: what cannot be played soon is not worth hearing.
_MOST_WAITING: Final = 2
_PLAYERS: Final[tuple[tuple[str, ...], ...]] = (
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
)


class Sounds(Protocol):
    """Something that plays the program's few sounds."""

    def play(self, sound: Sound) -> None:
        """Play it, or nothing; returns at once."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class Silence:
    """No sounds: tests, and systems without a player."""

    def play(self, sound: Sound) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing to free."""


class PlayedSounds:
    """Plays WAV files with the first player found, in a thread of its own that starts with the first sound."""

    def __init__(self) -> None:
        self._waiting: Queue[Sound | None] | None = None
        self._thread: Thread | None = None
        self._command: list[str] | None = None

    def play(self, sound: Sound) -> None:
        """Queue `sound`; dropped if others are waiting already."""
        from queue import Full

        try:
            self._queue().put_nowait(sound)
        except Full:
            return

    def close(self) -> None:
        """End the thread; a sound that plays ends first."""
        if self._thread is not None and self._waiting is not None:
            self._waiting.put(None)
            self._thread.join(_PATIENCE_S)
            self._thread = self._waiting = None

    def _queue(self) -> "Queue[Sound | None]":
        if self._waiting is None:
            from queue import Queue
            from threading import Thread

            self._waiting = Queue(_MOST_WAITING)
            self._thread = Thread(
                target=self._work, args=(self._waiting,), name="holdfast-sounds", daemon=True
            )
            self._thread.start()
        return self._waiting

    def _work(self, waiting: "Queue[Sound | None]") -> None:
        self._command = find_player()
        while (sound := waiting.get()) is not None:
            self._play_now(sound)

    def _play_now(self, sound: Sound) -> None:
        path = str(resource_path("sounds", f"{sound}.wav"))
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(path, winsound.SND_FILENAME | winsound.SND_NODEFAULT)
        elif self._command is not None:
            import subprocess

            try:
                subprocess.run([*self._command, path], check=False, timeout=_PATIENCE_S, capture_output=True)
            except (OSError, subprocess.TimeoutExpired):
                log.warning("%s could not play %s", self._command[0], path, exc_info=True)


def find_player() -> list[str] | None:
    """The command of the first player on this system, or None."""
    from shutil import which

    for player in _PLAYERS:
        if which(player[0]):
            return list(player)
    return None
