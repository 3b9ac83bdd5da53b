"""Live positions from the link's thread to the screen, a batch at a time, and the way each vehicle has come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from desktop_app.panels.fleet.picture import Place

# Positions of ten thousand vans come in many small messages: the map is told of them together.
_BATCH_MS: Final = 100
_TRAIL_POINTS: Final = 4_000


class Position(Protocol):
    """A position as the live link brings it. Degrees, km/h, ms UTC."""

    @property
    def vehicle_id(self) -> str: ...
    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...
    @property
    def heading(self) -> float: ...
    @property
    def speed_kmh(self) -> float: ...
    @property
    def at(self) -> int: ...


class LivePositions(QObject):
    """`moved(list of vehicle ids)` on the UI thread after a batch; ``places`` and ``trail`` answer from memory."""

    moved = Signal(list)
    _arrived = Signal()

    def __init__(self, subscribe: Callable[..., Callable[[], None]], parent: QObject) -> None:
        """``subscribe``: the desk's `subscribe_positions`."""
        super().__init__(parent)
        self._lock = Lock()
        self._waiting: dict[str, Position] = {}
        self._told = False
        self.places: dict[str, Place] = {}
        self._trails: dict[str, deque[tuple[float, float, float]]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_BATCH_MS)
        self._timer.timeout.connect(self._take)
        self._arrived.connect(self._timer.start, Qt.ConnectionType.QueuedConnection)
        self.end = subscribe(self._on_positions)
        """Ends the subscription. The object must not be destroyed before."""

    def trail(self, vehicle_id: str) -> list[tuple[float, float, float]]:
        """The way since this panel was opened: latitude, longitude, seconds since 1970, rising."""
        return list(self._trails.get(vehicle_id, ()))

    def _on_positions(self, positions: Sequence[Position]) -> None:
        """In the link's thread."""
        with self._lock:
            for position in positions:
                known = self._waiting.get(position.vehicle_id)
                if known is None or known.at <= position.at:
                    self._waiting[position.vehicle_id] = position
            tell = not self._told and bool(self._waiting)
            self._told = self._told or tell
        if tell:
            self._arrived.emit()

    def _take(self) -> None:
        with self._lock:
            batch, self._waiting, self._told = self._waiting, {}, False
        moved = []
        for vehicle_id, position in batch.items():
            known = self.places.get(vehicle_id)
            if known is not None and (known.at or 0) >= position.at:
                continue
            self.places[vehicle_id] = Place(
                position.latitude, position.longitude, position.heading, position.speed_kmh, position.at
            )
            trail = self._trails.setdefault(vehicle_id, deque(maxlen=_TRAIL_POINTS))
            trail.append((position.latitude, position.longitude, position.at / 1000))
            moved.append(vehicle_id)
        if moved:
            self.moved.emit(moved)
