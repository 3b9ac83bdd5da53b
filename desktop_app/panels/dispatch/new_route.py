"""Routes are opened here for vans, and shipments that wait are put on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from desktop_app.doing import ScannerDoer
from desktop_app.panel_context import PanelContext
from desktop_app.widgets.choice_menu import ChoiceMenu
from local_db.queries.dispatch_queries import RouteRow, StopRow, VanRow, unrouted, vans_for_routes
from services.commands import AssignShipment, CancelRoute, PlanRoute, UnassignShipment

_ROUTE_MS: Final = 9 * 3_600_000  # a working day with its break


class NewRoute:
    """Asks for the van of a new route, and for the shipment that a route takes."""

    def __init__(self, context: PanelContext, doer: ScannerDoer, owner: QWidget) -> None:
        self._context, self._doer, self._owner = context, doer, owner

    def ask_van(self, under: QWidget) -> None:
        """Offer the vans that take routes."""
        desk, site_id, day = self._context.desk, self._doer.site_id, self._now().date().isoformat()
        self._context.runner.run(
            lambda: vans_for_routes(desk.read, site_id, day),
            lambda vans: self._offer_vans(vans, under),
            self._owner,
            key="vans",
        )

    def ask_shipment(self, route: RouteRow, under: QWidget) -> None:
        """Offer the shipments that are on no route yet."""
        desk, site_id = self._context.desk, self._doer.site_id
        self._context.runner.run(
            lambda: unrouted(desk.read, site_id),
            lambda waiting: self._offer_shipments(waiting, route, under),
            self._owner,
            key="unrouted",
        )

    def open(self, van: VanRow) -> None:
        """Open a route of today for a van, from now on."""
        now = self._now()
        day, starts_at = now.date().isoformat(), int(now.timestamp() * 1000)
        number = f"R-{day[5:]}-{van.code}" + (f"-{van.routes + 1}" if van.routes else "")
        route_id, site_id = self._context.desk.new_id(), self._doer.site_id
        self._doer.do(
            PlanRoute(
                site_id=site_id, route_id=route_id, number=number, vehicle_id=van.id, planned_on=day,
                starts_at=starts_at, ends_at=starts_at + _ROUTE_MS,
            ),
            f"Route {number} opened for {van.code}",
            undo=CancelRoute(site_id=site_id, route_id=route_id, reason="opened by mistake"),
        )  # fmt: skip

    def put_on(self, stop: StopRow, route: RouteRow) -> None:
        """Put a waiting shipment on a route, where it costs the least way."""
        site_id = self._doer.site_id
        self._doer.do(
            AssignShipment(site_id=site_id, shipment_id=stop.shipment_id, route_id=route.id),
            f"{stop.shipment_number} put on {route.number}",
            undo=UnassignShipment(site_id=site_id, shipment_id=stop.shipment_id),
        )

    def _now(self) -> datetime:
        return datetime.now(ZoneInfo(self._context.session.time_zone))

    def _offer_vans(self, vans: Sequence[VanRow], under: QWidget) -> None:
        menu = ChoiceMenu(self._owner, "dispatch.new_route.vans")
        for van in vans:
            words = f"{van.code}  {van.driver_name or 'no driver'}, {van.capacity_g / 1000:,.0f} kg"
            menu.offer(words, lambda van=van: self.open(van))
        if menu.isEmpty():
            menu.say("No van takes routes yet: add one under Admin, Vehicles")
        menu.pop_under(under)

    def _offer_shipments(self, waiting: Sequence[StopRow], route: RouteRow, under: QWidget) -> None:
        menu = ChoiceMenu(self._owner, "dispatch.put_on.shipments")
        for stop in waiting:
            words = f"{stop.shipment_number}  {stop.name}, {stop.load_g / 1000:,.0f} kg"
            menu.offer(words, lambda stop=stop: self.put_on(stop, route))
        if menu.isEmpty():
            menu.say("No shipment waits for a route")
        menu.pop_under(under)
