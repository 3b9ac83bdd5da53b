"""The demo's central server: always a process of its own, ended with whoever started it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

_READY_SECONDS = 240.0
_STOP_SECONDS = 15.0
_LOOK_EVERY = 0.05


class ServerDidNotStart(RuntimeError):
    """The demo's server ended or stayed silent; the text holds the end of its log."""


class ServerProcess:
    """A `holdfast server` on loopback, on a port of its own, with its database in ``folder``."""

    def __init__(self, folder: Path, *, password: str, options: Sequence[str] = ("--demo",)) -> None:
        """Start it; ``ready`` waits for it. ``password``: the administrator's, and in the demo everybody's."""
        self._folder = folder
        self._password = password
        self._options = tuple(options)
        self._ready_file = folder / "server-ready"
        self._log = folder / "server.log"
        self.url = ""
        self._process = self._launch(port=0)

    @property
    def port(self) -> int:
        """The port it listens on, once it is ready."""
        port = urlsplit(self.url).port
        assert port is not None, "the server is not ready yet"
        return port

    @property
    def database_url(self) -> str:
        """Its database."""
        return f"sqlite:///{self._folder / 'server.db'}"

    def ready(self) -> str:
        """Wait until it can be reached; answers its URL. Raises ServerDidNotStart."""
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._ready_file.exists() and (url := self._ready_file.read_text(encoding="utf-8").strip()):
                self.url = url
                return url
            if self._process.poll() is not None:
                raise ServerDidNotStart(
                    f"The server ended with {self._process.returncode}.\n{self._log_end()}"
                )
            time.sleep(_LOOK_EVERY)
        raise ServerDidNotStart(f"The server was not ready in {_READY_SECONDS:g} s.\n{self._log_end()}")

    def stop(self) -> None:
        """End it, and wait until it is gone."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _launch(self, port: int) -> subprocess.Popen[bytes]:
        self._ready_file.unlink(missing_ok=True)
        environment = {**os.environ, "HOLDFAST_ADMIN_PASSWORD": self._password}
        command = [
            sys.executable, "-m", "desktop_app", "server", "--port", str(port), "--host", "127.0.0.1",
            "--database-url", self.database_url, "--ready-file", str(self._ready_file), *self._options,
        ]  # fmt: skip
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment
            )

    def _log_end(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-4000:]
