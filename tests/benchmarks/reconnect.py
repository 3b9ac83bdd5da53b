"""Hundreds of desks whose server is killed and comes back: how soon every queue is empty, and that nothing is lost."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from services.server import feed
from services.server.clock import now_ms
from services.server.parts import Parts, build
from tests.benchmarks.reconnect_desks import Seen, Task
from tests.benchmarks.report import Figure, Options, Report, percentile
from tests.helpers.leased_server import free_port
from tests.helpers.postgres import new_databases, postgres_cluster
from tests.helpers.running_server import ServerProcess, server_process, server_settings
from tests.server import warehouse

_PROCESSES = 4
_SITES = tuple(f"site-{number}" for number in range(1, 11))
_COMMANDS = 5
_OUTAGE_S = 15.0
_GOAL_S = 30.0
_PATIENCE_S = 240.0
_LASTS_S = 0.05
_USUAL_FILES = 1024
"""What most systems let a process open unless it asks for more."""
_REPOSITORY = Path(__file__).parents[2]


def run(options: Options) -> Report:
    """Kill the server under so many desks, let each work on, start it again, and watch."""
    count = 100 if options.quick else 500
    found = figures(count, _SITES)
    found += _named("one_site", figures(count, _SITES[:1]))
    with (
        tempfile.TemporaryDirectory(prefix="holdfast-reconnect-") as folder,
        postgres_cluster(Path(folder), is_durable=True) as cluster,
        new_databases(cluster) as new_database,
    ):
        found += _named("postgres", figures(count, _SITES, database_url=new_database()))
    return Report(benchmark="reconnect", figures=found, notes=_NOTES)


def _named(prefix: str, figures: list[Figure]) -> list[Figure]:
    return [msgspec.structs.replace(each, name=f"{prefix}_{each.name}") for each in figures]


_NOTES = [
    f"{len(_SITES)} sites share one server process with SQLite; in one_site_*, every desk gets everybody's rows.",
    "postgres_*: the ten sites on a PostgreSQL that waits for the disk and shares the computer's cores too, as one of the "
    "others.",
    "Real engines, transports and live links, files in memory; desks and server share this computer's cores.",
    f"The server is killed; after {_OUTAGE_S:.0f} s, in which each desk gives {_COMMANDS} commands, it starts again.",
    "Measured from when it listens until the last queue is empty and the last desk is told of changes again.",
    "What is counted beside the time (seconds of the processors, pulls, rows, links, failures) is counted from its first "
    "answer to /health on. Others are programs that are no part of this.",
    f"Its soft limit of open files is the usual {_USUAL_FILES}.",
]


def figures(count: int, sites: Sequence[str], **settings: Any) -> list[Figure]:
    """The figures of an outage of one server process under ``count`` desks at these sites."""
    with tempfile.TemporaryDirectory(prefix="holdfast-reconnect-") as folder:
        return _Outage(Path(folder), count, sites, settings).play()


class _Outage:
    def __init__(self, folder: Path, count: int, sites: Sequence[str], settings: Mapping[str, Any]) -> None:
        self._count = count
        self._sites = tuple(sites)
        self._settings = server_settings(folder / "server", port=free_port(), **settings)
        self._folder = folder
        parts = build(self._settings, now_ms)
        parts.committer.start()
        try:
            self._tasks = self._enrol(parts)
        finally:
            parts.close()

    def _enrol(self, parts: Parts) -> list[Task]:
        warehouse.fill(parts, sites=self._sites)
        enrolled = [
            parts.clients.enroll(
                f"Desk {number}", self._sites[number % len(self._sites)], actor_id="user-administrator"
            )
            for number in range(self._count)
        ]
        with parts.database.reading() as connection:
            heads = feed.heads(connection, {scope for each in enrolled for scope in each.scopes})
        return [
            Task(
                url=f"http://127.0.0.1:{self._settings.port}",
                desks=enrolled[number::_PROCESSES],
                cursors={scope: head.version for scope, head in heads.items()},
                actor_id="user-administrator",
                seed=number,
                scratch=str(self._folder / f"scratch-{number}"),
            )
            for number in range(_PROCESSES)
        ]

    def play(self) -> list[Figure]:
        with ExitStack() as stack:
            watcher = stack.enter_context(ThreadPoolExecutor(1))
            crowd = [stack.enter_context(_desks(self._folder, task)) for task in self._tasks]
            with self._server() as server:
                began = time.time()
                _tell(crowd, "start")
                self._until(crowd, lambda seen: seen.live == self._count and seen.settled == self._count)
                first_s = time.time() - began
                time.sleep(5)
                server.kill()
            time.sleep(_OUTAGE_S / 2)
            _tell(crowd, f"do {_COMMANDS}")
            time.sleep(_OUTAGE_S / 2)
            healing = watcher.submit(_when_it_listens, self._settings.port)
            with self._server() as server:
                healed = healing.result()
                down = _tell(crowd, "look")
                before = _Cpu.now(server.process.pid, down)
                self._until(crowd, lambda seen: seen.pending == 0)
                empty_s = time.time() - healed
                seen = self._until(
                    crowd, lambda seen: seen.live == self._count and seen.settled == self._count
                )
                recovered_s = time.time() - healed
                cpu = _Cpu.now(server.process.pid, seen).since(before)
        lost, twice = self._compare()
        each_s = [at - healed for at in seen.recovered_s]
        return [
            Figure(name=f"recover_{self._count}_s", value=recovered_s, unit="s", reference="goal", reference_value=_GOAL_S,
                   ratio=recovered_s / _GOAL_S),
            Figure(name=f"queues_empty_{self._count}_s", value=empty_s, unit="s"),
            Figure(name=f"recover_{self._count}_p50_s", value=percentile(each_s, 0.5), unit="s"),
            Figure(name="server_cpu_s", value=cpu.server_s, unit="s", reference="one core", reference_value=recovered_s,
                   ratio=cpu.server_s / recovered_s),
            Figure(name="desks_cpu_s", value=cpu.desks_s, unit="s"),
            Figure(name="others_cpu_s", value=cpu.all_s - cpu.server_s - cpu.desks_s, unit="s"),
            Figure(name=f"connect_{self._count}_s", value=first_s, unit="s"),
            Figure(name="lost", value=lost, unit="commands"),
            Figure(name="twice", value=twice, unit="commands"),
            Figure(name="rejected", value=seen.rejected, unit="commands"),
            Figure(name="pulls_per_desk", value=(seen.pulls - down.pulls) / self._count, unit="pulls"),
            Figure(name="rows_per_desk", value=(seen.rows - down.rows) / self._count, unit="rows"),
            Figure(name="live_links_per_desk", value=(seen.links - down.links) / self._count, unit="links"),
            Figure(name="failed_rounds_while_recovering", value=seen.failures - down.failures, unit="rounds"),
        ]  # fmt: skip

    @contextmanager
    def _server(self) -> Iterator[ServerProcess]:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(_USUAL_FILES, hard), hard))
        with server_process(self._settings) as server:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            yield server

    def _until(self, crowd: Sequence[subprocess.Popen[bytes]], enough: Callable[[Seen], bool]) -> Seen:
        end = time.monotonic() + _PATIENCE_S
        while True:
            seen = _tell(crowd, "look")
            if enough(seen):
                return seen
            if time.monotonic() > end:
                raise RuntimeError(f"{self._count} desks came no further than this: {seen}")
            time.sleep(0.2)

    def _compare(self) -> tuple[int, int]:
        """How many commands the server lacks, and how many pieces it has too many."""
        parts = build(self._settings, now_ms)
        try:
            with parts.database.reading() as connection:
                kept = connection.exec_driver_sql(
                    "SELECT COUNT(*) FROM command_log WHERE status = 'applied'"
                ).scalar_one()
                pieces = connection.exec_driver_sql(
                    "SELECT SUM(on_hand) FROM stock WHERE product_id = 'prod-1'"
                ).scalar_one()
        finally:
            parts.close()
        wanted = self._count * _COMMANDS
        return wanted - int(kept), int(pieces) - 100 * len(self._sites) - wanted


def _when_it_listens(port: int) -> float:
    """The moment from which on connections to this port come about. One that does not last, of whoever only looked
    whether the port is free, does not count."""
    since: float | None = None
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        began = time.time()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            since = None
        else:
            since = since or began
            if began - since > _LASTS_S:
                return since
        time.sleep(0.005)
    raise RuntimeError("the server does not listen")


class _Cpu(msgspec.Struct, frozen=True):
    """Seconds of the processor so far: the server's, the desks', and everybody's on this computer (proc(5))."""

    server_s: float
    desks_s: float
    all_s: float

    @classmethod
    def now(cls, server_pid: int, seen: Seen) -> _Cpu:
        ticks = os.sysconf("SC_CLK_TCK")
        of_server = Path(f"/proc/{server_pid}/stat").read_text().rpartition(")")[2].split()
        user, nice, system, _idle, _waiting, hard, soft, stolen = (
            int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
        )
        return cls(
            (int(of_server[11]) + int(of_server[12])) / ticks,
            seen.cpu_s,
            (user + nice + system + hard + soft + stolen) / ticks,
        )

    def since(self, before: _Cpu) -> _Cpu:
        """What was used since."""
        return _Cpu(self.server_s - before.server_s, self.desks_s - before.desks_s, self.all_s - before.all_s)


@contextmanager
def _desks(folder: Path, task: Task) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is these desks."""
    task_file = folder / f"task-{task.seed}.json"
    task_file.write_bytes(msgspec.json.encode(task))
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.reconnect_desks", str(task_file)],
        cwd=_REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    try:
        yield child
    finally:
        child.stdin.close()
        child.kill()
        child.wait()


def _tell(crowd: Sequence[subprocess.Popen[bytes]], what: str) -> Seen:
    """Tell every process to do something; answers how all desks together are after it."""
    for child in crowd:
        assert child.stdin is not None
        child.stdin.write(f"{what}\n".encode())
        child.stdin.flush()
    found: list[Seen] = []
    for child in crowd:
        assert child.stdout is not None
        found.append(msgspec.json.decode(child.stdout.readline(), type=Seen))
    return Seen(
        settled=sum(each.settled for each in found),
        live=sum(each.live for each in found),
        pending=sum(each.pending for each in found),
        recovered_s=[at for each in found for at in each.recovered_s],
        failures=sum(each.failures for each in found),
        rejected=sum(each.rejected for each in found),
        pulls=sum(each.pulls for each in found),
        rows=sum(each.rows for each in found),
        links=sum(each.links for each in found),
        cpu_s=sum(each.cpu_s for each in found),
    )
