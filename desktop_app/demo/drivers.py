"""The sample drivers: vans on the road move towards their stops, arrive and hand over, as drivers' phones report it."""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from pathlib import Path
from typing import Any, Final

import httpx

from local_db.desk import Desk
from local_db.queries.vehicles import StopRow, VehicleRow
from services.commands import ArriveStop, Command, DeliverShipment, FinishRoute
from services.domain.refusals import RuleViolation
from services.domain.routing import haversine_m
from services.sync.errors import SyncError

log = logging.getLogger(__name__)

_EVERY_S: Final = 1.0
_SYNC_EVERY_S: Final = 5.0
_SPEED_KMH: Final = 62.0
_HURRY: Final = 6.0
"""How many times faster than on the road the demo's vans are, so that one sees them arrive."""
_NEAR_M: Final = 150.0
_AT_STOP_S: Final = 6.0
_NAMES: Final = ("P. Reed", "Reception", "S. Khan", "Goods in", "M. Ellis", "Front desk")


class Drivers:
    """A terminal of its own for the drivers, beside the desk: commands through its outbox, positions over HTTP."""

    def __init__(self, folder: Path, server_url: str, enrolment: Any, actor_id: str, token: str) -> None:
        """``enrolment``: the identity of the drivers' terminal; ``token``: an access token that may report positions."""
        self._desk = Desk.open(
            folder, server_url=server_url, credentials=enrolment, allow_plain=True
        ).as_user(actor_id)
        self._http = httpx.Client(
            base_url=server_url, headers={"Authorization": f"Bearer {token}"}, timeout=10, trust_env=False
        )
        self._stop = threading.Event()
        self._where: dict[str, tuple[float, float]] = {}
        self._busy_until: dict[str, float] = {}
        self._thread = threading.Thread(target=self._drive, name="demo-drivers", daemon=True)

    def start(self) -> None:
        """Begin to drive."""
        self._thread.start()

    def close(self) -> None:
        """Stop driving."""
        self._stop.set()
        self._thread.join(10)
        self._http.close()
        self._desk.close()

    def _drive(self) -> None:
        last_sync = -math.inf
        while not self._stop.wait(_EVERY_S):
            try:
                if time.monotonic() - last_sync > _SYNC_EVERY_S:
                    last_sync = time.monotonic()
                    self._desk.sync(timeout=5)
                self._move_all()
            except (SyncError, httpx.HTTPError) as problem:
                log.info("the drivers have no link: %s", problem)

    def _move_all(self) -> None:
        vans = [van for van in self._desk.read.vehicles() if van.route_status == "under_way"]
        positions = [self._move(van) for van in vans]
        if positions:
            self._http.post("/api/fleet/positions", json={"positions": positions}).raise_for_status()

    def _move(self, van: VehicleRow) -> dict[str, Any]:
        here = self._where.setdefault(van.id, (van.latitude or 0.0, van.longitude or 0.0))
        stops = sorted(self._desk.read.stops(route_id=van.route_id), key=lambda stop: stop.position)
        ahead = next((stop for stop in stops if stop.status in ("planned", "arrived")), None)
        goal = (ahead.latitude, ahead.longitude) if ahead is not None else self._depot()
        away = haversine_m(*here, *goal)
        step = _SPEED_KMH / 3.6 * _EVERY_S * _HURRY
        heading = _heading(here, goal)
        if self._busy_until.get(van.id, 0.0) > time.monotonic():
            return _report(van.id, here, heading, 0.0)
        if away <= max(step, _NEAR_M):
            self._where[van.id] = goal
            self._at(van, ahead)
            return _report(van.id, goal, heading, 0.0)
        share = step / away
        there = (here[0] + (goal[0] - here[0]) * share, here[1] + (goal[1] - here[1]) * share)
        self._where[van.id] = there
        return _report(van.id, there, heading, _SPEED_KMH)

    def _at(self, van: VehicleRow, stop: StopRow | None) -> None:
        if stop is None:
            self._do(FinishRoute(site_id=van.site_id, route_id=van.route_id))
        elif stop.status == "planned" and stop.shipment_status == "en_route":
            self._do(ArriveStop(site_id=van.site_id, stop_id=stop.id))
            self._busy_until[van.id] = time.monotonic() + _AT_STOP_S
        elif stop.shipment_status == "arrived":
            name = _NAMES[stop.position % len(_NAMES)]
            self._do(DeliverShipment(site_id=van.site_id, shipment_id=stop.shipment_id, pod_name=name))

    def _do(self, command: Command) -> None:
        # The dispatcher may have done the same a moment ago at the desk.
        with contextlib.suppress(RuleViolation):
            self._desk.do(command)

    def _depot(self) -> tuple[float, float]:
        site = next(site for site in self._desk.read.sites() if site.id == self._desk.site_id)
        return site.latitude, site.longitude


def _heading(here: tuple[float, float], goal: tuple[float, float]) -> float:
    east = (goal[1] - here[1]) * math.cos(math.radians(here[0]))
    return math.degrees(math.atan2(east, goal[0] - here[0])) % 360


def _report(vehicle_id: str, where: tuple[float, float], heading: float, speed: float) -> dict[str, Any]:
    return {
        "vehicle_id": vehicle_id, "latitude": where[0], "longitude": where[1], "heading": round(heading, 1),
        "speed_kmh": speed, "at": time.time_ns() // 1_000_000,
    }  # fmt: skip
