"""Routes are opened here for vans, and shipments that wait are put on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.doing import Deed, ScannerDoer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.dispatch.route_dialog import RouteDialog
from desktop_app.widgets.choice_menu import ChoiceMenu
from local_db.queries.dispatch_queries import (
    RouteRow,
    StopRow,
    VanRow,
    route_hours,
    stops_on,
    unrouted,
    vans_for_routes,
)
from services.commands import AssignShipment, CancelRoute, PlanRoute, ReopenRoute, UnassignShipment
from services.domain.refusals import RuleViolation, violation

_WHY_CANCEL: Final = (
    ("opened by mistake", "Opened by mistake"),
    ("van not available", "The van is not available"),
    ("no driver", "There is no driver"),
    ("nothing to deliver", "There is nothing to deliver"),
)


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

    def ask_day(self) -> None:
        """Ask for the van, the day and the hour of a route that does not leave now."""
        desk, site_id, now = self._context.desk, self._doer.site_id, self._now()
        self._context.runner.run(
            lambda: (vans_for_routes(desk.read, site_id, now.date().isoformat()), route_hours(desk.read)),
            lambda read: self._ask_day(*read, now),
            self._owner,
            key="vans",
        )

    def open(self, van: VanRow, leaves: datetime | None = None) -> None:
        """Open a route for a van: from now on, or from when it leaves."""
        start = leaves or self._now()
        day, starts_at = start.date().isoformat(), int(start.timestamp() * 1000)
        desk, route_id, site_id = self._context.desk, self._context.desk.new_id(), self._doer.site_id

        def make() -> Deed:
            # The van's routes of that very day: the number says which of them it is.
            known = next(
                (each for each in vans_for_routes(desk.read, site_id, day) if each.id == van.id), van
            )
            number = f"R{day[5:7]}{day[8:]}-{van.code}" + (f"-{known.routes + 1}" if known.routes else "")
            length = timedelta(hours=route_hours(desk.read)[0])
            plan = PlanRoute(
                site_id=site_id, route_id=route_id, number=number, vehicle_id=van.id, planned_on=day,
                starts_at=starts_at, ends_at=starts_at + length // timedelta(milliseconds=1),
            )  # fmt: skip
            back = CancelRoute(site_id=site_id, route_id=route_id, reason="opened by mistake")
            when = f", leaves {start:%a %d %b %H:%M}" if leaves is not None else ""
            return Deed([plan], f"Route {number} opened for {van.code}{when}", back)

        self._doer.perform(make)

    def put_on_all(self, route: RouteRow) -> None:
        """Put all waiting shipments on a route that it has room for, those that wait longest first."""
        desk, site_id = self._context.desk, self._doer.site_id

        def make() -> Deed:
            waiting = unrouted(desk.read, site_id)
            fitting = fitting_on(route, waiting)
            if not fitting:
                raise _nothing_fits(route, waiting)
            commands = [
                AssignShipment(site_id=site_id, shipment_id=stop.shipment_id, route_id=route.id)
                for stop in fitting
            ]
            left = len(waiting) - len(fitting)
            rest = f"; {left} still {'waits' if left == 1 else 'wait'}, there is no room" if left else ""
            what = "1 shipment" if len(fitting) == 1 else f"{len(fitting)} shipments"
            back = [UnassignShipment(site_id=site_id, shipment_id=stop.shipment_id) for stop in fitting]
            return Deed(
                commands, f"{what} put on {route.number}{rest}", back, f"{what} put on {route.number}"
            )

        self._doer.perform(make)

    def ask_cancel(self, route: RouteRow) -> None:
        """Ask why a route will not be driven, and cancel it."""
        stops = f"Its {route.stops} shipments wait for another route. " if route.stops > 1 else ""
        if route.stops == 1:
            stops = "Its shipment waits for another route. "
        desk, site_id = self._context.desk, self._doer.site_id

        def cancel(reason: str, note: str) -> None:
            told = f"{reason}: {note}"[:200] if note else reason

            def make() -> Deed:
                # As they stand when it is cancelled, so that Undo puts just these back, in their order.
                shipments = tuple(stop.shipment_id for stop in stops_on(desk.read, route.id))
                command = CancelRoute(site_id=site_id, route_id=route.id, reason=told)
                back = ReopenRoute(site_id=site_id, route_id=route.id, shipment_ids=shipments)
                return Deed([command], f"Route {route.number} cancelled", back)

            self._doer.perform(make)

        title = f"Cancel route {route.number}"
        ReasonDialog(self._context.theme, title, f"{stops}Why?", _WHY_CANCEL, cancel, self._owner).open()

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
        else:
            menu.addSeparator()
            menu.offer("For another day...", self.ask_day)
        menu.pop_under(under)

    def _ask_day(self, vans: Sequence[VanRow], hours: tuple[float, float], now: datetime) -> None:
        if not vans:
            self._context.toasts.show("No van takes routes yet: add one under Admin, Vehicles.", "neutral")
            return
        zone = self._context.session.time_zone
        RouteDialog(self._context.theme, vans, now.date(), zone, hours, self.open, self._owner).open()

    def _offer_shipments(self, waiting: Sequence[StopRow], route: RouteRow, under: QWidget) -> None:
        menu = ChoiceMenu(self._owner, "dispatch.put_on.shipments")
        fitting = fitting_on(route, waiting)
        if len(fitting) > 1:
            menu.offer(f"All that fit: {len(fitting)} of {len(waiting)}", lambda: self.put_on_all(route))
            menu.addSeparator()
        for stop in waiting:
            words = f"{stop.shipment_number}  {stop.name}, {stop.load_g / 1000:,.0f} kg"
            menu.offer(words, lambda stop=stop: self.put_on(stop, route))
        if menu.isEmpty():
            menu.say("No shipment waits for a route")
        menu.pop_under(under)


def fitting_on(route: RouteRow, waiting: Sequence[StopRow]) -> list[StopRow]:
    """The waiting shipments that a route still has room for, one after the other."""
    room_g, room_ml = route.capacity_g - route.load_g, route.capacity_ml - route.load_ml
    fitting = []
    for stop in waiting:
        if stop.load_g <= room_g and stop.load_ml <= room_ml:
            room_g, room_ml = room_g - stop.load_g, room_ml - stop.load_ml
            fitting.append(stop)
    return fitting


def _nothing_fits(route: RouteRow, waiting: Sequence[StopRow]) -> RuleViolation:
    if not waiting:
        return violation("not_found", thing="shipment that waits for", name="a route")
    room_g, room_ml = route.capacity_g - route.load_g, route.capacity_ml - route.load_ml
    return violation(
        "vehicle_full", vehicle=route.vehicle_code, room_kg=f"{room_g / 1000:.1f}", room_m3=f"{room_ml / 1e6:.2f}",
        need_kg=f"{waiting[0].load_g / 1000:.1f}", need_m3=f"{waiting[0].load_ml / 1e6:.2f}",
    )  # fmt: skip
