"""First sync as opening a file: a compressed SQLite image of some scopes, built now and then, shared by all."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import sqlcipher3.dbapi2 as sqlcipher
from backports import zstd
from sqlalchemy import Connection, MetaData
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from services.protocol.messages import SCHEMA
from services.server import feed
from services.server.clock import Clock
from services.server.database import Database
from services.server.log import log_of
from services.server.retention import oldest_kept
from services.storage.row import Row, columns_of
from services.storage.schema import business_tables
from services.storage.tables import TABLES

_log = log_of("snapshot")
_ROWS_AT_ONCE = 5000
_CHUNK_BYTES = 1024 * 1024
_KEPT_IMAGES = 2


class Image(msgspec.Struct, frozen=True):
    """One image on disk: a zstd file, the cursors that its rows are at, and what identifies it.

    ``sha256`` (hexadecimal) and ``size`` are of the compressed bytes, ``built_at`` in ms UTC.
    """

    file: str
    scopes: list[str]
    cursors: dict[str, int]
    sha256: str
    size: int
    built_at: int
    epoch: str
    schema: int


class Snapshots:
    """Images by their scopes, in a folder. Each is built by one thread while the others who ask wait for it."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        clock: Clock,
        *,
        epoch: str,
        max_age_seconds: float = 3600.0,
        max_changes: int = 50_000,
        level: int = 3,
    ) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock
        self._epoch = epoch
        self._max_age_ms = int(max_age_seconds * 1000)
        self._max_changes = max_changes
        self._level = level
        self._mutex = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    def image(self, scopes: Sequence[str]) -> tuple[Path, Image]:
        """A fresh enough image of these scopes; blocks while it is built."""
        wanted = sorted(scopes)
        name = hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:24]
        with self._mutex:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            known = self._known(name)
            if known is None or not self._is_fresh(known):
                known = self._build(name, wanted)
            return self._folder / known.file, known

    def _known(self, name: str) -> Image | None:
        description = self._folder / f"{name}.json"
        try:
            image = msgspec.json.decode(description.read_bytes(), type=Image)
        except FileNotFoundError:
            return None
        except msgspec.MsgspecError:
            _log.warning("an image's description cannot be read; it is built again", file=str(description))
            return None
        return image if (self._folder / image.file).exists() else None

    def _is_fresh(self, image: Image) -> bool:
        if image.epoch != self._epoch or image.schema != SCHEMA:
            return False
        if self._clock() - image.built_at > self._max_age_ms:
            return False
        mark = "?" if self._database.is_sqlite else "%s"
        with self._database.reading() as connection:
            left = self._max_changes
            for scope, head in feed.heads(connection, image.scopes).items():
                if image.cursors[scope] < head.min_version:
                    return False
                left -= connection.exec_driver_sql(
                    "SELECT COUNT(*) FROM (SELECT 1 FROM change "
                    f"WHERE scope_id = {mark} AND version > {mark} LIMIT {mark}) AS newer",
                    (head.id, image.cursors[scope], left + 1),
                ).scalar_one()
                if left < 0:
                    return False
        return True

    def _build(self, name: str, scopes: Sequence[str]) -> Image:
        self._folder.mkdir(parents=True, exist_ok=True)
        raw = self._folder / f"{name}.building"
        packed = self._folder / f"{name}.packing"
        raw.unlink(missing_ok=True)
        try:
            cursors = write_image(self._database, raw, scopes, self._clock())
            digest, size = _compress(raw, packed, self._level)
        finally:
            raw.unlink(missing_ok=True)
        image = Image(
            file=f"{name}.{digest[:16]}.zst",
            scopes=list(scopes),
            cursors=cursors,
            sha256=digest,
            size=size,
            built_at=self._clock(),
            epoch=self._epoch,
            schema=SCHEMA,
        )
        packed.replace(self._folder / image.file)
        description = self._folder / f"{name}.json.new"
        description.write_bytes(msgspec.json.encode(image))
        description.replace(self._folder / f"{name}.json")
        self._drop_old(name)
        _log.info("snapshot built", scopes=scopes, bytes=size, cursors=cursors)
        return image

    def _drop_old(self, name: str) -> None:
        """Keep the newest images: somebody may still be fetching the one before."""
        images = sorted(self._folder.glob(f"{name}.*.zst"), key=lambda file: file.stat().st_mtime_ns)
        for old in images[:-_KEPT_IMAGES]:
            old.unlink()


def write_image(database: Database, path: Path, scopes: Sequence[str], now: int) -> dict[str, int]:
    """Write a plain SQLite file with the rows of these scopes, in one snapshot; answers the cursors that they are at.

    Tables have their id as primary key and nothing else: whoever opens the file adds the indexes that it wants.
    """
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlcipher.connect(str(path), isolation_level=None)) as image:
        # The file is worth nothing before it is whole, so it needs no care on the way.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE"):
            image.execute(f"PRAGMA {pragma}")
        image.execute("BEGIN")
        for statement in _create_tables():
            image.execute(statement)
        with database.reading() as connection:
            cursors = {scope: head.version for scope, head in feed.heads(connection, scopes).items()}
            for cls in TABLES:
                columns = ", ".join("?" for _ in columns_of(cls))
                for rows in _rows(connection, cls, scopes, now):
                    image.executemany(f'INSERT INTO "{cls.table.name}" VALUES ({columns})', rows)
        image.execute("COMMIT")
    return cursors


def _create_tables() -> Iterator[str]:
    for table in business_tables(MetaData(), unique=False).values():
        yield str(CreateTable(table).compile(dialect=sqlite.dialect()))


def _rows(
    connection: Connection, cls: type[Row], scopes: Sequence[str], now: int
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The rows of one table in these scopes, in order of id, many at a time."""
    is_sqlite = connection.dialect.name == "sqlite"
    mark = "?" if is_sqlite else "%s"
    columns = ", ".join(f'"{name}"' for name in columns_of(cls))
    limit = oldest_kept(cls, now)
    for scope in scopes:
        where, parameters = feed.rows_of_scope(cls, scope, mark)
        if where is None:
            continue
        if limit is not None:
            age = columns_of(cls)[limit[0]]
            where += f'{" AND" if where else " WHERE"} ("{age}" IS NULL OR "{age}" >= {mark})'
            parameters = (*parameters, limit[1])
        sql = f'SELECT {columns} FROM "{cls.table.name}"{where} ORDER BY id'
        yield from _in_parts(connection, sql, parameters, is_sqlite)


def _in_parts(
    connection: Connection, sql: str, parameters: tuple[Any, ...], is_sqlite: bool
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Rows straight from the driver: a million of them should not each become an object of SQLAlchemy's."""
    driver: Any = connection.connection.driver_connection
    # PostgreSQL sends all rows at once unless the cursor has a name and stays at the server.
    cursor = driver.cursor() if is_sqlite else driver.cursor(name="snapshot")
    try:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield rows
    finally:
        cursor.close()


def _compress(source: Path, target: Path, level: int) -> tuple[str, int]:
    """Compress a file; answers SHA-256 and size of the result."""
    with source.open("rb") as raw, zstd.open(target, "wb", level=level) as packed:
        shutil.copyfileobj(raw, packed, _CHUNK_BYTES)
    digest = hashlib.sha256()
    with target.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest(), target.stat().st_size
