"""A whole image of the server's rows as it arrived, compressed or plain: what it is, and its pages in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from backports import zstd

from local_db.errors import LocalError
from services.storage.cache_tables import PAGE_BYTES, RESERVED_BYTES, layout
from services.sync.errors import DamagedSnapshot

_MAGIC_OF_ZSTD = b"\x28\xb5\x2f\xfd"
_MAGIC_OF_SQLITE = b"SQLite format 3\0"
_HEADER_BYTES = 100
# Whole pages; small enough to stay in the processor's own memory between the steps that they pass.
_CHUNK_BYTES = 128 * PAGE_BYTES


class ImageUnusable(DamagedSnapshot, LocalError):
    """A file is no image of the server's rows, or not a whole one."""


class ImageFile:
    """An image on the disk. Raises ImageUnusable for a file that is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._opened() as file:
            header = file.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC_OF_SQLITE):
            raise self._unusable()
        # Where these stand is part of SQLite's file format.
        self.fits_cache = (_number(header[16:18]), header[20], _number(header[68:72])) == (
            PAGE_BYTES,
            RESERVED_BYTES,
            layout(),
        )
        """Whether its pages, tables, indexes and search are those of this program's cache."""
        # A page size of 1 stands for 65,536, which does not fit two bytes.
        page_bytes = _number(header[16:18])
        self.size = _number(header[28:32]) * (65536 if page_bytes == 1 else page_bytes)
        """Bytes when it is plain."""

    def pages(self) -> Iterator[bytes]:
        """Its pages in order, plain, some at a time. Raises ImageUnusable where it breaks off or goes on too long."""
        read = 0
        with self._opened() as file:
            while read <= self.size and (chunk := file.read(_CHUNK_BYTES)):
                read += len(chunk)
                yield chunk
        if read != self.size:
            raise self._unusable()

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        with self._path.open("rb") as raw:
            is_packed = raw.read(len(_MAGIC_OF_ZSTD)) == _MAGIC_OF_ZSTD
            raw.seek(0)
            if not is_packed:
                yield raw
                return
            try:
                with zstd.open(raw, "rb") as file:
                    yield cast(IO[bytes], file)
            except (zstd.ZstdError, EOFError) as problem:
                raise self._unusable() from problem

    def _unusable(self) -> ImageUnusable:
        return ImageUnusable(f"{self._path.name} is not a whole image of the server's rows.")


def _number(digits: bytes) -> int:
    return int.from_bytes(digits, "big")
