"""Desks in processes of their own, as the test sees them: told what to do, killed, stopped, started again."""

from __future__ import annotations

import resource
import selectors
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from services.protocol.messages import EnrollResponse
from tests.faults.desk_child import Answer, Message, Seen, Task

_ANSWER_S = 180.0
REPOSITORY = Path(__file__).parents[2]


def limit_files(pid: int, size: int) -> None:
    """Let every write of a process fail that ends beyond so many bytes of a file. It can be taken back."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


class DeskSaid(Exception):
    """What a desk answered instead of doing it: ``kind`` is the name of what was raised there."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.error}: {answer.words}")
        self.kind, self.words = answer.error, answer.words


class Desks:
    """One process with one desk or several. Their files stay where they are however it ends."""

    def __init__(
        self, name: str, folder: Path, url: str, credentials: Sequence[EnrollResponse] = (), *, each: int = 1
    ) -> None:
        """``folder`` gets the profiles and what was given at them; ``url`` is the server's as these desks reach it.
        ``credentials``: of desks that are new. ``each``: how many they are."""
        self.name, self._folder, self._url = name, folder, url
        self.profiles = [folder / f"{name}-{number}" for number in range(each)]
        self.given_file = folder / f"{name}.given"
        self._credentials = list(credentials)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def profile(self) -> Path:
        """The folder of the first desk."""
        return self.profiles[0]

    def open(
        self, *, program: Path = REPOSITORY, prefix: Sequence[str] = (), waits: bool = True
    ) -> Seen | None:
        """Start the process. ``program``: the folder with the program to run; ``prefix``: how to start it.

        Raises DeskSaid where a desk does not open.
        """
        task = Task(
            url=self._url,
            folders=[str(each) for each in self.profiles],
            given=str(self.given_file),
            credentials=self._credentials,
            seed=sum(self.name.encode()),
        )
        task_file = self._folder / f"{self.name}.task"
        task_file.write_bytes(msgspec.json.encode(task))
        with (self._folder / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "tests.faults.desk_child", str(task_file)],
                cwd=program,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        return self.opened() if waits else None

    def opened(self) -> Seen:
        """Wait until the desks are open. Raises DeskSaid."""
        try:
            found = self.answer()[0]
        except DeskSaid:
            self._wait()
            raise
        self._credentials = []
        return found

    def do(self, verb: str, **words: int | str) -> list[Seen]:
        """Let every desk do something, and see them after it. Raises DeskSaid."""
        self.tell(verb, **words)
        return self.answer()

    def tell(self, verb: str, **words: int | str) -> None:
        """Let every desk do something, without waiting for it."""
        process = self._running()
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(msgspec.convert({"do": verb, **words}, Message)) + b"\n")
        process.stdin.flush()

    def answer(self) -> list[Seen]:
        """What comes of the next thing it was told. Raises DeskSaid."""
        process = self._running()
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            assert selector.select(_ANSWER_S), f"{self.name} did not answer: {self.log_end()}"
        line = process.stdout.readline()
        assert line, f"{self.name} has ended: {self.log_end()}"
        found = msgspec.json.decode(line, type=Answer)
        if found.error:
            raise DeskSaid(found)
        return found.seen

    def look(self) -> Seen:
        """The first desk as it is."""
        return self.do("look")[0]

    @property
    def given(self) -> list[str]:
        """The ids of all commands that have returned at these desks."""
        text = self.given_file.read_text(encoding="utf-8") if self.given_file.exists() else ""
        return [line.split()[0] for line in text.splitlines()]

    @property
    def is_open(self) -> bool:
        """Whether the process runs."""
        return self._process is not None

    # What befalls it

    def kill(self) -> None:
        """End it as a power cut of this program would."""
        self._running().send_signal(signal.SIGKILL)
        self._wait()

    def stand_still(self) -> None:
        """Stop it where it stands, as a laptop that falls asleep."""
        self._running().send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on from there."""
        self._running().send_signal(signal.SIGCONT)

    def limit_files(self, size: int) -> None:
        """From now on a write to a file beyond so many bytes fails, whichever file it is; with 0, every write."""
        limit_files(self._running().pid, size)

    def close(self) -> None:
        """Let it end by itself, and wait."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.send_signal(signal.SIGCONT)
        self._process.stdin.close()
        try:
            self._process.wait(_ANSWER_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._wait()

    def log_end(self) -> str:
        """The end of what it logged."""
        return (self._folder / f"{self.name}.log").read_text(encoding="utf-8", errors="replace")[-2000:]

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, f"{self.name} does not run"
        return self._process

    def _wait(self) -> None:
        process, self._process = self._running(), None
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()
