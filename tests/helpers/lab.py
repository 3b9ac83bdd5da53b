"""A server and several desks in one process, over a network that loses, repeats and cuts as a seed says.

Everything but the cable is real: the desks' files, commands, replay and sync engine, and the authority with its database.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from local_db import Desk
from services.protocol.messages import (
    EnrollRequest,
    EnrollResponse,
    PullRequest,
    PullResponse,
    PushRequest,
    PushResponse,
)
from services.server import first_run
from services.server.clock import now_ms
from services.server.doctor import examine
from services.server.parts import Parts, build
from services.server.settings import Settings
from services.sync.errors import Busy, Offline, SyncError
from services.sync.port import DeviceCredential, SnapshotInfo, SnapshotProgress, Tokens
from tests.server import warehouse

T = TypeVar("T")


class Server:
    """The authority on a database of its own, which can be ended and started again."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self._settings = Settings(
            data_folder=folder, database_url=database_url or f"sqlite:///{folder / 'server.db'}", password_memory_kib=64,
            password_passes=1, password_lanes=1, job_workers=0, rows_per_page=150, commit_workers=2,
        )  # type: ignore[call-arg]  # fmt: skip
        self.parts = self._start()

    def restart(self) -> None:
        """End the server and start it again on the same database."""
        self.stop()
        self.parts = self._start()

    def stop(self) -> None:
        """End it."""
        self.parts.close()

    def enrol(self, name: str) -> EnrollResponse:
        """A new terminal at the site."""
        return self.parts.clients.enroll(name, warehouse.SITE, actor_id="user-administrator")

    def problems(self) -> list[str]:
        """What the doctor finds wrong with the database."""
        return [problem for finding in examine(self.parts.database) for problem in finding.problems]

    def rows(self, sql: str) -> Sequence[Any]:
        """Rows of the database as it is now."""
        with self.parts.database.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql).fetchall()]

    def _start(self) -> Parts:
        parts = build(self._settings, now_ms)
        parts.committer.start()
        first_run.set_up(parts.committer, parts.passwords, "")
        return parts


class Cable:
    """A Transport to the server. ``chance`` decides what happens to each call; ``is_cut`` loses all of them."""

    def __init__(self, server: Server, chance: random.Random, *, faults: float = 0.25) -> None:
        self.server, self._chance, self.faults = server, chance, faults
        self.is_cut = False
        self._old: dict[str, Any] = {}
        self._credential: DeviceCredential | None = None

    def present(self, credential: DeviceCredential | None) -> None:
        self._credential = credential

    def push(self, request: PushRequest, *, within_s: float = 30.0) -> PushResponse:
        return self._send("push", lambda: self.server.parts.push.take(request))

    def pull(self, request: PullRequest, *, within_s: float = 60.0) -> PullResponse:
        return self._send("pull", lambda: self.server.parts.pull.page(request, self._device().scopes))

    def snapshot(
        self, scopes: Sequence[str], into: Path, progress: SnapshotProgress, *, within_s: float = 1800.0
    ) -> SnapshotInfo:
        def fetch() -> SnapshotInfo:
            path, image = self.server.parts.snapshots.image(self._device().scopes)
            into.write_bytes(path.read_bytes())
            return SnapshotInfo(image.cursors, image.size)

        return self._send("snapshot", fetch)

    def re_enroll(self, credential: DeviceCredential, *, within_s: float = 30.0) -> EnrollResponse:
        return self._send("re_enroll", lambda: self.server.parts.clients.enroll_again(self._device()))

    def login(self, username: str, password: str, *, within_s: float = 30.0) -> Tokens:
        raise Offline("Nobody signs in over this cable.")

    def refresh(self, refresh_token: str, *, within_s: float = 30.0) -> Tokens:
        raise Offline("Nobody signs in over this cable.")

    def enroll(self, token: str, request: EnrollRequest, *, within_s: float = 30.0) -> EnrollResponse:
        raise Offline("Terminals are enrolled by the lab.")

    def health(self, *, within_s: float = 5.0) -> bool:
        return not self.is_cut

    def abort(self) -> None:
        """Calls do not wait here."""

    def close(self) -> None:
        """Nothing is held open."""

    def _device(self) -> Any:
        assert self._credential is not None
        return self.server.parts.clients.authenticate(self._credential.client_id, self._credential.secret)

    def _send(self, kind: str, call: Callable[[], T]) -> T:
        if self.is_cut:
            raise Offline("The cable is cut.")
        fate = self._chance.random()
        if fate >= self.faults:
            answer = call()
            self._old[kind] = answer
            return answer
        match self._chance.choice(("lose request", "lose answer", "twice", "old answer", "busy")):
            case "lose request":
                raise Offline("The request got lost.")
            case "lose answer":
                call()
                raise Offline("The answer got lost.")
            case "busy":
                raise Busy("The server is busy.", 0.0)
            case "old answer" if kind in self._old:
                old: T = self._old[kind]
                return old
            case _:
                call()
                return call()


class Lab:
    """A server and desks. ``close`` ends all of them."""

    def __init__(
        self, folder: Path, seed: int, *, desks: int = 3, faults: float = 0.25, database_url: str = ""
    ) -> None:
        self.chance = random.Random(seed)
        self.folder = folder
        (folder / "server").mkdir(parents=True)
        self.server = Server(folder / "server", database_url)
        warehouse.fill(self.server.parts, products=4, stock=30)
        self.cables = [Cable(self.server, random.Random(seed * 100 + n), faults=faults) for n in range(desks)]
        self._faults = faults
        self.desks: list[Desk] = []
        for n, cable in enumerate(self.cables):
            cable.faults = 0.0
            desk = self._open(n, self.server.enrol(f"Desk {n}"))
            desk.sync()
            cable.faults = faults
            self.desks.append(desk)

    def restart_desk(self, n: int) -> None:
        """End a desk's program and start it again on its files."""
        self.desks[n].close()
        self.desks[n] = self._open(n)

    def sync(self, n: int) -> bool:
        """One round of a desk's sync over its bad cable; answers whether it went through."""
        try:
            self.desks[n].sync(timeout=5)
        except SyncError:
            return False
        return True

    def heal(self) -> None:
        """Mend every cable, and let every desk sync until nothing is pending and nothing new arrives."""
        for cable in self.cables:
            cable.is_cut, cable.faults = False, 0.0
        for _round in range(3):
            for desk in self.desks:
                for _try in range(6):
                    try:
                        desk.sync(timeout=20)
                        break
                    except SyncError:
                        continue
        assert [desk.link.pending for desk in self.desks] == [0] * len(self.desks), "every queue is empty"

    def close(self) -> None:
        """End the desks and the server."""
        for desk in self.desks:
            desk.close()
        self.server.stop()

    def _open(self, n: int, credentials: EnrollResponse | None = None) -> Desk:
        desk = Desk.open(
            self.folder / f"desk-{n}", credentials=credentials, allow_plain=True, transport=self.cables[n]
        )
        return desk.as_user("user-supervisor")
