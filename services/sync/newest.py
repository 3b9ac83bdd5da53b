"""Positions of vehicles on their way to the map: of each vehicle only the newest, many vehicles at once."""

from __future__ import annotations

from services.protocol.messages import VehiclePosition
from services.sync.clock import Clock

_REMEMBERED_S = 60.0


class NewestPositions:
    """Gathers positions until they are taken. Of two for one vehicle the later ``at`` wins, whichever comes first.

    That is remembered for a minute after the last one, not for ever: a device whose clock ran ahead, and was set right,
    must not freeze on the map.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[str, VehiclePosition] = {}
        self._last: dict[str, tuple[int, float]] = {}

    def offer(self, positions: list[VehiclePosition]) -> None:
        """Take in what has come."""
        now = self._clock.monotonic()
        for position in positions:
            at, heard = self._last.get(position.vehicle_id, (position.at, now))
            if position.at < at and now - heard < _REMEMBERED_S:
                continue
            self._last[position.vehicle_id] = (position.at, now)
            self._waiting[position.vehicle_id] = position

    def take(self) -> list[VehiclePosition]:
        """What has been gathered since the last time, by vehicle."""
        taken = list(self._waiting.values())
        self._waiting.clear()
        return taken

    def __bool__(self) -> bool:
        return bool(self._waiting)
