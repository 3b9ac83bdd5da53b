"""Short sounds through whatever player the system has, off the UI thread; silence where there is none."""

import shutil
import subprocess
import sys
from queue import Full, Queue
from threading import Thread
from typing import Final, Literal, Protocol

from resources.resource_path import resource_path

Sound = Literal["good", "bad", "attention"]

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
        self._waiting: Queue[Sound | None] = Queue(_MOST_WAITING)
        self._thread: Thread | None = None
        self._command: list[str] | None = None

    def play(self, sound: Sound) -> None:
        """Queue `sound`; dropped if others are waiting already."""
        if self._thread is None:
            self._thread = Thread(target=self._work, name="holdfast-sounds", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(sound)
        except Full:
            return

    def close(self) -> None:
        """End the thread; a sound that plays ends first."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(3.0)
            self._thread = None

    def _work(self) -> None:
        self._command = find_player()
        while (sound := self._waiting.get()) is not None:
            self._play_now(sound)

    def _play_now(self, sound: Sound) -> None:
        path = str(resource_path("sounds", f"{sound}.wav"))
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(path, winsound.SND_FILENAME | winsound.SND_NODEFAULT)
        elif self._command is not None:
            subprocess.run([*self._command, path], check=False, timeout=3, capture_output=True)


def find_player() -> list[str] | None:
    """The command of the first player on this system, or None."""
    for player in _PLAYERS:
        if shutil.which(player[0]):
            return list(player)
    return None
