"""A server, desks, and a cable from each desk to it: where the faults are played."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from services.commands import Command, GrantSite, WithdrawSite
from services.server.backup import back_up, new_epoch, restore
from services.server.clock import now_ms
from services.server.database import Database
from services.server.parts import Parts, build
from tests.faults.compare import ServerBooks, desk_books, problems
from tests.faults.desks import REPOSITORY, Desks, limit_files
from tests.helpers.leased_server import free_port
from tests.helpers.postgres import postgres_program
from tests.helpers.running_server import ServerProcess, server_process, server_settings
from tests.helpers.tcp_proxy import TcpProxy
from tests.server import warehouse

_PATIENCE_S = 180.0
_LOOK_S = 0.05
# What the server does by itself would move rows while they are compared.
_ENVIRONMENT = {
    "HOLDFAST_ALLOTMENT_SECONDS": "86400",
    "HOLDFAST_VEHICLE_WATCH_SECONDS": "86400",
    "HOLDFAST_HINT_POLL_SECONDS": "0.1",
    "HOLDFAST_START_CHECK_SECONDS": "0",
}


def until(condition: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"{what} did not come about"
        time.sleep(_LOOK_S)


class Scene:
    """``close`` ends all of it. A test ends with ``agree``."""

    def __init__(
        self, folder: Path, database_url: str = "", *, sites: tuple[str, ...] = (warehouse.SITE,)
    ) -> None:
        self.folder = folder
        self.settings = server_settings(folder / "server", database_url=database_url, port=free_port())
        self._life = ExitStack()
        self.server: ServerProcess | None = None
        self.desks: dict[str, Desks] = {}
        self.cables: dict[str, TcpProxy] = {}
        self.parked: set[str] = set()
        """The ids of commands on which the server fails, and of those that depend on them."""
        self.has_agreed = True
        self._sites = sites
        with self._parts() as parts:
            warehouse.fill(parts, sites=sites)
        self.database = Database(self.settings.resolved_database_url())
        self.books = ServerBooks(self.database)

    # The server

    def start_server(self, program: Path = REPOSITORY) -> ServerProcess:
        """Start the server on its database, and wait until it answers."""
        self._life = ExitStack()
        self.server = self._life.enter_context(
            server_process(self.settings, _ENVIRONMENT, module="tests.faults.server_child", program=program)
        )
        return self.server

    def kill_server(self) -> None:
        """End it as a power cut would."""
        assert self.server is not None
        self.server.kill()
        self.stop_server()

    def stop_server(self) -> None:
        """Let it end."""
        self._life.close()
        self.server = None

    def signal_server(self, number: signal.Signals) -> None:
        """Stop it where it stands (SIGSTOP), or let it go on (SIGCONT)."""
        assert self.server is not None
        os.kill(self.server.process.pid, number)

    def limit_server_files(self, size: int) -> None:
        """Let every write of the server fail that ends beyond so many bytes of a file."""
        assert self.server is not None
        limit_files(self.server.process.pid, size)

    def back_up(self) -> Path:
        """A backup of the server's database, while it works."""
        target = self.folder / "backup"
        target.unlink(missing_ok=True)
        if self.database.is_sqlite:
            back_up(self.database, target)
        else:
            _run("pg_dump", "--format=custom", f"--file={target}", f"--dbname={self._address}")
        return target

    def restore(self, backup: Path) -> None:
        """Make a backup the database of the server, which must not run, and let it begin another life."""
        self.database.close()
        if self.database.path is not None:
            restore(backup, self.database.path)
            return
        _run("pg_restore", "--clean", "--if-exists", f"--dbname={self._address}", str(backup))
        new_epoch(self.database)

    def run_sql(self, statement: str) -> None:
        """Change the server's database past the server."""
        with self.database.writing() as connection:
            connection.exec_driver_sql(statement)

    # Desks

    def add(self, *names: str, each: int = 1) -> list[Desks]:
        """Enrol desks, open them and let them sync; they are found under their names. ``each``: desks a process."""
        with self._parts() as parts:
            for name in names:
                credentials = [
                    parts.clients.enroll(f"{name} {number}", warehouse.SITE, actor_id="user-administrator")
                    for number in range(each)
                ]
                self._lay_cable(name)
                url = self.cables[name].url
                self.desks[name] = Desks(name, self.folder, url, credentials, each=each)
                for enrolled in credentials:
                    terminal_id = self._terminal(enrolled.client_id)
                    for site in self._sites:
                        _command(parts, GrantSite(terminal_id=terminal_id, held_site_id=site, reason="test"))
        found = [self.desks[name] for name in names]
        for desk in found:
            desk.open(waits=False)
        for desk in found:
            desk.opened()
            desk.tell("sync")
        for desk in found:
            desk.answer()
            desk.do("start")
        return found

    def copy(self, original: str, name: str) -> Desks:
        """Another desk with a copy of the first one's files, which must be closed. It is not opened."""
        source = self.desks[original]
        assert not source.is_open
        self._lay_cable(name)
        copied = self.desks[name] = Desks(name, self.folder, self.cables[name].url)
        shutil.copytree(source.profile, copied.profile)
        return copied

    def remove(self, *names: str) -> None:
        """Close desks for good; they are compared no more."""
        for name in names:
            self.desks.pop(name).close()
            self.cables.pop(name).close()

    def withdraw(self, client_id: str, site_id: str) -> None:
        """Let a terminal work at a site no more."""
        with self._parts() as parts:
            _command(
                parts,
                WithdrawSite(terminal_id=self._terminal(client_id), held_site_id=site_id, reason="test"),
            )

    # What must hold

    def settle(self) -> None:
        """Wait until every queue is empty and every desk is where the server is."""
        until(self._is_quiet, "quiet")

    def agree(self) -> None:
        """Wait for quiet, and hold all of it to the promise."""
        found = self.problems()
        assert not found, "\n".join(found[:20])
        self.has_agreed = True

    def problems(self) -> list[str]:
        """Wait for quiet; everything that contradicts the promise then."""
        while True:
            self.settle()
            heads = self.books.heads()
            given = [key for desk in self.desks.values() for key in desk.given]
            assert given
            with ExitStack() as files:
                desks = [files.enter_context(desk_books(each)) for each in self._profiles()]
                found = problems(self.books, desks, given, self.parked)
            if self.books.heads() == heads:
                return found

    def _is_quiet(self) -> bool:
        heads = self.books.heads()
        for desk in self.desks.values():
            for seen in desk.do("look"):
                scopes = self.books.scopes_of(seen.client_id)
                if seen.pending or seen.cursors != {scope: heads[scope] for scope in scopes}:
                    return False
        return True

    def _profiles(self) -> Iterable[Path]:
        return (profile for desk in self.desks.values() for profile in desk.profiles)

    def close(self) -> None:
        """End the desks, the server and the cables; a second time it does nothing."""
        for desk in self.desks.values():
            if desk.is_open:
                desk.kill()
        for cable in self.cables.values():
            cable.close()
        self.desks, self.cables = {}, {}
        self.stop_server()
        self.database.close()

    def _lay_cable(self, name: str) -> None:
        self.cables[name] = TcpProxy(self.settings.port, is_shared=True)

    def _terminal(self, client_id: str) -> str:
        ((terminal_id,),) = self.books.rows(f"SELECT terminal_id FROM client WHERE id = '{client_id}'")
        return str(terminal_id)

    @property
    def _address(self) -> str:
        """The database as PostgreSQL's own programs take it."""
        return self.database.url.set(drivername="postgresql").render_as_string(hide_password=False)

    @contextmanager
    def _parts(self) -> Iterator[Parts]:
        """The insides of a server in this process, for what the one beside it need not do."""
        parts = build(self.settings, now_ms)
        parts.committer.start()
        try:
            yield parts
        finally:
            parts.close()


NewScene = Callable[..., Scene]
"""Makes a scene, with what Scene takes."""


def _command(parts: Parts, command: Command) -> None:
    parts.committer.run(("org",), lambda transaction: warehouse.must(transaction, command, "scene"))


def _run(program: str, *words: str) -> None:
    subprocess.run([postgres_program(program), *words], check=True)
