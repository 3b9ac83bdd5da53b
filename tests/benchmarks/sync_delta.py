"""How long after a commit on one desk its rows are visible on another, over the live link of a server on loopback."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

from local_db import Desk
from services.commands import ReceiveStock
from services.handlers.stock_ledger import stock_id_of
from tests.benchmarks import big_site, sync_site
from tests.benchmarks.report import Figure, Options, percentile
from tests.helpers.running_server import server_process, server_settings

_CHANGES, _CHANGES_QUICK = 300, 30
_PAUSE_S = 0.1
_DEADLINE_S = 60.0
_MOST_MS = {0.5: 30.0, 0.99: 150.0}
_PRODUCT, _BIN = big_site.product_id(0), big_site.bin_id(0)
_STOCK = stock_id_of(_PRODUCT, _BIN, "", "good")


def run(options: Options) -> tuple[list[Figure], list[str]]:
    """The figures, and what one must know to read them."""
    changes = _CHANGES_QUICK if options.quick else _CHANGES
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as name:
        folder = Path(name)
        settings = server_settings(folder / "server")
        ready = sync_site.prepare(settings, folder, 0, terminals=2)
        with (
            server_process(settings) as server,
            sync_site.opened(ready.profile, server.base_url) as here,
            sync_site.opened(folder / "other", server.base_url, ready.identities[1]) as there,
        ):
            there.sync(timeout=_DEADLINE_S)
            here.start()
            there.start()
            _wait_for_live(here, there)
            taken = [_measure(here, there) for _ in range(changes)]
    figures = [
        Figure(
            name=f"delta_p{round(share * 100)}_ms",
            value=(value := percentile(taken, share)),
            unit="ms",
            reference="goal",
            reference_value=most,
            ratio=value / most,
        )
        for share, most in _MOST_MS.items()
    ]
    return figures, [f"Delta: {changes} changes, {_PAUSE_S * 1000:.0f} ms apart; both desks in one process."]


def _wait_for_live(*desks: Desk) -> None:
    end = time.monotonic() + _DEADLINE_S
    while not all(desk.link.hints for desk in desks):
        if time.monotonic() > end:
            raise RuntimeError("the live links did not come up")
        time.sleep(0.05)


def _measure(here: Desk, there: Desk) -> float:
    """Milliseconds from the return of a command here until its row is read there."""
    seen = threading.Event()
    wanted = _on_hand(here) + 1

    def look(tables: frozenset[str]) -> None:
        if "stock" in tables and _on_hand(there) == wanted:
            seen.set()

    end = there.subscribe(look)
    try:
        here.do(ReceiveStock(site_id=big_site.SITE, product_id=_PRODUCT, location_id=_BIN, quantity=1))
        began = time.perf_counter()
        if not seen.wait(_DEADLINE_S):
            raise RuntimeError("a change did not arrive")
        taken = (time.perf_counter() - began) * 1000
    finally:
        end()
    time.sleep(_PAUSE_S)
    return taken


def _on_hand(desk: Desk) -> int:
    found: int = desk.read.value("SELECT on_hand FROM stock WHERE id = ?", (_STOCK,))
    return found
