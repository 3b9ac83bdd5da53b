"""What the first-sync benchmark starts: a desk on a new profile that fetches its rows, or a peer that does without images.

Each process prints one line of JSON, so that its memory is its own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import msgspec

from local_db import Desk
from local_db.files import attach_cache, open_plain, transaction
from local_db.store import Store
from services.protocol.messages import EnrollResponse
from services.storage.cache_tables import business_statements
from services.storage.tables import TABLES

PASSPHRASE = "benchmark"


def desk(folder: Path, server_url: str, enrolled: str) -> dict[str, float]:
    """The desk itself: seconds until it has synced and found a product, and the peak of its memory above before."""
    identity = msgspec.json.decode(enrolled, type=EnrollResponse)
    with Desk.open(folder, server_url=server_url, credentials=identity, passphrase=PASSPHRASE) as desk:
        # What any working desk has in memory by then: an HTTP client that has spoken, a page of rows that was read.
        desk.transport.health()
        desk.read.search_products("nothing")
        before = _reset_peak()
        began = time.perf_counter()
        desk.sync(timeout=600)
        found = desk.read.search_products("basket")
        seconds = time.perf_counter() - began
        peak = _memory("VmHWM")
        assert found, "the cache must be searchable"
        rows = sum(desk.read.value(f'SELECT count(*) FROM "{cls.table.name}"') for cls in TABLES)
        return {"seconds": seconds, "peak_mb": peak - before, "rows": rows}


def copy(folder: Path, image: str) -> dict[str, float]:
    """Rows of a plain image copied into a keyed cache with its indexes; no search, no before-images."""
    folder.mkdir()
    tables, indexes = business_statements()
    with closing(open_plain(Path(image))) as source:
        began = time.perf_counter()
        attach_cache(source, folder / "cache.db", "00" * 32, "next")
        source.execute("PRAGMA next.journal_mode = OFF").fetchall()
        source.execute("PRAGMA next.synchronous = OFF")
        with transaction(source):
            for statement in tables:
                source.execute(statement.replace("CREATE TABLE ", "CREATE TABLE next.", 1))
            for statement in indexes:
                source.execute(statement.replace("CREATE INDEX ", "CREATE INDEX next.", 1))
            rows = sum(
                source.execute(
                    f'INSERT INTO next."{cls.table.name}" SELECT * FROM main."{cls.table.name}"'
                ).rowcount
                for cls in TABLES
            )
        return {"seconds": time.perf_counter() - began, "rows": rows}


def pages(folder: Path, server_url: str) -> dict[str, float]:
    """Rows as pages of JSON objects, each put into a cache as a desk has it, with its indexes and search."""
    with closing(Store(folder, passphrase=PASSPHRASE)) as store:
        cache = store.cache.connection
        began = time.perf_counter()
        rows = 0
        for cls in TABLES:
            after = ""
            while page := _page(f"{server_url}/{cls.table.name}?after={after}"):
                _insert(cache, cls.table.name, page)
                rows += len(page)
                after = page[-1]["id"]
        return {"seconds": time.perf_counter() - began, "rows": rows}


def _page(url: str) -> list[dict[str, Any]]:
    with urlopen(url) as answer:
        found: list[dict[str, Any]] = json.load(answer)
        return found


def _insert(cache: Any, table: str, page: list[dict[str, Any]]) -> None:
    names = ", ".join(f'"{name}"' for name in page[0])
    marks = ", ".join("?" for _ in page[0])
    with transaction(cache):
        cache.executemany(
            f'INSERT OR REPLACE INTO "{table}" ({names}) VALUES ({marks})',
            [tuple(row.values()) for row in page],
        )


def _reset_peak() -> float:
    """Let the peak of memory begin anew; answers what is used now, in MB."""
    Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


def _memory(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


_PARTS: dict[str, Callable[..., dict[str, float]]] = {"desk": desk, "copy": copy, "pages": pages}

if __name__ == "__main__":
    print(json.dumps(_PARTS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])), flush=True)
