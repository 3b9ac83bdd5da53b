"""Reads TopoJSON: quantised, shared arcs into rings and border lines in degrees.

Format: the TopoJSON specification, version 1.0 (Bostock and Metcalf, 2013). Only polygons are read, and only what a
base map needs: the rings of each geometry, and the arcs that two geometries share.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Ring = npt.NDArray[np.float64]


class TopologyError(ValueError):
    """The text is JSON, but not the TopoJSON that this reader knows; the message names what is missing."""


class Topology:
    """Arcs in degrees, shape (n, 2) as longitude and latitude, and the geometries built from them."""

    def __init__(self, text: str | bytes) -> None:
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("type") != "Topology":
            raise TopologyError("not a Topology: the field 'type' must be 'Topology'")
        for field in ("arcs", "objects"):
            if field not in data:
                raise TopologyError(f"a Topology needs the field '{field}'")
        self._objects: dict[str, Any] = data["objects"]
        self.arcs: list[Ring] = [_decode(arc, data.get("transform")) for arc in data["arcs"]]

    def polygons(self, object_name: str) -> Iterator[tuple[dict[str, Any], list[list[Ring]]]]:
        """Each geometry's properties and its polygons; a polygon is its outer ring and then its holes."""
        for geometry in self._geometries(object_name):
            polygons = _polygon_arcs(geometry)
            yield (
                geometry.get("properties", {}),
                [[self._stitch(ring) for ring in rings] for rings in polygons],
            )

    def shared_arcs(self, object_name: str) -> list[Ring]:
        """The arcs that lie between two geometries: on a map of countries, the land borders."""
        uses: Counter[int] = Counter()
        for geometry in self._geometries(object_name):
            own = {
                arc if arc >= 0 else ~arc
                for rings in _polygon_arcs(geometry)
                for ring in rings
                for arc in ring
            }
            uses.update(own)
        return [self.arcs[index] for index, count in sorted(uses.items()) if count > 1]

    def _geometries(self, object_name: str) -> list[dict[str, Any]]:
        if object_name not in self._objects:
            raise TopologyError(
                f"no object '{object_name}' here; there are {', '.join(sorted(self._objects))}"
            )
        found = self._objects[object_name]
        return list(found["geometries"]) if found["type"] == "GeometryCollection" else [found]

    def _stitch(self, indexes: list[int]) -> Ring:
        parts = [self.arcs[i] if i >= 0 else self.arcs[~i][::-1] for i in indexes]
        # Neighbouring arcs repeat the point where they meet.
        return np.concatenate([part if n == 0 else part[1:] for n, part in enumerate(parts)])


def _decode(arc: list[list[float]], transform: dict[str, Any] | None) -> Ring:
    points = np.asarray(arc, dtype=np.float64)
    if transform is None:
        return points
    scale, translate = np.asarray(transform["scale"]), np.asarray(transform["translate"])
    decoded: Ring = np.cumsum(points, axis=0) * scale + translate
    return decoded


def _polygon_arcs(geometry: dict[str, Any]) -> list[list[list[int]]]:
    kind = geometry.get("type")
    if kind == "Polygon":
        return [geometry["arcs"]]
    if kind == "MultiPolygon":
        return list(geometry["arcs"])
    if kind is None:
        return []
    raise TopologyError(f"a base map is made of polygons, and this geometry is a {kind}")
