"""What has happened since the doors opened: some orders are picked and packed, some vans are out, a few are home late."""

from __future__ import annotations

from math import atan2, cos, degrees, radians
from typing import Final, Protocol

from services.commands import (
    Command,
    ConfirmPick,
    DeliverShipment,
    DepartRoute,
    FailDelivery,
    LoadShipment,
    PackOrder,
    RecordPosition,
    ShortPick,
)
from services.domain.order_states import OrderState
from services.domain.pick_states import OPEN, ShortReason
from services.domain.shipment_states import FailReason
from services.storage.tables import Order, PickTask, Route, Shipment, Site, Stop
from services.storage.unit_of_work import UnitOfWork

_MINUTE: Final = 60_000
OUT_SHARE: Final = 0.55
"""The share of vans that are on the road by now."""
_PICKED_SHARE: Final = 0.3
"""The share of the other orders that are picked, half of them packed."""
_SHORT_EVERY: Final = 60
_FAIL_EVERY: Final = 25


class Doer(Protocol):
    """Whoever runs commands at an instant."""

    unit: UnitOfWork

    def do(self, command: Command, at: int) -> None:
        """Run a command as if it had been given then."""
        ...


def play_morning(doer: Doer, site_id: str, now: int) -> None:
    """Bring a warehouse with open orders to the middle of a working day, by the same handlers as any other work."""
    _Morning(doer, site_id, now).play()


class _Morning:
    def __init__(self, doer: Doer, site_id: str, now: int) -> None:
        self._doer, self._unit = doer, doer.unit
        self._site_id, self._now = site_id, now
        self._picks = self._drops = 0

    def play(self) -> None:
        routes = [
            route for route in self._unit.find(Route, site_id=self._site_id, status="open") if route.load_g
        ]
        out = routes[: round(len(routes) * OUT_SHARE)]
        for place, route in enumerate(out):
            self._send_out(route, ago=(30 + 7 * (place % 20)) * _MINUTE)
        waiting = [
            order
            for order in self._unit.find(Order, site_id=self._site_id, status=OrderState.ALLOCATED.value)
            if order.placed_at < self._now
        ]
        for place, order in enumerate(waiting[: round(len(waiting) * _PICKED_SHARE)]):
            self._pick(order.id, ago=(10 + place % 50) * _MINUTE)
            if place % 2:
                self._do(
                    PackOrder(site_id=self._site_id, order_id=order.id, parcels=1 + place % 3), 5 * _MINUTE
                )

    def _send_out(self, route: Route, ago: int) -> None:
        for shipment in self._unit.find(Shipment, route_id=route.id):
            self._pick(shipment.order_id, ago=ago + 60 * _MINUTE)
            self._do(
                PackOrder(site_id=self._site_id, order_id=shipment.order_id, parcels=1), ago + 30 * _MINUTE
            )
            self._do(LoadShipment(site_id=self._site_id, shipment_id=shipment.id), ago + 10 * _MINUTE)
        self._do(DepartRoute(site_id=self._site_id, route_id=route.id), ago)
        self._deliver(route)

    def _deliver(self, route: Route) -> None:
        stops = sorted(self._unit.find(Stop, route_id=route.id), key=lambda stop: stop.position)
        for stop in stops:
            if stop.eta >= self._now:
                break
            self._drops += 1
            named = {"site_id": self._site_id, "shipment_id": stop.shipment_id}
            late = self._drops % 4 * 3 * _MINUTE
            command: Command = DeliverShipment(**named, pod_name=stop.name.split()[0] or "Reception")
            if self._drops % _FAIL_EVERY == 0:
                command = FailDelivery(**named, reason=FailReason.NOBODY_THERE.value)
            self._do(command, max(0, self._now - stop.eta - late))

        self._place_van(route)

    def _place_van(self, route: Route) -> None:
        """Put a van between its last stop and its next one, as far as it has come by now."""
        site = self._unit.get(Site, self._site_id)
        assert site is not None
        stops = sorted(self._unit.find(Stop, route_id=route.id), key=lambda stop: stop.position)
        done = [stop for stop in stops if stop.completed_at is not None]
        ahead = [stop for stop in stops if stop.completed_at is None]
        departed = self._unit.get(Route, route.id)
        since = (done[-1].completed_at if done else departed.departed_at if departed else None) or self._now
        last = (done[-1].latitude, done[-1].longitude) if done else (site.latitude, site.longitude)
        goal = (ahead[0].latitude, ahead[0].longitude) if ahead else (site.latitude, site.longitude)
        eta = ahead[0].eta if ahead else self._now + 60 * _MINUTE
        share = min(0.9, max(0.05, (self._now - since) / max(1, eta - since)))
        east = (goal[1] - last[1]) * cos(radians(last[0]))
        self._do(
            RecordPosition(
                site_id=self._site_id, vehicle_id=route.vehicle_id,
                latitude=last[0] + (goal[0] - last[0]) * share, longitude=last[1] + (goal[1] - last[1]) * share,
                heading=degrees(atan2(east, goal[0] - last[0])) % 360, speed_kmh=48.0, measured_at=self._now + 1,
            ),
            0,
        )  # fmt: skip

    def _pick(self, order_id: str, ago: int) -> None:
        for task in self._unit.find(PickTask, order_id=order_id):
            if task.status not in OPEN:
                continue
            self._picks += 1
            asked = task.quantity - task.picked
            command: Command = ConfirmPick(
                site_id=task.site_id, task_id=task.id, order_id=task.order_id, line_id=task.line_id,
                product_id=task.product_id, location_id=task.location_id, lot=task.lot, quantity=asked,
            )  # fmt: skip
            if self._picks % _SHORT_EVERY == 0 and asked > 1:
                command = ShortPick(
                    site_id=task.site_id, task_id=task.id, order_id=task.order_id, line_id=task.line_id,
                    product_id=task.product_id, location_id=task.location_id, lot=task.lot, found=asked // 2,
                    reason=ShortReason.TOO_FEW.value,
                )  # fmt: skip
            self._do(command, ago)

    def _do(self, command: Command, ago: int) -> None:
        self._doer.do(command, self._now - ago)
