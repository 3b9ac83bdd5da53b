"""Web Mercator: degrees to the unit square of the world and back, and what a pixel is worth in metres.

The world is the unit square: x grows east from the antimeridian, y grows south from 85.0511 N. A map at zoom z is
`256 * 2**z` pixels wide, as every slippy map has it (EPSG:3857; Snyder, USGS Professional Paper 1395, 1987, p. 41).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TILE = 256.0
MAX_LATITUDE = 85.05112877980659
EARTH_CIRCUMFERENCE_M = 40_075_016.686


def project(lat: float, lon: float) -> tuple[float, float]:
    """World coordinates of one place given in degrees; latitudes beyond the map's edge are drawn at the edge."""
    lat = max(-MAX_LATITUDE, min(MAX_LATITUDE, lat))
    return (lon + 180.0) / 360.0, 0.5 - math.asinh(math.tan(math.radians(lat))) / math.tau


def unproject(x: float, y: float) -> tuple[float, float]:
    """(latitude, longitude) in degrees of a point of the unit square."""
    return math.degrees(math.atan(math.sinh((0.5 - y) * math.tau))), x * 360.0 - 180.0


def project_many(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """World coordinates of many places at once."""
    clipped = np.clip(lat, -MAX_LATITUDE, MAX_LATITUDE)
    # arctanh(sin) equals arcsinh(tan) between the poles, and is quicker.
    return (lon + 180.0) / 360.0, 0.5 - np.arctanh(np.sin(np.radians(clipped))) / math.tau


def world_pixels(zoom: float) -> float:
    """How many pixels wide the whole world is at this zoom."""
    return TILE * math.pow(2.0, zoom)


def zoom_for(pixels: float) -> float:
    """The zoom at which the whole world is this many pixels wide."""
    return math.log2(pixels / TILE)


def metres_per_pixel(lat: float, zoom: float) -> float:
    """Ground metres under one pixel at this latitude: Mercator stretches by 1/cos(latitude)."""
    return EARTH_CIRCUMFERENCE_M * math.cos(math.radians(lat)) / world_pixels(zoom)
