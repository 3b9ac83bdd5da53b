"""First sync as opening a file: a compressed SQLite image of some scopes, built now and then, shared by all."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from backports import zstd
from starlette.concurrency import run_in_threadpool

from services.protocol.messages import SCHEMA
from services.server import feed
from services.server.advisory_locks import take_locks
from services.server.clock import Clock
from services.server.database import Database
from services.server.image_folder import Image, ImageFolder
from services.server.image_writer import write_image
from services.server.log import log_of
from services.storage.cache_tables import layout

_log = log_of("snapshot")
_CHUNK_BYTES = 1024 * 1024
# What cannot be built now (no room, a folder that nobody may write) is not tried again for each who asks.
_TRIED_AGAIN_AFTER_MS = 60_000


class NoImage(Exception):
    """An image cannot be built now; the rows can still be pulled."""


class Snapshots:
    """Images by their scopes. Each is built once, by one thread of one process, while the others who ask wait."""

    def __init__(
        self,
        database: Database,
        folder: ImageFolder,
        clock: Clock,
        *,
        epoch: str,
        max_age_seconds: float = 3600.0,
        max_changes: int = 50_000,
        level: int = 1,
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
        self._failed_at: dict[str, int] = {}
        self._asked: dict[str, asyncio.Task[tuple[Path, Image]]] = {}

    async def shared(self, scopes: Sequence[str], wait_seconds: float) -> tuple[Path, Image] | None:
        """A fresh enough image, or None where that takes longer; all who ask meanwhile wait for the same, and no thread
        waits. Raises NoImage."""
        name = _name_of(scopes)
        task = self._asked.get(name)
        if task is None:
            task = asyncio.ensure_future(run_in_threadpool(self.image, scopes))
            self._asked[name] = task
            task.add_done_callback(lambda done: self._answered(name, done))
        # Whoever goes away does not take the image from the others.
        done, _ = await asyncio.wait({task}, timeout=wait_seconds)
        return task.result() if done else None

    def _answered(self, name: str, task: asyncio.Task[tuple[Path, Image]]) -> None:
        self._asked.pop(name, None)
        if not task.cancelled() and (problem := task.exception()) is not None:
            _log.warning("an image was not given", problem=str(problem))

    def begun(self, scopes: Sequence[str], sha256: str) -> tuple[Path, Image] | None:
        """The image that somebody has fetched a part of, if it is still here and pulling can go on from it."""
        for image in self._folder.images(_name_of(scopes)):
            if image.sha256 == sha256 and self._leads_on(image):
                return self._folder.path_of(image), image
        return None

    def image(self, scopes: Sequence[str]) -> tuple[Path, Image]:
        """A fresh enough image of these scopes; blocks while it is built. If that fails, an older one from which pulling
        can go on. Raises NoImage where there is none."""
        wanted = sorted(scopes)
        name = _name_of(wanted)
        with self._mutex:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            image = self._fresh(name)
            if image is None:
                with self._no_other_process(name):
                    image = self._fresh(name) or self._built(name, wanted)
            return self._folder.path_of(image), image

    def _fresh(self, name: str) -> Image | None:
        for image in self._folder.images(name)[:1]:
            if self._clock() - image.built_at <= self._max_age_ms and self._leads_on(
                image, self._max_changes
            ):
                return image
        return None

    def _leads_on(self, image: Image, most_changes: int | None = None) -> bool:
        """Whether a terminal can pull on from an image, over at most so many changes."""
        if (image.epoch, image.schema, image.layout) != (self._epoch, SCHEMA, layout()):
            return False
        mark = "?" if self._database.is_sqlite else "%s"
        with self._database.reading() as connection:
            left = most_changes
            for scope, head in feed.heads(connection, image.scopes).items():
                if image.cursors[scope] < head.min_version:
                    return False
                if left is None:
                    continue
                left -= connection.exec_driver_sql(
                    "SELECT COUNT(*) FROM (SELECT 1 FROM change "
                    f"WHERE scope_id = {mark} AND version > {mark} LIMIT {mark}) AS newer",
                    (head.id, image.cursors[scope], left + 1),
                ).scalar_one()
                if left < 0:
                    return False
        return True

    @contextlib.contextmanager
    def _no_other_process(self, name: str) -> Iterator[None]:
        """Several processes may serve one PostgreSQL: the first builds, the others find what it has built."""
        if self._database.is_sqlite:
            yield
            return
        with self._database.writing() as connection:
            take_locks(connection, [f"snapshot:{name}"])
            yield

    def _built(self, name: str, scopes: list[str]) -> Image:
        failed_at = self._failed_at.get(name)
        if failed_at is None or not 0 <= self._clock() - failed_at < _TRIED_AGAIN_AFTER_MS:
            try:
                return self._build(name, scopes)
            except Exception:
                # Whatever it was: terminals that are told to ask again would ask for ever, and the rows can be pulled.
                _log.exception("an image was not built", scopes=scopes)
                self._failed_at[name] = self._clock()
        for image in self._folder.images(name):
            if self._leads_on(image):
                return image
        raise NoImage("The server has no image now.")

    def _build(self, name: str, scopes: Sequence[str]) -> Image:
        began = self._clock()
        with self._folder.scratch("building") as raw, self._folder.scratch("packing") as packed:
            cursors = write_image(self._database, raw, scopes, began)
            digest, size = _compress(raw, packed, self._level)
            image = Image(
                file=f"{name}.{digest[:16]}.zst",
                scopes=list(scopes),
                cursors=cursors,
                sha256=digest,
                size=size,
                built_at=began,
                epoch=self._epoch,
                schema=SCHEMA,
                layout=layout(),
            )
            self._folder.take(packed, image)
        took = self._clock() - began
        _log.info("snapshot built", scopes=scopes, bytes=size, cursors=cursors, milliseconds=took)
        return image


def _name_of(scopes: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(scopes)).encode()).hexdigest()[:24]


def _compress(source: Path, target: Path, level: int) -> tuple[str, int]:
    """Compress a file; answers SHA-256 and size of the result."""
    with source.open("rb") as raw, zstd.open(target, "wb", level=level) as packed:
        shutil.copyfileobj(raw, packed, _CHUNK_BYTES)
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), target.stat().st_size
