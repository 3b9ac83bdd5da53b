"""First sync: a million rows from a server to a ready, searchable cache, against pages of JSON and a local copy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import sqlcipher3.dbapi2 as sqlcipher
from backports import zstd

from services.protocol.messages import EnrollResponse
from services.server import feed
from services.server.clock import now_ms
from services.server.parts import Parts, build
from services.storage.row import columns_of
from services.storage.tables import BY_NAME
from tests.benchmarks import million_rows
from tests.benchmarks.report import Figure, Options
from tests.helpers.running_server import server_process, server_settings

_ROWS, _ROWS_QUICK = 1_000_000, 50_000
_ROUNDS, _ROUNDS_QUICK = 5, 1
_ROWS_PER_PAGE = 500
_LEAST_RATE = 500_000
_MOST_MEMORY_MB = 20.0


def run(options: Options) -> tuple[list[Figure], list[str]]:
    """The figures, and what one must know to read them."""
    rows = _ROWS_QUICK if options.quick else _ROWS
    rounds = _ROUNDS_QUICK if options.quick else _ROUNDS
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as name:
        folder = Path(name)
        cold_s, packed_mb, image_mb, measured = _measure(folder, rows, rounds)
    rate = {part: median(run["rows"] / run["seconds"] for run in runs) for part, runs in measured.items()}
    peak = median(run["peak_mb"] for run in measured["desk"])
    figures = [
        _against("first_sync_rows_per_s", rate["desk"], "rows/s", "goal", _LEAST_RATE),
        _against("first_sync_ratio_paged_json", rate["desk"], "rows/s", "pages of JSON", rate["pages"]),
        _against("first_sync_ratio_copy", rate["desk"], "rows/s", "copied, no search", rate["copy"]),
        _against("first_sync_memory_mb", peak, "MB", "goal", _MOST_MEMORY_MB),
        Figure(name="first_sync_cold_s", value=cold_s, unit="s"),
    ]
    seconds = median(run["seconds"] for run in measured["desk"])
    return figures, [
        f"{measured['desk'][0]['rows']:,.0f} rows in {seconds:.2f} s; medians of {rounds}, by turns, encrypted caches.",
        f"The image: {image_mb:.0f} MB, sent as {packed_mb:.0f} MB; built once and shared: only the cold one waits for it.",
        "Memory is the peak of the desk's process above what it used before.",
    ]


def _against(name: str, value: float, unit: str, reference: str, reference_value: float) -> Figure:
    return Figure(
        name=name,
        value=value,
        unit=unit,
        reference=reference,
        reference_value=reference_value,
        ratio=value / reference_value,
    )


def _measure(
    folder: Path, rows: int, rounds: int
) -> tuple[float, float, float, dict[str, list[dict[str, float]]]]:
    settings = server_settings(folder / "server")
    identities = _fill(settings, rows, rounds + 1)
    measured: dict[str, list[dict[str, float]]] = {"desk": [], "copy": [], "pages": []}
    with server_process(settings) as server:
        # The first to ask has the image built; the others find it.
        cold = _child("desk", folder / "warm", server.base_url, identities[0])
        (packed,) = (folder / "server" / "snapshots").glob("*.zst")
        image = folder / "image.db"
        with zstd.open(packed, "rb") as source, image.open("wb") as target:
            while piece := source.read(1 << 20):
                target.write(piece)
        with _paged(image) as pages_url:
            for number in range(rounds):
                # Removed after each round: a virtual machine takes memory that it has never used from its host page by
                # page, which costs a third of what is measured here.
                with tempfile.TemporaryDirectory(dir=folder) as round_name:
                    at = Path(round_name)
                    desk = _child("desk", at / "desk", server.base_url, identities[number + 1])
                    measured["desk"].append(desk)
                    measured["copy"].append(_child("copy", at / "copy", str(image)))
                    measured["pages"].append(_child("pages", at / "pages", pages_url))
        return cold["seconds"], packed.stat().st_size / 1e6, image.stat().st_size / 1e6, measured


def _fill(settings: Any, rows: int, terminals: int) -> list[str]:
    """A server's database with the rows; answers the identities of terminals at it, as JSON."""
    parts = build(settings, now_ms)
    parts.committer.start()
    try:
        with parts.database.writing() as connection:
            for cls, values in million_rows.rows(rows, now_ms()):
                marks = ", ".join("?" for _ in columns_of(cls))
                connection.exec_driver_sql(f'INSERT INTO "{cls.table.name}" VALUES ({marks})', values)
            feed.adopt_all(connection)
        return [_enrolled(parts) for _ in range(terminals)]
    finally:
        parts.close()


def _enrolled(parts: Parts) -> str:
    identity: EnrollResponse = parts.clients.enroll("Desk", million_rows.SITE, actor_id="user-1")
    return msgspec.json.encode(identity).decode()


def _child(part: str, *words: object) -> dict[str, float]:
    # What the one before has left to the disk would be written while this one is measured, and flushed with its file.
    os.sync()
    command = [sys.executable, "-m", "tests.benchmarks.sync_first_child", part, *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


@contextmanager
def _paged(image: Path) -> Iterator[str]:
    """A plain HTTP server of JSON pages, each a list of objects after an id: the usual way, for the same rows."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            table = asked.path.strip("/")
            after = parse_qs(asked.query).get("after", [""])[0]
            body = json.dumps(self._rows(table, after)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _rows(self, table: str, after: str) -> list[dict[str, Any]]:
            with closing(sqlcipher.connect(f"file:{image}?mode=ro", uri=True)) as connection:
                found = connection.execute(
                    f'SELECT * FROM "{table}" WHERE id > ? ORDER BY id LIMIT ?', (after, _ROWS_PER_PAGE)
                ).fetchall()
            names = columns_of(BY_NAME[table])
            return [dict(zip(names, row, strict=True)) for row in found]

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
