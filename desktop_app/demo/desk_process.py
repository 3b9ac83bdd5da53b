"""A desk of the tour as its parent sees it: started, told what to do, killed, started again."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from desktop_app.demo.hands import TourFailed

_ANSWER_SECONDS = 120.0


class DeskProcess:
    """One desk's program. Its files stay in ``folder`` when it is killed."""

    def __init__(self, name: str, folder: Path, server_url: str) -> None:
        self.name, self.folder, self._server_url = name, folder, server_url
        self._log = folder.parent / f"{folder.name}.log"
        self._process = self._launch()

    def do(self, verb: str, **words: Any) -> Any:
        """Let the desk do something with its widgets, and answer what came of it. Raises TourFailed."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps({"do": verb, "with": words}) + "\n")
            process.stdin.flush()
        except BrokenPipeError as problem:
            raise TourFailed(f"desk {self.name} has ended: {self._log_end()}") from problem
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(_ANSWER_SECONDS):
                raise TourFailed(f"desk {self.name} did not answer to {verb} in {_ANSWER_SECONDS:g} s")
        text = process.stdout.readline()
        if not text:
            raise TourFailed(f"desk {self.name} ended during {verb}: {self._log_end()}")
        answer = json.loads(text)
        if not answer["ok"]:
            raise TourFailed(f"desk {self.name}, {verb}: {answer['error']}\n{answer['trace']}")
        return answer["result"]

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._close_pipes()

    def restart(self) -> None:
        """Start it again on the same files."""
        self._process = self._launch()

    def close(self) -> None:
        """Let it end by itself, and wait."""
        if self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._close_pipes()

    def _launch(self) -> subprocess.Popen[str]:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        command = [
            sys.executable, "-m", "desktop_app.demo.tour_desk", "--folder", str(self.folder),
            "--server", self._server_url,
        ]  # fmt: skip
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment, text=True
            )

    def _close_pipes(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:
                    # What was still to be written to a killed desk is of no use to anybody.
                    continue

    def _log_end(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-3000:]
