"""The base map's parts: TopoJSON is read, rings and lines are cut, and the baked file holds the real world."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from desktop_app.widgets.fleet_map.bake_base_map import read_places
from desktop_app.widgets.fleet_map.base_map_file import (
    STEPS,
    BaseMapError,
    BaseMapFile,
    Towns,
    pack_cell,
    pack_towns,
    unpack_cell,
    unpack_towns,
)
from desktop_app.widgets.fleet_map.clipping import clip_rings, clip_segments
from desktop_app.widgets.fleet_map.mercator import metres_per_pixel, project, project_many, unproject
from desktop_app.widgets.fleet_map.topojson import Topology, TopologyError
from resources.resource_path import resource_path

# Two squares that share their middle side: arc 1.
TWO_SQUARES = {
    "type": "Topology",
    "transform": {"scale": [0.5, 0.25], "translate": [10, 50]},
    "arcs": [[[2, 0], [-2, 0], [0, 4], [2, 0]], [[2, 4], [0, -4]], [[2, 4], [2, 0], [0, -4], [-2, 0]]],
    "objects": {
        "countries": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "West"}},
                {"type": "MultiPolygon", "arcs": [[[2, -2]]], "properties": {"name": "East"}},
            ],
        }
    },
}


@cache
def base_map() -> BaseMapFile:
    return BaseMapFile(resource_path("map", "base_map.gz"))


def is_land(lat: float, lon: float, zoom: float) -> bool:
    level = base_map().level_at(zoom)
    x, y = project(lat, lon)
    inside = False
    for key in base_map().cells_in(level, (x, y, x, y)):
        cell = base_map().cell(key)
        begin = 0
        for length in cell.land_lengths.tolist():
            ring = cell.land[begin : begin + length]
            begin += length
            after = np.roll(ring, -1, axis=0)
            crosses = (ring[:, 1] > y) != (after[:, 1] > y)
            a, b = ring[crosses], after[crosses]
            at = a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
            inside ^= bool(np.count_nonzero(at > x) % 2)
    return inside


def test_arcs_are_taken_out_of_their_grid_and_joined_to_rings() -> None:
    topology = Topology(json.dumps(TWO_SQUARES))
    (west, [[ring]]), (east, [[other]]) = topology.polygons("countries")
    assert (west["name"], east["name"]) == ("West", "East")
    assert ring.tolist() == [[11, 50], [10, 50], [10, 51], [11, 51], [11, 50]]
    assert other.tolist() == [[11, 51], [12, 51], [12, 50], [11, 50], [11, 51]]


def test_only_the_side_that_two_countries_share_is_a_border() -> None:
    (border,) = Topology(json.dumps(TWO_SQUARES)).shared_arcs("countries")
    assert border.tolist() == [[11, 51], [11, 50]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"type": "FeatureCollection"}, "'type' must be 'Topology'"),
        ({"type": "Topology", "arcs": []}, "needs the field 'objects'"),
        ([], "not a Topology"),
    ],
)
def test_json_that_is_no_topology_is_refused_by_the_missing_field(data: object, message: str) -> None:
    with pytest.raises(TopologyError, match=message):
        Topology(json.dumps(data))


def test_an_object_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(TopologyError, match="no object 'rivers' here; there are countries"):
        list(Topology(json.dumps(TWO_SQUARES)).polygons("rivers"))


def test_rings_are_cut_to_a_rectangle_and_those_outside_dropped() -> None:
    square = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]]
    far = [[9.0, 9.0], [10.0, 9.0], [10.0, 10.0]]
    points, lengths = clip_rings(np.array(square + far), np.array([4, 3]), (1.0, -1.0, 3.0, 2.0))
    assert lengths.tolist() == [4]
    assert sorted(points.tolist()) == [[1.0, 0.0], [1.0, 2.0], [3.0, 0.0], [3.0, 2.0]]


@pytest.mark.parametrize("seed", range(10))
def test_a_cut_ring_keeps_its_area_when_cut_into_tiles(seed: int) -> None:
    random = np.random.default_rng(seed)
    angles = np.sort(random.uniform(0, 2 * np.pi, 12))
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * random.uniform(0.3, 2.0, (12, 1))

    def area(points: np.ndarray, lengths: np.ndarray) -> float:
        total = 0.0
        for part in np.split(points, np.cumsum(lengths)[:-1]):
            x, y = part[:, 0], part[:, 1]
            total += float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2
        return total

    tiles = [
        clip_rings(ring, np.array([12]), (x, y, x + 1.0, y + 1.0)) for x in range(-2, 2) for y in range(-2, 2)
    ]
    pieces = sum(area(points, lengths) for points, lengths in tiles if len(lengths))
    assert pieces == pytest.approx(area(ring, np.array([12])))


def test_segments_are_cut_to_a_rectangle_with_their_numbers_kept() -> None:
    start = np.array([[-5.0, 1.0], [0.5, 0.5], [5.0, 5.0]])
    end = np.array([[5.0, 1.0], [0.7, 0.5], [6.0, 6.0]])
    first, last, kept = clip_segments(start, end, (0.0, 0.0, 2.0, 2.0))
    assert kept.tolist() == [0, 1]
    assert first.tolist() == [[0.0, 1.0], [0.5, 0.5]]
    assert last.tolist() == [[2.0, 1.0], [0.7, 0.5]]


def test_mercator_there_and_back_is_the_same_place() -> None:
    for place in [(0.0, 0.0), (51.5, -0.13), (-33.9, 151.2), (84.9, 179.9)]:
        assert unproject(*project(*place)) == pytest.approx(place)
    lat, lon = np.array([51.5, -33.9]), np.array([-0.13, 151.2])
    assert np.column_stack(project_many(lat, lon)) == pytest.approx(
        np.array([project(51.5, -0.13), project(-33.9, 151.2)])
    )


def test_a_pixel_is_worth_less_ground_towards_the_poles() -> None:
    assert metres_per_pixel(0.0, 0.0) == pytest.approx(156_543.03, abs=0.1)
    assert metres_per_pixel(60.0, 4.0) == pytest.approx(metres_per_pixel(0.0, 5.0))


def test_a_cell_is_read_as_it_was_written() -> None:
    land = [np.array([[0, 0], [STEPS, 0], [STEPS, 100]]), np.array([[5, 5], [9, 5], [9, 9], [5, 9]])]
    borders = [np.array([[10, 10], [20, 30]])]
    cell = unpack_cell(gzip.decompress(pack_cell(land, borders)), 2, 1, 3)
    assert cell.bounds == (0.25, 0.75, 0.5, 1.0)
    assert cell.land_lengths.tolist() == [3, 4]
    assert cell.land[1].tolist() == pytest.approx([0.5, 0.75])
    assert cell.borders.tolist() == [
        pytest.approx([(1 + 10 / STEPS) / 4, (3 + 10 / STEPS) / 4]),
        pytest.approx([(1 + 20 / STEPS) / 4, (3 + 30 / STEPS) / 4]),
    ]


def test_towns_are_read_as_they_were_written() -> None:
    towns = Towns(
        ["Łódź", "Ely"],
        np.array([0.5, 0.25]),
        np.array([0.3, 0.31]),
        np.array([670_000, 20_000]),
        np.array([4.9, 8.4]),
        np.array([False, True]),
    )
    read = unpack_towns(gzip.decompress(pack_towns(towns)))
    assert read.names == ["Łódź", "Ely"]
    assert read.x == pytest.approx(towns.x)
    assert read.population.tolist() == [670_000, 20_000]
    assert read.from_zoom == pytest.approx(towns.from_zoom)
    assert read.capital.tolist() == [False, True]


def test_places_of_the_source_are_read_with_their_running_differences() -> None:
    def message(*fields: tuple[int, int | str]) -> bytes:
        body = b""
        for number, value in fields:
            if isinstance(value, str):
                body += bytes([number << 3 | 2, len(value)]) + value.encode()
            else:
                body += bytes([number << 3]) + varint(value)
        return bytes([len(body)]) + body

    def varint(value: int) -> bytes:
        out = b""
        while value > 127:
            out += bytes([value & 127 | 128])
            value >>= 7
        return out + bytes([value])

    data = message((2, "Ely"), (7, "PPL"), (9, 20_256), (10, 2 * 26_200), (11, 2 * 5_239_900))
    data += message((2, "March"), (10, 2 * 17_000 - 1), (11, 2 * 15_000))
    ely, march = read_places(data)
    assert ely == ("Ely", "PPL", 20_256, pytest.approx(52.399), pytest.approx(0.262))
    assert march == ("March", "", 0, pytest.approx(52.549), pytest.approx(0.092))


@pytest.mark.parametrize("zoom", [1.0, 4.0, 7.0])
@pytest.mark.parametrize(
    ("place", "lat", "lon", "land"),
    [
        ("Leicester", 52.63, -1.13, True),
        ("Novosibirsk", 55.0, 82.9, True),
        ("Chukotka, beyond the antimeridian", 66.5, -175.0, True),
        ("the South Pole's shelf", -80.0, 10.0, True),
        ("Alice Springs", -23.7, 133.9, True),
        ("the North Sea", 56.0, 3.0, False),
        ("the Pacific at the antimeridian", 30.0, 179.9, False),
        ("the Atlantic", 30.0, -40.0, False),
        ("the Arctic north of Russia", 80.0, 150.0, False),
    ],
)
def test_the_base_map_knows_land_from_sea(
    place: str, lat: float, lon: float, land: bool, zoom: float
) -> None:
    assert is_land(lat, lon, zoom) is land, place


def test_the_base_map_names_towns_where_they_lie() -> None:
    towns = base_map().towns
    for name, lat, lon in [("Leicester", 52.64, -1.13), ("Łódź", 51.75, 19.47), ("Nagoya", 35.18, 136.9)]:
        row = towns.names.index(name)
        assert unproject(towns.x[row], towns.y[row]) == pytest.approx((lat, lon), abs=0.05)
    assert int(towns.population.min()) >= 5_000


def test_important_towns_come_first_and_districts_of_a_city_last() -> None:
    towns = base_map().towns
    london, islington, ely = (towns.names.index(name) for name in ("London", "Islington", "Ely"))
    assert towns.from_zoom[london] < 4
    assert towns.from_zoom[islington] > towns.from_zoom[ely]


def test_the_base_map_says_whose_data_it_is() -> None:
    header = gzip.decompress((resource_path("map", "base_map.gz")).read_bytes())[:200_000]
    assert b"GeoNames (CC BY 4.0)" in header
    assert (
        "CC BY 4.0" in resource_path("map", "README.txt").read_text()
        or "Attribution 4.0" in resource_path("map", "README.txt").read_text()
    )
    for licence in ("LICENSE-world-atlas.txt", "LICENSE-geonames.txt"):
        assert resource_path("map", licence).stat().st_size > 500


@pytest.mark.parametrize(
    "damage", [b"not a map at all", gzip.compress(b"[]]")], ids=["no gzip file", "no map within"]
)
def test_a_file_that_is_no_base_map_is_refused(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "base_map.gz"
    path.write_bytes(damage)
    with pytest.raises(BaseMapError, match=r"base_map\.gz is not a base map"):
        BaseMapFile(path)


def test_another_version_of_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "base_map.gz"
    path.write_bytes(gzip.compress(b'{"version": 99}'))
    with pytest.raises(BaseMapError, match="version 99; this program reads 1"):
        BaseMapFile(path)


def test_a_damaged_cell_says_where_the_damage_is(tmp_path: Path) -> None:
    whole = resource_path("map", "base_map.gz").read_bytes()
    path = tmp_path / "base_map.gz"
    path.write_bytes(whole[:200_000])
    cut = BaseMapFile(path)
    with pytest.raises(BaseMapError, match="damaged at byte"):
        _ = cut.towns
