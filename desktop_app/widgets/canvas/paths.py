"""Painter paths out of whole numpy arrays, without a Python step per point.

Qt reads a QPainterPath from a stream as a count and then, per element, its kind and two doubles (Qt documentation,
"Serializing Qt Data Types"); numpy writes that form in one go.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainterPath

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Points = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]


def path_of(points: Points, starts: Flags) -> QPainterPath:
    """A path through `points` (n, 2) in device-independent pixels, lifting the pen before each point in `starts`."""
    import numpy as np

    path = QPainterPath()
    if not len(points):
        return path
    elements = np.empty(len(points), dtype=[("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
    # MoveToElement is 0 and LineToElement 1.
    elements["kind"] = ~starts
    elements["kind"][0] = 0
    elements["x"] = points[:, 0]
    elements["y"] = points[:, 1]
    head = struct.pack(">i", len(points))
    tail = struct.pack(">ii", 0, 0)  # where the open subpath starts, and the odd-even fill rule
    packed = QByteArray(head + elements.tobytes() + tail)
    stream = QDataStream(packed)
    stream >> path
    return path


def segments_path(start: Points, end: Points) -> QPainterPath:
    """A path of segments; one that begins where the one before it ended continues its line."""
    import numpy as np

    if not len(start):
        return QPainterPath()
    joined = np.zeros(len(start), dtype=bool)
    joined[1:] = (start[1:] == end[:-1]).all(axis=1)
    counts = np.where(joined, 1, 2)
    last = np.cumsum(counts) - 1
    points = np.empty((int(last[-1]) + 1, 2))
    starts = np.zeros(len(points), dtype=bool)
    points[last] = end
    lifted = last[~joined] - 1
    points[lifted] = start[~joined]
    starts[lifted] = True
    return path_of(points, starts)
