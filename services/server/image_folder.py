"""The images on the server's disk: each with a description beside it, and old ones removed so that few ever lie there."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import msgspec

from services.server.clock import Clock
from services.server.log import log_of

_log = log_of("images")
# Longer than any image takes to be built: what is older was left by a process that died.
_ABANDONED_MS = 6 * 3600 * 1000


class Image(msgspec.Struct, frozen=True):
    """One image on disk: a zstd file, the cursors that its rows are at, and what identifies it.

    ``sha256`` (hexadecimal) and ``size`` are of the compressed bytes, ``built_at`` in ms UTC, ``layout`` as
    services.storage.cache_tables has it.
    """

    file: str
    scopes: list[str]
    cursors: dict[str, int]
    sha256: str
    size: int
    built_at: int
    epoch: str
    schema: int
    layout: int


class ImageFolder:
    """Images by name. ``kept`` of each name, none older than ``kept_ms``, at most ``most_bytes`` in all; the newest of
    all stays in any case. May be used from several threads and processes."""

    def __init__(self, folder: Path, clock: Clock, *, kept: int, kept_ms: int, most_bytes: int) -> None:
        self._folder = folder
        self._clock = clock
        self._kept = kept
        self._kept_ms = kept_ms
        self._most_bytes = most_bytes

    def path_of(self, image: Image) -> Path:
        """Where the compressed bytes are."""
        return self._folder / image.file

    def images(self, name: str) -> list[Image]:
        """The images of this name that are whole, the newest first."""
        return [image for _, image in self._all(f"{name}.*.json")]

    @contextlib.contextmanager
    def scratch(self, suffix: str) -> Iterator[Path]:
        """A file of nobody else's, removed afterwards if it is still there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{os.getpid()}-{secrets.token_hex(8)}.{suffix}"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def take(self, packed: Path, image: Image) -> None:
        """Put a finished file in its place, and remove what is too old or too much."""
        packed.replace(self._folder / image.file)
        with self.scratch("json.new") as description:
            description.write_bytes(msgspec.json.encode(image))
            description.replace(self._description(image))
        self._tidy()

    def _description(self, image: Image) -> Path:
        return (self._folder / image.file).with_suffix(".json")

    def _all(self, pattern: str) -> list[tuple[Path, Image]]:
        found: list[tuple[Path, Image]] = []
        for path in self._folder.glob(pattern):
            try:
                image = msgspec.json.decode(path.read_bytes(), type=Image)
            except FileNotFoundError:
                continue
            except msgspec.MsgspecError:
                _log.warning("an image's description cannot be read; the image is dropped", file=str(path))
                self._remove(path.with_suffix(".zst"), path)
                continue
            if (self._folder / image.file).exists():
                found.append((path, image))
        return sorted(found, key=lambda each: each[1].built_at, reverse=True)

    def _tidy(self) -> None:
        now = self._clock()
        seen: dict[str, int] = {}
        room = self._most_bytes
        for number, (path, image) in enumerate(self._all("*.json")):
            name = image.file.partition(".")[0]
            seen[name] = seen.get(name, 0) + 1
            room -= image.size
            is_old = now - image.built_at > self._kept_ms
            if number and (is_old or room < 0 or seen[name] > self._kept):
                room += image.size
                self._remove(path, self._folder / image.file)
        for left in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                is_known = left.suffix == ".json" or left.with_suffix(".json").exists()
                if not is_known and now - left.stat().st_mtime_ns // 1_000_000 > _ABANDONED_MS:
                    self._remove(left)

    def _remove(self, *paths: Path) -> None:
        for path in paths:
            try:
                path.unlink(missing_ok=True)
            except OSError as problem:
                # Somebody is fetching it, on a system where open files stay; the next time removes it.
                _log.info("an image stays for now", file=str(path), problem=problem.strerror)
