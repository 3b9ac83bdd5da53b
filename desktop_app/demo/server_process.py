"""The demo's central server: always a process of its own, ended with whoever started it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

_READY_SECONDS = 240.0
_STOP_SECONDS = 15.0
_LOOK_EVERY = 0.05


class ServerDidNotStart(RuntimeError):
    """The demo's server ended or stayed silent; the text holds the end of its log."""


class ServerProcess:
    """A `holdfast server` on loopback, on a port of its own, with its database in ``folder``."""

    def __init__(self, folder: Path, *, password: str, options: Sequence[str] = ("--demo",)) -> None:
        """Start it; ``ready`` waits for it. ``password``: the administrator's, and in the demo everybody's."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._password = password
        self._options = tuple(options)
        self._log = folder / "server.log"
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process = self._launch()

    @property
    def database_url(self) -> str:
        """Its database."""
        return f"sqlite:///{self._folder / 'server.db'}"

    def ready(self, on_wait: Callable[[], object] = lambda: None) -> str:
        """Wait until it answers; answers its URL. ``on_wait`` is called meanwhile. Raises ServerDidNotStart."""
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._answers():
                return self.url
            if self._process.poll() is not None:
                raise ServerDidNotStart(
                    f"The server ended with {self._process.returncode}.\n{self._log_end()}"
                )
            on_wait()
            time.sleep(_LOOK_EVERY)
        raise ServerDidNotStart(f"The server was not ready in {_READY_SECONDS:g} s.\n{self._log_end()}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """End it, and wait until it is gone."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _launch(self) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "HOLDFAST_ADMIN_PASSWORD": self._password,
            "HOLDFAST_DATA_FOLDER": str(self._folder),
        }
        command = [
            sys.executable, "-m", "desktop_app", "server", "--port", str(self.port), "--host", "127.0.0.1",
            "--database-url", self.database_url, *self._options,
        ]  # fmt: skip
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment
            )

    def _log_end(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-4000:]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as asked:
        return int(asked.getsockname()[1])
