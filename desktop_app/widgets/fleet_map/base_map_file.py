"""The base map's one file: land cut into cells, borders, country names and towns, read a cell at a time.

The file is a row of gzip members, so that `zcat` reads it whole while we read only what is in sight. The first is a
JSON header: `version`, `levels` ([name, cell_zoom, from_zoom]), `cells` ([level, column, row, offset, size], offsets
counted from the header's end), `towns` ([offset, size]) and `countries` ([name, x, y, area]). A cell at zoom z is one
square of the world cut into 2**z by 2**z; its points are int16 steps of 1/28000 of the cell's side. The file is
written by `bake_base_map.py`.
"""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from desktop_app.widgets.fleet_map.clipping import Floats, Ints, Rect

VERSION = 1
STEPS = 28_000
"""Steps across a cell; with the overlap around it they still fit an int16."""
OVERLAP = 400
"""Steps by which the land of neighbouring cells overlaps, so that no seam shows between them."""
_CELLS_KEPT = 400
_COUNTS = struct.Struct("<II")


class BaseMapError(ValueError):
    """The base map's file is damaged, or of a version this program does not know."""


class Level(NamedTuple):
    """One degree of detail, used from `from_zoom` up, in cells of the world cut in 2**cell_zoom each way."""

    number: int
    name: str
    cell_zoom: int
    from_zoom: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Land and borders of one square, in world coordinates. Rings and lines follow each other, with their lengths."""

    bounds: Rect
    land: Floats
    land_lengths: Ints
    coast: npt.NDArray[np.bool_]
    """For each land point whether the edge to its ring's next point is coast; if not, it is the side of the cell."""
    borders: Floats
    border_lengths: Ints


@dataclass(frozen=True, slots=True)
class Towns:
    """Towns by falling importance, as columns; x and y in world coordinates."""

    names: list[str]
    x: Floats
    y: Floats
    population: Ints
    from_zoom: Floats
    capital: npt.NDArray[np.bool_]


class Country(NamedTuple):
    """A country's name, and where its largest part lies; `area` is a share of the Mercator world."""

    name: str
    x: float
    y: float
    area: float


class BaseMapFile:
    """Reads `path` cell by cell and keeps the last few hundred cells. Raises BaseMapError if the file is damaged."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        header, self._start = _first_member(self._data, path)
        if header.get("version") != VERSION:
            raise BaseMapError(
                f"{path.name} is of version {header.get('version')}; this program reads {VERSION}"
            )
        self.levels = [Level(n, name, zoom, start) for n, (name, zoom, start) in enumerate(header["levels"])]
        self.countries = [Country(*row) for row in header["countries"]]
        self._places = {(level, column, row): (at, size) for level, column, row, at, size in header["cells"]}
        self._towns_place: tuple[int, int] = tuple(header["towns"])
        self._towns: Towns | None = None
        self._cells: OrderedDict[tuple[int, int, int], Cell] = OrderedDict()

    def level_at(self, zoom: float) -> Level:
        """The level of detail that belongs to a zoom."""
        return next((level for level in reversed(self.levels) if zoom >= level.from_zoom), self.levels[0])

    def cells_in(self, level: Level, view: Rect) -> list[tuple[int, int, int]]:
        """The keys of the cells with any land that meet `view` (world coordinates)."""
        across = 1 << level.cell_zoom
        left, top, right, bottom = (min(max(int(edge * across), 0), across - 1) for edge in view)
        keys = (
            (level.number, column, row) for row in range(top, bottom + 1) for column in range(left, right + 1)
        )
        return [key for key in keys if key in self._places]

    def cell(self, key: tuple[int, int, int]) -> Cell:
        """One cell, unpacked at most once while it stays in use."""
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = self._unpack(key)
            if len(self._cells) > _CELLS_KEPT:
                self._cells.popitem(last=False)
        else:
            self._cells.move_to_end(key)
        return cell

    @property
    def towns(self) -> Towns:
        """All towns, unpacked at first use."""
        if self._towns is None:
            self._towns = unpack_towns(self._member(*self._towns_place))
        return self._towns

    def _member(self, offset: int, size: int) -> bytes:
        begin = self._start + offset
        if begin + size > len(self._data):
            raise BaseMapError(f"the base map is damaged at byte {len(self._data)}: it ends too early")
        try:
            return gzip.decompress(self._data[begin : begin + size])
        except (OSError, EOFError, zlib.error) as error:
            raise BaseMapError(f"the base map is damaged at byte {begin}: {error}") from error

    def _unpack(self, key: tuple[int, int, int]) -> Cell:
        level, column, row = key
        return unpack_cell(self._member(*self._places[key]), self.levels[level].cell_zoom, column, row)


def _first_member(data: bytes, path: Path) -> tuple[dict[str, Any], int]:
    reader = zlib.decompressobj(wbits=31)
    try:
        header = json.loads(reader.decompress(data))
    except (zlib.error, ValueError) as error:
        raise BaseMapError(f"{path.name} is not a base map: {error}") from error
    return header, len(data) - len(reader.unused_data)


def pack_cell(land: list[npt.NDArray[np.int64]], borders: list[npt.NDArray[np.int64]]) -> bytes:
    """Rings and lines in steps of the cell, (n, 2) each, as one gzip member."""
    lengths = np.array([len(part) for part in (*land, *borders)], dtype="<u4")
    points = np.concatenate([*land, *borders]) if len(lengths) else np.empty((0, 2), dtype=np.int64)
    steps = np.diff(points, axis=0, prepend=0).astype("<i2")
    columns = steps[:, 0].tobytes() + steps[:, 1].tobytes()
    return gzip.compress(_COUNTS.pack(len(land), len(borders)) + lengths.tobytes() + columns, 9, mtime=0)


def unpack_cell(payload: bytes, cell_zoom: int, column: int, row: int) -> Cell:
    """The reverse of pack_cell, in world coordinates."""
    rings, lines = _COUNTS.unpack_from(payload)
    lengths = np.frombuffer(payload, dtype="<u4", count=rings + lines, offset=_COUNTS.size).astype(np.int64)
    total = int(lengths.sum())
    columns = np.frombuffer(payload, dtype="<i2", count=2 * total, offset=_COUNTS.size + 4 * len(lengths))
    steps = np.cumsum(columns.reshape(2, total).T, axis=0, dtype=np.int64)
    side = 1.0 / (1 << cell_zoom)
    world = (np.array([column, row]) + steps / STEPS) * side
    land = int(lengths[:rings].sum())
    return Cell(
        bounds=(column * side, row * side, (column + 1) * side, (row + 1) * side),
        land=world[:land],
        land_lengths=lengths[:rings],
        coast=_coast_edges(steps[:land], lengths[:rings]),
        borders=world[land:],
        border_lengths=lengths[rings:],
    )


def _coast_edges(steps: Ints, lengths: Ints) -> npt.NDArray[np.bool_]:
    following = ring_successors(lengths)
    side = np.zeros(len(steps), dtype=bool)
    for axis in (0, 1):
        value = steps[:, axis]
        for bound in (-OVERLAP, STEPS + OVERLAP):
            on = value == bound
            side |= on & on[following]
    return ~side


def ring_successors(lengths: Ints) -> Ints:
    """For every point of rings that follow each other, the index of the next point of its own ring."""
    following = np.arange(1, int(lengths.sum()) + 1)
    ends = np.cumsum(lengths)
    some = lengths > 0
    following[ends[some] - 1] = (ends - lengths)[some]
    return following


def pack_towns(towns: Towns) -> bytes:
    """Towns as one gzip member: the count, the columns, and the names a line each."""
    columns = (
        (towns.x * 2**32).astype("<u4"),
        (towns.y * 2**32).astype("<u4"),
        towns.population.astype("<u4"),
        np.round(towns.from_zoom * 10).astype("u1"),
        towns.capital.astype("u1"),
    )
    names = "\n".join(towns.names).encode()
    return gzip.compress(
        struct.pack("<I", len(towns.names)) + b"".join(c.tobytes() for c in columns) + names, 9, mtime=0
    )


def unpack_towns(payload: bytes) -> Towns:
    """The reverse of pack_towns."""
    (count,) = struct.unpack_from("<I", payload)
    columns = []
    at = 4
    for kind in ("<u4", "<u4", "<u4", "u1", "u1"):
        column = np.frombuffer(payload, dtype=kind, count=count, offset=at)
        columns.append(column)
        at += column.nbytes
    return Towns(
        names=payload[at:].decode().split("\n") if count else [],
        x=columns[0] / 2**32,
        y=columns[1] / 2**32,
        population=columns[2].astype(np.int64),
        from_zoom=columns[3] / 10.0,
        capital=columns[4].astype(bool),
    )
