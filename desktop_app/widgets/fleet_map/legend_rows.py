"""What the fleet map's legend explains: only what is on the map now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from desktop_app.widgets.canvas.legend import LegendRow, PaintSample
from desktop_app.widgets.fleet_map.colours import MapColours
from desktop_app.widgets.fleet_map.fleet import Fleet
from desktop_app.widgets.fleet_map.marks import LINKS, STATES, Link, StopMark, StopStatus, VehicleState
from desktop_app.widgets.fleet_map.routes import RouteLayer, paint_depot, paint_stop
from desktop_app.widgets.fleet_map.sprites import Look, paint_vehicle
from desktop_app.widgets.fleet_map.words import STATE_WORDS, STOP_WORDS

_LINK_ROWS: dict[Link, str] = {
    "online": "Online",
    "stale": "Silent, ring fades with age",
    "offline": "Offline",
}


def legend_rows(
    fleet: Fleet, routes: RouteLayer, colours: MapColours, has_trail: bool
) -> Sequence[LegendRow]:
    """Rows for the states and links that occur, the stops if there are routes, the depot and the trail."""
    rows: list[LegendRow] = []
    if len(fleet):
        states = np.bincount(fleet.state, minlength=len(STATES))
        rows += [
            LegendRow(STATE_WORDS[s], _vehicle(s, "online", colours))
            for n, s in enumerate(STATES)
            if states[n]
        ]
        links = np.bincount(fleet.link, minlength=len(LINKS))
        if links[1:].any():
            rows.append(LegendRow("Last report"))
            rows += [
                LegendRow(_LINK_ROWS[k], _vehicle("executing", k, colours))
                for n, k in enumerate(LINKS)
                if links[n]
            ]
    if routes.has_routes:
        rows.append(LegendRow("Stops"))
        rows += [LegendRow(word, _stop(status, colours)) for status, word in STOP_WORDS.items()]
        rows.append(LegendRow("Will be late", _stop("planned", colours, is_late=True)))
    if routes.has_depots:
        rows.append(LegendRow("Depot", lambda painter: _small_depot(painter, colours)))
    if has_trail:
        rows.append(LegendRow("Where it has been", lambda painter: _line(painter, colours)))
    return rows


def _vehicle(state: VehicleState, link: Link, colours: MapColours) -> PaintSample:
    fade = 1 if link == "stale" else 0
    return lambda painter: paint_vehicle(painter, Look(state, link, fade, False), 45.0, 25, colours)


def _stop(status: StopStatus, colours: MapColours, *, is_late: bool = False) -> PaintSample:
    def paint(painter: QPainter) -> None:
        painter.scale(0.75, 0.75)
        stop = StopMark("", 0, 0, 3, status, is_late)
        paint_stop(
            painter, QPointF(0, 0), stop, QColor(colours.accent), colours, numbered=True, is_selected=False
        )

    return paint


def _small_depot(painter: QPainter, colours: MapColours) -> None:
    painter.scale(0.8, 0.8)
    paint_depot(painter, QPointF(0, 0), "", colours)


def _line(painter: QPainter, colours: MapColours) -> None:
    painter.setPen(QPen(QColor(colours.accent), 3.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(-9, 4), QPointF(9, -4))
