"""Cuts many rings or many line segments to a rectangle at once, with whole arrays instead of loops over points.

Rings: Sutherland and Hodgman, "Reentrant polygon clipping", CACM 17(1), 1974. Segments: Liang and Barsky, "A new
concept and method for line clipping", ACM Transactions on Graphics 3(1), 1984.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rect = tuple[float, float, float, float]
"""left, top, right, bottom"""


def clip_rings(points: Floats, lengths: Ints, rect: Rect) -> tuple[Floats, Ints]:
    """The parts of closed rings inside the rectangle.

    `points` (n, 2) holds the rings one after another, without a repeated last point, and `lengths` their sizes. A ring
    that leaves and comes back stays one ring with edges along the rectangle, which is right for filling. Rings with
    fewer than three points left are dropped.
    """
    left, top, right, bottom = rect
    for axis, bound, keep_above in ((0, left, True), (0, right, False), (1, top, True), (1, bottom, False)):
        if not len(points):
            break
        points, lengths = _clip_half_plane(points, lengths, axis, bound, keep_above)
    keep = lengths >= 3
    if not keep.all():
        points, lengths = points[np.repeat(keep, lengths)], lengths[keep]
    return points, lengths


def _clip_half_plane(
    points: Floats, lengths: Ints, axis: int, bound: float, keep_above: bool
) -> tuple[Floats, Ints]:
    value = points[:, axis] - bound
    inside = value >= 0 if keep_above else value <= 0
    if inside.all():
        return points, lengths
    ends = np.cumsum(lengths)
    following = np.arange(1, len(points) + 1)
    some = lengths > 0
    following[ends[some] - 1] = (ends - lengths)[some]
    crosses = inside != inside[following]
    counts = inside.astype(np.int64) + crosses
    total = np.cumsum(counts)
    out = np.empty((int(total[-1]), 2))
    first = total - counts
    out[first[inside]] = points[inside]
    a, b = points[crosses], points[following[crosses]]
    share = (bound - a[:, axis]) / (b[:, axis] - a[:, axis])
    cut = a + (b - a) * share[:, None]
    # Exactly on the bound, so that an edge along the rectangle can be told from a coast.
    cut[:, axis] = bound
    out[first[crosses] + inside[crosses]] = cut
    ring_of = np.repeat(np.arange(len(lengths)), lengths)
    return out, np.bincount(ring_of, weights=counts, minlength=len(lengths)).astype(np.int64)


def clip_segments(start: Floats, end: Floats, rect: Rect) -> tuple[Floats, Floats, Ints]:
    """The parts of segments inside the rectangle, and the index of the segment each part came from."""
    left, top, right, bottom = rect
    reach_in = np.zeros(len(start))
    reach_out = np.ones(len(start))
    alive = np.ones(len(start), dtype=bool)
    delta = end - start
    for direction, distance in (
        (-delta[:, 0], start[:, 0] - left),
        (delta[:, 0], right - start[:, 0]),
        (-delta[:, 1], start[:, 1] - top),
        (delta[:, 1], bottom - start[:, 1]),
    ):
        alive &= ~((direction == 0) & (distance < 0))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = distance / direction
        np.maximum(reach_in, share, out=reach_in, where=direction < 0)
        np.minimum(reach_out, share, out=reach_out, where=direction > 0)
    alive &= reach_in < reach_out
    kept = np.flatnonzero(alive)
    a, d = start[kept], delta[kept]
    return a + d * reach_in[kept, None], a + d * reach_out[kept, None], kept
