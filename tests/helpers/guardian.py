"""Runs one server for as long as somebody holds its lease, then ends it and removes its folder.

Started as a script of its own: `python guardian.py LEASE FOLDER STOP_SIGNAL COMMAND...`. Whoever uses the
server holds a shared lock on the lease file. The kernel lets go of it when the user's process ends, however
it ends, so a killed test process leaves neither a server nor a folder behind. SIGTERM ends the server whoever
uses it.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_PAUSE_SECONDS = 0.1
_SECONDS_TO_STOP = 20.0


def main(lease: Path, folder: Path, stop_signal: int, command: list[str]) -> int:
    """Run the command until it ends or the lease is free; the exit code is the command's."""
    # What the server starts in the background becomes our child when its parent ends, so that we find it.
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")
    told_to_end: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told_to_end.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C ends the tests; the lease then ends us
    with lease.open("r") as lease_file:
        server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, start_new_session=True)
        while server.poll() is None and not told_to_end and not _is_free(lease_file.fileno()):
            time.sleep(_PAUSE_SECONDS)
        _stop(server, stop_signal)
        # Under the lock: whoever wants the server next finds either all of it or nothing.
        shutil.rmtree(folder, ignore_errors=True)
    return server.returncode


def _is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stop(server: subprocess.Popen[bytes], stop_signal: int) -> None:
    if server.poll() is None:
        server.send_signal(stop_signal)
        try:
            server.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    while orphans := _children():
        for orphan in orphans:
            os.kill(orphan, signal.SIGKILL)
            os.waitpid(orphan, 0)


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
