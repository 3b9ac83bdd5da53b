"""The badge of a real desk, over real TCP to a real server, when its cable is reset or stalls."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from local_db import Desk
from local_db.background import SyncTuning
from services.sync.heartbeat import Beats
from services.sync.live import LiveSettings
from tests.helpers.running_server import RunningServer, running_server, server_settings
from tests.helpers.tcp_proxy import TcpProxy, proxy_to
from tests.server import warehouse
from tests.server.client import enroll, signed_in

_PATIENCE_S = 60.0
BRISK = LiveSettings(beats=Beats(every_s=0.3, overdue_s=0.3, dead_s=0.6), open_s=0.5)


class Badge:
    """What a desk's badge says."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._changed = threading.Condition()
        desk.subscribe(self._heard)

    def wait_for(self, word: str, *, hints: bool | None = None) -> None:
        def says() -> bool:
            link = self._desk.link
            return link.state == word and hints in (None, link.hints)

        with self._changed:
            assert self._changed.wait_for(says, _PATIENCE_S), f"it says {self._desk.link}"

    def _heard(self, tables: frozenset[str]) -> None:
        if "link" in tables:
            with self._changed:
                self._changed.notify_all()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(server_settings(tmp_path / "server")) as server:
        warehouse.fill(server.parts)
        yield server


@pytest.mark.parametrize("trouble", ["reset", "stall"])
def test_a_cut_is_told_and_so_is_its_end(server: RunningServer, tmp_path: Path, trouble: str) -> None:
    with signed_in(server) as client:
        identity = enroll(client)
    port = int(server.base_url.rsplit(":", 1)[1])
    with proxy_to(port) as proxy:
        desk = Desk.open(
            tmp_path / "desk",
            server_url=proxy.url,
            credentials=identity,
            allow_plain=True,
            tuning=SyncTuning(live=BRISK),
        )
        with desk:
            badge = Badge(desk)
            desk.start()
            badge.wait_for("live", hints=True)
            for _ in range(2):
                with _trouble(proxy, trouble):
                    badge.wait_for("offline")
                badge.wait_for("live", hints=True)


def _trouble(proxy: TcpProxy, kind: str) -> AbstractContextManager[None]:
    return proxy.reset() if kind == "reset" else proxy.stall()
