"""Servers for tests live as long as somebody uses them, and leave nothing behind, however their users end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import leased_server, required
from tests.helpers.leased_server import Launch, ServerDidNotStart, private_server

_ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 30.0

# A server that leaves a child behind in a session of its own, as epmd does.
_SERVER = """
import http.server, pathlib, subprocess, sys
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
pathlib.Path("child").write_text(str(child.pid))
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""

# A user of that server: says what it got, and uses it until its standard input ends.
_USER = """
import json, pathlib, sys
from tests.environment.test_leased_server import prepare
from tests.helpers.leased_server import shared_server

with shared_server("probe", pathlib.Path(sys.argv[1]), prepare) as facts:
    print(json.dumps(facts), flush=True)
    sys.stdin.read()
"""


def prepare(folder: Path) -> Launch:
    port = leased_server.free_port()
    return Launch(
        command=[sys.executable, "-c", _SERVER, str(port)],
        is_ready=lambda: leased_server.accepts_connections(port),
        facts={"port": str(port)},
    )


def test_a_private_server_is_gone_with_its_children_and_its_folder_after_the_block() -> None:
    with private_server("probe", prepare) as facts:
        child = int((Path(facts["folder"]) / "child").read_text())
        assert _runs(child)
    assert _nothing_is_left(facts, child)


def test_a_server_that_ends_at_once_is_reported_with_its_words() -> None:
    def prepare_to_fail(folder: Path) -> Launch:
        return Launch(command=["sh", "-c", "echo no such disk; exit 3"], is_ready=lambda: False, facts={})

    with pytest.raises(ServerDidNotStart, match="no such disk"), private_server("probe", prepare_to_fail):
        pytest.fail("it cannot have started")


def test_users_share_one_server_until_the_last_leaves(tmp_path: Path) -> None:
    first, second = _User(tmp_path), _User(tmp_path)
    assert first.facts == second.facts
    first.leave(wait=False)
    assert leased_server.accepts_connections(int(second.facts["port"]))
    second.leave()
    first.wait()
    assert _nothing_is_left(first.facts, first.child)


def test_a_user_that_is_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    user = _User(tmp_path)
    user.kill()
    assert _eventually(lambda: _nothing_is_left(user.facts, user.child))


def test_whoever_comes_after_the_end_gets_a_new_server(tmp_path: Path) -> None:
    first = _User(tmp_path)
    first.leave()
    second = _User(tmp_path)
    assert second.facts["folder"] != first.facts["folder"]
    second.leave()


def test_a_missing_program_fails_in_ci_and_is_skipped_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Debian package nothing-of-the-kind"):
        required.program("no-such-program", package="nothing-of-the-kind")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed"):
        required.program("no-such-program", package="nothing-of-the-kind")


class _User:
    """A process that uses the shared server."""

    def __init__(self, meeting_place: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _USER, str(meeting_place)],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.facts: dict[str, str] = json.loads(self._process.stdout.readline())
        self.child = int((Path(self.facts["folder"]) / "child").read_text())

    def leave(self, wait: bool = True) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        if wait:
            self.wait()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self.leave()

    def wait(self) -> None:
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def _nothing_is_left(facts: dict[str, str], child: int) -> bool:
    return (
        not leased_server.accepts_connections(int(facts["port"]))
        and not Path(facts["folder"]).exists()
        and not _runs(child)
    )


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not (holds := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return holds
