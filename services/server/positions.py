"""Vehicle positions: fine ones go out live and are kept for trails, a coarse one now and then goes into the feed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import msgspec

from services.commands import RecordPosition
from services.domain.identifiers import derive
from services.domain.vehicle_health import AHEAD_MS, is_worth_recording
from services.protocol.messages import VehiclePosition
from services.server import authority
from services.server.authority import Origin
from services.server.clock import Clock
from services.server.committer import Committer
from services.server.database import Database
from services.server.live import LiveHub
from services.server.server_tables import PositionFix
from services.server.transaction import Transaction
from services.storage.tables import Vehicle
from services.storage.unit_of_work import UnitOfWork


class Taken(msgspec.Struct, frozen=True):
    """What became of positions: how many were taken, how many of them went into the feed, and which were refused."""

    accepted: int
    recorded: int
    refused: list[dict[str, str]]


class Positions:
    """Takes positions in; blocks for the commit, not for who is watching."""

    def __init__(
        self,
        database: Database,
        committer: Committer,
        hub: LiveHub,
        clock: Clock,
        *,
        coarse_seconds: float,
        coarse_metres: float,
    ) -> None:
        self._database = database
        self._committer = committer
        self._hub = hub
        self._clock = clock
        self._coarse_ms = int(coarse_seconds * 1000)
        self._coarse_metres = coarse_metres
        self._lock = threading.Lock()
        self._sites: dict[str, str] = {}

    def take(self, positions: Sequence[VehiclePosition], *, actor_id: str) -> Taken:
        """Take positions of vehicles that exist; each vehicle's in the order of their time."""
        sites = self._sites_of({position.vehicle_id for position in positions})
        latest = self._clock() + AHEAD_MS
        known: list[VehiclePosition] = []
        refused: list[dict[str, str]] = []
        for position in sorted(positions, key=lambda position: position.at):
            if position.vehicle_id not in sites:
                refused.append({"vehicle_id": position.vehicle_id, "error": "There is no such vehicle."})
            elif position.at > latest:
                refused.append({"vehicle_id": position.vehicle_id, "error": "Its time lies in the future."})
            else:
                known.append(position)
        by_site: dict[str, dict[str, VehiclePosition]] = {}
        for position in known:
            by_site.setdefault(sites[position.vehicle_id], {})[position.vehicle_id] = position
        # Whoever watches should see it before the disk has it; nothing hangs on a fine position.
        for site_id, newest in by_site.items():
            self._hub.publish_positions(site_id, list(newest.values()))
        recorded = 0
        if known:
            recorded = self._committer.run(
                {f"site:{site_id}" for site_id in by_site},
                lambda transaction: self._store(transaction, known, sites, actor_id),
            )
        return Taken(len(known), recorded, refused)

    def _sites_of(self, vehicle_ids: Iterable[str]) -> dict[str, str]:
        """The site of each vehicle that exists; a vehicle rarely moves to another site, so they are remembered."""
        wanted = set(vehicle_ids)
        with self._lock:
            known = {
                vehicle_id: self._sites[vehicle_id] for vehicle_id in wanted if vehicle_id in self._sites
            }
        if len(known) < len(wanted):
            with self._database.reading() as connection:
                found = UnitOfWork(connection).get_many(Vehicle, sorted(wanted - known.keys()))
            new = {vehicle_id: vehicle.site_id for vehicle_id, vehicle in found.items()}
            with self._lock:
                self._sites.update(new)
            known |= new
        return known

    def _store(
        self,
        transaction: Transaction,
        positions: Sequence[VehiclePosition],
        sites: dict[str, str],
        actor_id: str,
    ) -> int:
        recorded = 0
        for position in positions:
            transaction.unit.put(
                PositionFix(
                    id=f"{position.vehicle_id}:{position.at}",
                    vehicle_id=position.vehicle_id,
                    site_id=sites[position.vehicle_id],
                    latitude=position.latitude,
                    longitude=position.longitude,
                    heading=position.heading,
                    speed_kmh=position.speed_kmh,
                    at=position.at,
                )
            )
            vehicle = transaction.unit.get(Vehicle, position.vehicle_id)
            if vehicle is None or not is_worth_recording(
                vehicle, position.latitude, position.longitude, position.at,
                every_ms=self._coarse_ms, every_m=self._coarse_metres,
            ):  # fmt: skip
                continue
            command = RecordPosition(
                site_id=vehicle.site_id,
                vehicle_id=vehicle.id,
                latitude=position.latitude,
                longitude=position.longitude,
                heading=position.heading,
                speed_kmh=position.speed_kmh,
                measured_at=position.at,
            )
            origin = Origin(
                command_id=derive("position", vehicle.id, position.at),
                actor_id=actor_id,
                terminal_id="",
                issued_at=position.at,
            )
            if authority.run(transaction, command, origin).status != "rejected":
                recorded += 1
        return recorded
