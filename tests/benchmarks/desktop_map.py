"""What a frame of the fleet map costs, against pyqtgraph's scatter plot given the same vehicles in the same run.

Before each frame every vehicle gets another place and heading. Ours is the whole frame: taking the positions and
repainting the widget with base map, scale, attribution, legend, buttons and sprites. `ratio` is to the peer's
ScatterPlotItem.setData alone, with one of 72 turned arrows as each spot's symbol, its painting not counted.
`ratio_to_whole_frame` is to setData and its repaint, `ratio_to_plain_dots` to setData of dots that do not turn. CPU time
of the process, interleaved frame by frame, medians. Vehicles are spread evenly, the worst case for thinning.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

WIDTH, HEIGHT = 1400, 900
SIZES = {"map_10k_ratio": 10_000, "map_50k_ratio": 50_000}
# England and Wales, so that the base map has coast, borders and towns.
MIDDLE, ZOOM = (52.6, -1.5), 7.0


def run(quick: bool) -> list[dict[str, Any]]:
    """The figures `map_10k_ratio` and `map_50k_ratio`, then what a frame costs while panning."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication([])
    frames = 7 if quick else 25
    figures = [_compare(name, count, frames, app) for name, count in SIZES.items()]
    figures.append(_pan_stall(app, steps=40 if quick else 200))
    return figures


def _compare(name: str, count: int, frames: int, app: Any) -> dict[str, Any]:
    ours, close_ours = _our_frame(count, app)
    plain, turning, repaint, close_peer = _peer_frames(count, app)
    costs: dict[str, list[float]] = {"ours": [], "turning": [], "repaint": [], "plain": []}
    for frame in range(frames + 2):
        for kind, work in (("ours", ours), ("turning", turning), ("repaint", repaint), ("plain", plain)):
            began = time.process_time()
            work()
            if frame >= 2:  # the first two fill caches on both sides
                costs[kind].append((time.process_time() - began) * 1000)
    close_ours()
    close_peer()
    mine, turned, repainted, dots = (
        statistics.median(costs[k]) for k in ("ours", "turning", "repaint", "plain")
    )
    return {
        "name": name,
        "value": mine,
        "unit": "ms CPU a frame",
        "reference": "ScatterPlotItem.setData, turned arrows",
        "reference_value": turned,
        "ratio": mine / turned,
        "ratio_to_whole_frame": mine / (turned + repainted),
        "ratio_to_plain_dots": mine / dots,
    }


def _our_frame(count: int, app: Any) -> tuple[Callable[[], None], Callable[[], None]]:
    from desktop_app.widgets.fleet_map import FleetMap, VehicleRecords, vehicle_dtype

    # Without gliding, so that each frame shows every vehicle where it was just reported.
    canvas = FleetMap(reduced_motion=True)
    canvas.resize(WIDTH, HEIGHT)
    canvas.centre_on(*MIDDLE, ZOOM)
    canvas.show()
    random = np.random.default_rng(1)
    corner, opposite = canvas.camera.place_at(0, 0), canvas.camera.place_at(WIDTH, HEIGHT)
    records = np.zeros(count, dtype=vehicle_dtype())
    records["id"] = [f"vehicle-{number}" for number in range(count)]
    records["lat"] = random.uniform(opposite[0], corner[0], count)
    records["lon"] = random.uniform(corner[1], opposite[1], count)
    records["heading"] = random.uniform(0, 360, count)
    records["state"] = random.choice(6, count, p=[0.7, 0.15, 0.05, 0.02, 0.05, 0.03])
    records["link"] = random.choice(3, count, p=[0.9, 0.07, 0.03])
    canvas.set_vehicles(VehicleRecords(records))
    rows = np.arange(count)
    lat, lon, heading = records["lat"].copy(), records["lon"].copy(), records["heading"].astype(float)
    for _ in range(30):
        app.processEvents()

    def frame() -> None:
        nonlocal lat, lon, heading
        lat = lat + 0.0005
        lon = lon + 0.0008
        heading = (heading + 3.0) % 360.0
        canvas.update_positions(rows, lat, lon, heading)
        canvas.repaint()

    def close() -> None:
        canvas.close()
        canvas.deleteLater()
        app.processEvents()

    return frame, close


def _peer_frames(
    count: int, app: Any
) -> tuple[Callable[[], None], Callable[[], None], Callable[[], None], Callable[[], None]]:
    import pyqtgraph
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QPainterPath, QPolygonF, QTransform

    plot = pyqtgraph.PlotWidget()
    plot.resize(WIDTH, HEIGHT)
    plot.setRange(xRange=(0, WIDTH), yRange=(0, HEIGHT))
    spots = pyqtgraph.ScatterPlotItem(size=12, pen=None)
    plot.addItem(spots)
    plot.show()
    app.processEvents()
    arrow = QPainterPath()
    points = ((0.0, -0.5), (0.4, 0.5), (0.0, 0.25), (-0.4, 0.5))
    arrow.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    arrow.closeSubpath()
    arrows = [QTransform().rotate(5.0 * step).map(arrow) for step in range(72)]
    random = np.random.default_rng(1)
    x, y = random.uniform(0, WIDTH, count), random.uniform(0, HEIGHT, count)
    heading = random.uniform(0, 360, count)

    def move() -> None:
        nonlocal x, y, heading
        x = x + 0.4
        y = y - 0.4
        heading = (heading + 3.0) % 360.0

    def plain() -> None:
        move()
        spots.setData(x, y, symbol="o")

    def turning() -> None:
        move()
        spots.setData(x, y, symbol=[arrows[step] for step in (heading / 5.0).astype(int) % 72])

    def repaint() -> None:
        plot.viewport().repaint()

    def close() -> None:
        plot.close()
        plot.deleteLater()
        app.processEvents()

    return plain, turning, repaint, close


def _pan_stall(app: Any, steps: int) -> dict[str, Any]:
    """How long the event loop is held by each step of dragging the map across a country, base map and all."""
    from desktop_app.widgets.fleet_map import FleetMap

    canvas = FleetMap()
    canvas.resize(WIDTH, HEIGHT)
    canvas.centre_on(*MIDDLE, 8.0)
    canvas.show()
    for _ in range(60):
        app.processEvents()
    longest = 0.0
    held = []
    for step in range(steps):
        canvas.move_view(-14 if step % 80 < 40 else 14, 6)
        began = time.perf_counter()
        app.processEvents()
        held.append((time.perf_counter() - began) * 1000)
    longest = max(held)
    canvas.close()
    canvas.deleteLater()
    app.processEvents()
    return {
        "name": "map_pan_frame_ms",
        "value": statistics.median(held),
        "unit": "ms",
        "reference": "longest",
        "reference_value": longest,
        "ratio": None,
    }


if __name__ == "__main__":
    for figure in run(quick=False):
        print(figure)
