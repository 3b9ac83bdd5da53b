"""Starts a server program for tests under a guardian, alone or shared by the workers of one test run."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_GUARDIAN = Path(__file__).with_name("guardian.py")
_SECONDS_TO_START = 120.0
_PAUSE_SECONDS = 0.05
_TRIES = 3
_LOG_TAIL = 4000


class ServerDidNotStart(Exception):
    """The server ended, or did not answer in time; the message has the end of its log."""


@dataclass(frozen=True)
class Launch:
    """What to start: a command, when it is ready, what to tell its users, and how it is asked to stop."""

    command: list[str]
    is_ready: Callable[[], bool]
    facts: dict[str, str]
    environment: Mapping[str, str] | None = None
    stop_signal: signal.Signals = signal.SIGTERM


Prepare = Callable[[Path], Launch]
"""Makes a launch in an empty folder; called again, with another folder, if the first try fails."""


def free_port() -> int:
    """A loopback TCP port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def accepts_connections(port: int) -> bool:
    """Whether something listens on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def private_server(name: str, prepare: Prepare) -> Iterator[dict[str, str]]:
    """Run a server for this process alone; yields its facts, and ends when the server is gone."""
    with tempfile.TemporaryDirectory(prefix=f"holdfast-{name}-") as folder:
        lease = Path(folder) / "lease"
        lease.touch()
        with lease.open("r") as held:
            fcntl.flock(held, fcntl.LOCK_SH)
            facts, guardian = _start(name, prepare, lease)
            try:
                yield facts
            finally:
                held.close()
                guardian.wait()


@contextmanager
def shared_server(name: str, meeting_place: Path, prepare: Prepare) -> Iterator[dict[str, str]]:
    """Run a server once for all processes that meet in one folder; the last to leave ends it.

    The process that started it waits for that end, so that nothing outlives the test run.
    """
    lease, facts_file = meeting_place / f"{name}.lease", meeting_place / f"{name}.json"
    lease.touch()
    guardian: subprocess.Popen[bytes] | None = None
    with lease.open("r") as held:
        with (meeting_place / f"{name}.starting").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            fcntl.flock(held, fcntl.LOCK_SH)  # waits while a guardian clears away the one before
            facts = json.loads(facts_file.read_text()) if facts_file.exists() else None
            if facts is None or not Path(facts["folder"]).exists():
                facts, guardian = _start(name, prepare, lease)
                facts_file.write_text(json.dumps(facts))
        try:
            yield facts
        finally:
            held.close()
            if guardian is not None:
                guardian.wait()


def _start(name: str, prepare: Prepare, lease: Path) -> tuple[dict[str, str], subprocess.Popen[bytes]]:
    """Start until it answers; a port found free may be taken by another process before we listen on it."""
    for attempt in range(1, _TRIES + 1):
        folder = Path(tempfile.mkdtemp(prefix=f"holdfast-{name}-"))
        try:
            return _try_to_start(folder, prepare, lease)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if attempt == _TRIES or not isinstance(error, ServerDidNotStart):
                raise
    raise AssertionError("not reached")


def _try_to_start(
    folder: Path, prepare: Prepare, lease: Path
) -> tuple[dict[str, str], subprocess.Popen[bytes]]:
    launch = prepare(folder)
    log_path = folder / "output.log"
    with log_path.open("wb") as log:
        guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_GUARDIAN)]
            + [str(lease), str(folder), str(int(launch.stop_signal)), *launch.command],
            env={**os.environ, **(launch.environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with log_path.open("rb") as log:
        end = time.monotonic() + _SECONDS_TO_START
        while not launch.is_ready():
            if guardian.poll() is not None or time.monotonic() > end:
                guardian.terminate()
                guardian.wait()
                raise ServerDidNotStart(
                    f"{launch.command[0]} did not start:\n{log.read().decode(errors='replace')[-_LOG_TAIL:]}"
                )
            time.sleep(_PAUSE_SECONDS)
    return {**launch.facts, "folder": str(folder)}, guardian
