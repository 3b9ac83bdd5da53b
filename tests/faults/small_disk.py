"""A disk of a few megabytes that really gets full, and really takes no writing when it is told to.

It is a tmpfs in a mount namespace of its own, which root may have, and most users too; it goes away with the test, however
that ends. Where neither may (a container without the right, a chroot), the limit of a file's size and the rights of a
folder stand in: also then a write fails, only with another number.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_MOUNT = 'mount -t tmpfs -o size="$0" none "$1" && echo mounted && exec cat'


class SmallDisk:
    """``folder`` is where it is mounted; ``prefix`` starts a program that sees it; ``here`` is how the test sees it."""

    def __init__(self, folder: Path, holder: subprocess.Popen[bytes] | None) -> None:
        self.folder = folder
        self._holder = holder
        self.here = folder if holder is None else Path(f"/proc/{holder.pid}/root{folder}")

    @property
    def is_mounted(self) -> bool:
        """Whether it is a disk of its own, and not only a folder."""
        return self._holder is not None

    def prefix(self, program: Path) -> list[str]:
        """What goes before a command so that it sees this disk, and works in the folder ``program``."""
        if self._holder is None:
            # Rights stop root only without the capability to pass over them.
            return ["setpriv", "--bounding-set=-all", "--"] if os.geteuid() == 0 else []
        return [*self._entering(), "env", f"--chdir={program}"]

    def fill(self, spare_bytes: int) -> None:
        """Take up all the room but so much."""
        room = os.statvfs(self.here)
        with (self.here / "filler").open("ab") as filler:
            filler.write(bytes(max(0, room.f_bavail * room.f_frsize - spare_bytes)))

    def clear(self) -> None:
        """Give the room back."""
        (self.here / "filler").unlink()

    @contextmanager
    def takes_no_writing(self) -> Iterator[None]:
        """Nothing on it can be changed until the block ends."""
        self._allow(writing=False)
        try:
            yield
        finally:
            self._allow(writing=True)

    def _allow(self, *, writing: bool) -> None:
        if self._holder is None:
            for path in (*self.folder.rglob("*"), self.folder):
                path.chmod(path.stat().st_mode | 0o200 if writing else path.stat().st_mode & ~0o222)
            return
        mode = "rw" if writing else "ro"
        subprocess.run([*self._entering(), "mount", "-o", f"remount,{mode}", str(self.folder)], check=True)

    def _entering(self) -> list[str]:
        assert self._holder is not None
        own = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        return ["nsenter", f"--target={self._holder.pid}", "--mount", *own, "--"]


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[SmallDisk]:
    """A disk of so many bytes in this folder, until the block ends."""
    folder.mkdir()
    holder = _held(folder, size)
    try:
        yield SmallDisk(folder, holder)
    finally:
        if holder is not None:
            _end(holder)


def _held(folder: Path, size: int) -> subprocess.Popen[bytes] | None:
    """The process whose life the mount has; None where mounting is not allowed here."""
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        return None
    own: Sequence[str] = [] if os.geteuid() == 0 else ["--map-root-user"]
    holder = subprocess.Popen(
        ["unshare", "--mount", *own, "sh", "-c", _MOUNT, str(size), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert holder.stdout is not None
    if holder.stdout.readline() == b"mounted\n":
        return holder
    _end(holder)
    return None


def _end(holder: subprocess.Popen[bytes]) -> None:
    assert holder.stdin is not None
    assert holder.stdout is not None
    holder.stdin.close()
    holder.wait()
    holder.stdout.close()
