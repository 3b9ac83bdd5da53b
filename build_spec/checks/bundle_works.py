"""Tries a built bundle: it names its version, and its server makes a database, answers and ends when told to.

Usage: `python bundle_works.py PROGRAM`.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

_SECONDS_TO_START = 60.0
_SECONDS_TO_STOP = 30.0


def main(program: str) -> int:
    subprocess.run([program, "--version"], check=True)
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        log_path = Path(folder) / "server.log"
        with log_path.open("wb") as log:
            server = subprocess.Popen(
                [program, "server", "--port", str(port), "--database-url", f"sqlite:///{folder}/server.db"],
                env={**os.environ, "HOLDFAST_ADMIN_PASSWORD": "only for this trial"},
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        answered = _answers(f"http://127.0.0.1:{port}/health", server)
        server.send_signal(signal.SIGTERM)
        server.wait(_SECONDS_TO_STOP)
        if not answered:
            print(log_path.read_text(errors="replace"), file=sys.stderr)
            print("bundle: its server does not answer", file=sys.stderr)
            return 1
    return 0


def _answers(address: str, server: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + _SECONDS_TO_START
    while server.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5) as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
