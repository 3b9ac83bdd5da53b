"""A real central server for tests: on a port of its own, in a thread of this process or as a process to be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from services.server.app import OnStart, create_app
from services.server.clock import Clock, now_ms
from services.server.main import options
from services.server.parts import Parts
from services.server.settings import Settings

ADMIN_PASSWORD = "correct horse battery"
_SECONDS_TO_START = 60.0
_PAUSE = 0.02
_REPOSITORY = Path(__file__).parents[2]


def server_settings(folder: Path, **changes: Any) -> Settings:
    """Settings of a server in a folder, with passwords that take no time to check. SQLite unless told otherwise."""
    values: dict[str, Any] = {
        "data_folder": folder,
        "port": 0,
        "admin_password": ADMIN_PASSWORD,
        "password_memory_kib": 64,
        "password_passes": 1,
        "password_lanes": 1,
        "hint_poll_seconds": 0.1,
        "job_poll_seconds": 0.1,
        **changes,
    }
    return Settings(**values)


@dataclass(frozen=True)
class RunningServer:
    """A server that answers. ``parts`` are its insides."""

    base_url: str
    parts: Parts

    @property
    def websocket_url(self) -> str:
        """Where WebSockets connect."""
        return self.base_url.replace("http", "ws", 1)


@contextmanager
def running_server(
    settings: Settings, *, clock: Clock = now_ms, on_start: OnStart | None = None
) -> Iterator[RunningServer]:
    """A server in a thread, on a free port of loopback; gone when the block ends."""
    app = create_app(settings, clock=clock, on_start=on_start)
    config = uvicorn.Config(app, **{**options(settings), "timeout_graceful_shutdown": 1})
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", settings.port))
    # Accepted connections inherit it; asyncio sets it on the sockets of its own making only.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="test-server")
    thread.start()
    try:
        end = time.monotonic() + _SECONDS_TO_START
        while not server.started:
            if not thread.is_alive() or time.monotonic() > end:
                raise RuntimeError("the server did not start; its log says why")
            time.sleep(_PAUSE)
        yield RunningServer(f"http://127.0.0.1:{listener.getsockname()[1]}", app.state.parts)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@dataclass
class ServerProcess:
    """A server in a process of its own."""

    base_url: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def server_process(
    settings: Settings,
    environment: Mapping[str, str] | None = None,
    *,
    workers: int = 1,
    module: str = "",
    program: Path = _REPOSITORY,
) -> Iterator[ServerProcess]:
    """A server as a child process (of several worker processes, on PostgreSQL); stopped when the block ends.

    ``module``: what to run in its place, which serves with the settings of its environment. ``program``: the folder whose
    ``services`` it runs.
    """
    with socket.create_server(("127.0.0.1", settings.port)) as probe:
        port = probe.getsockname()[1]
    variables = {
        "DATABASE_URL": settings.resolved_database_url(),
        "HOLDFAST_DATA_FOLDER": str(settings.data_folder),
        "HOLDFAST_PORT": str(port),
        "HOLDFAST_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "HOLDFAST_PASSWORD_MEMORY_KIB": "64",
        "HOLDFAST_PASSWORD_PASSES": "1",
        "HOLDFAST_PASSWORD_LANES": "1",
        **(environment or {}),
    }
    serving = (
        "from services.server.main import serve; from services.server.settings import Settings; "
        f"serve(Settings(), workers={workers})"
    )
    process = subprocess.Popen(
        [sys.executable, *(("-m", module) if module else ("-c", serving))],
        cwd=program,
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base_url = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + _SECONDS_TO_START
        while not _answers(base_url):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the server process did not start (exit {process.poll()})")
            time.sleep(_PAUSE)
        yield ServerProcess(base_url, process)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait()


def _answers(base_url: str) -> bool:
    try:
        return httpx.get(f"{base_url}/health", timeout=5).is_success
    except httpx.TransportError:
        return False
