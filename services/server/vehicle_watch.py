"""Raises an alert for each vehicle that is silent on its job, and settles it when it is heard again or its job is over."""

from __future__ import annotations

from functools import partial

from services.domain.identifiers import derive
from services.domain.route_states import RouteState
from services.domain.vehicle_health import VEHICLE_SILENT, VehicleAlert, silence_alert
from services.handlers.route_plans import setting
from services.handlers.work import Context, Work
from services.server.authority import SYSTEM
from services.server.clock import Clock
from services.server.committer import Committer
from services.server.database import Database
from services.server.transaction import Transaction
from services.storage.tables import Route, Vehicle
from services.storage.unit_of_work import UnitOfWork

_MINUTE_MS = 60_000

# Where there may be something to say: vehicles on a job, and alerts that nobody has settled.
_SITES = f"""
SELECT site_id FROM "vehicle" WHERE processing <> 'idle' OR state = 'executing'
UNION SELECT site_id FROM "alert" WHERE kind = '{VEHICLE_SILENT}' AND status <> 'resolved'
"""


class VehicleWatch:
    """Looks at the vehicles when it is told to. Several processes may: an alert is raised once.

    An alert is an ordinary row: whoever follows the site's feed hears of it.
    """

    def __init__(self, database: Database, committer: Committer, clock: Clock) -> None:
        self._database = database
        self._committer = committer
        self._clock = clock

    def look(self) -> None:
        """Do it now. Nothing is written where nothing has changed."""
        now = self._clock()
        with self._database.reading() as connection:
            unit = UnitOfWork(connection)
            sites = [str(row[0]) for row in connection.exec_driver_sql(_SITES).fetchall()]
            changed = [site_id for site_id in sorted(sites) if _news(_work(unit, site_id, now), site_id)]
        for site_id in changed:
            self._committer.run((f"site:{site_id}",), partial(_tell, site_id))


def _work(unit: UnitOfWork, site_id: str, now: int) -> Work:
    context = Context(
        command_id=derive("vehicle_watch", site_id, now), actor_id=SYSTEM, terminal_id="", at=now, received_at=now
    )  # fmt: skip
    return Work(unit, context, site_id)


def _news(work: Work, site_id: str) -> list[tuple[Vehicle, VehicleAlert | None]]:
    """The vehicles of which a silence is to be told, or (with None) one is over."""
    silent_after = int(setting(work, "vehicle.silent_minutes") * _MINUTE_MS)
    found: list[tuple[Vehicle, VehicleAlert | None]] = []
    for vehicle in work.find(Vehicle, site_id=site_id):
        routes = work.find(Route, vehicle_id=vehicle.id, status=RouteState.UNDER_WAY.value)
        left_at = max((route.departed_at or 0 for route in routes), default=0)
        alert = silence_alert(
            vehicle, work.context.received_at, on_job_since=left_at, silent_after=silent_after
        )
        known = work.alert_of(VEHICLE_SILENT, vehicle)
        if alert is None:
            if known is not None and known.status != "resolved":
                found.append((vehicle, None))
        # A silence is told once, even where somebody has settled its alert meanwhile.
        elif known is None or (known.status == "resolved" and known.raised_at < alert.since + silent_after):
            found.append((vehicle, alert))
    return found


def _tell(site_id: str, transaction: Transaction) -> None:
    work = _work(transaction.unit, site_id, transaction.received_at)
    for vehicle, alert in _news(work, site_id):
        if alert is None:
            work.resolve_alert(VEHICLE_SILENT, vehicle)
        else:
            work.raise_alert(alert.kind, alert.severity.value, vehicle, alert.message)
            work.record("vehicle.silent", vehicle, alert.message)
