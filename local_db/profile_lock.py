"""One process per profile: a lock on a file that the system releases however the process ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from local_db.errors import ProfileInUse

LOCK_FILE = "profile.lock"


class ProfileLock:
    """Holds a profile's folder for this process until ``release``. Raises ProfileInUse where another holds it."""

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK_FILE
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except OSError:
            pid = _read_pid(descriptor)
            os.close(descriptor)
            raise ProfileInUse(folder, pid) from None
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Let another process have the profile."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _read_pid(descriptor: int) -> int:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        return int(os.read(descriptor, 20) or b"0")
    except (OSError, ValueError):
        # Windows does not let others read a locked byte; the lock alone says enough.
        return 0


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
