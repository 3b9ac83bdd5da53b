"""Loading: shipments go into their vans, last stop first, and the van departs."""

from __future__ import annotations

from desktop_app.doing import ScannerDoer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.dispatch.route_view import RouteView
from desktop_app.panels.dispatch.tables import LOADING_ROUTES
from desktop_app.widgets.buttons import action_button, button
from desktop_app.widgets.choice_menu import ChoiceMenu
from local_db.queries.dispatch_queries import RouteRow, StopRow, routes_in
from services.commands import AssignShipment, DepartRoute, LoadShipment, UnassignShipment, UnloadShipment

_EMPTY = (
    "van",
    "No open routes",
    "F7 opens one for a van; new orders are put on it, and F8 puts on it what waits.",
)


class Loading(RouteView):
    """Open routes with what is to be loaded."""

    def __init__(self, context: PanelContext, doer: ScannerDoer) -> None:
        super().__init__(
            context, doer, LOADING_ROUTES, "load", _EMPTY,
            lambda reader: routes_in(reader, doer.site_id, ("open", "locked")),
        )  # fmt: skip
        theme = context.theme
        self._load = button(theme, "Load", self.load, kind="primary", icon="box")
        self._load.setObjectName("dispatch.load.load")
        self._unload = button(theme, "Unload", self.unload)
        self._move = button(theme, "Move to...", self._ask_where, icon="swap")
        self._off = button(theme, "Take off", self.unassign)
        self._depart = button(theme, "Depart", self.depart, kind="primary", icon="van")
        self._depart.setObjectName("dispatch.load.depart")
        for piece in (self._load, self._unload, self._move, self._off):
            self.buttons.addWidget(piece)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self._depart)
        cancel = action_button(
            theme, context.actions, "dispatch.cancel_route", text="Cancel route...", kind="quiet"
        )
        cancel.setObjectName("dispatch.load.cancel_route")
        self.head.addWidget(cancel)
        self._others: list[RouteRow] = []

    def load(self) -> None:
        """The selected shipments, or all that are packed, are in the van."""
        stops = [stop for stop in self.chosen_stops() if stop.shipment_status == "assigned" and stop.parcels]
        if not stops:
            stops = [
                stop
                for _n, stop in self.stops.rows.cached()
                if stop.shipment_status == "assigned" and stop.parcels
            ]
        if not stops:
            self.context.scanner.bad("Nothing here is packed and waiting to be loaded")
            return
        # The last stop goes in first.
        ordered = sorted(stops, key=lambda stop: -stop.position)
        site_id = self.doer.site_id
        words = f"{stops[0].shipment_number} loaded" if len(stops) == 1 else f"{len(stops)} shipments loaded"
        last = ordered[-1].shipment_id
        self.doer.do(
            [LoadShipment(site_id=site_id, shipment_id=stop.shipment_id) for stop in ordered],
            words,
            undo=(UnloadShipment(site_id=site_id, shipment_id=last)) if len(stops) == 1 else None,
        )

    def load_shipment(self, shipment_id: str, number: str) -> None:
        """A shipment was scanned into its van."""
        site_id = self.doer.site_id
        self.doer.do(
            LoadShipment(site_id=site_id, shipment_id=shipment_id),
            f"{number} loaded",
            undo=UnloadShipment(site_id=site_id, shipment_id=shipment_id),
        )

    def unload(self) -> None:
        """The selected shipments were taken out again."""
        for stop in self.chosen_stops():
            if stop.shipment_status == "loaded":
                command = UnloadShipment(site_id=self.doer.site_id, shipment_id=stop.shipment_id)
                self.doer.do(command, f"{stop.shipment_number} taken out")

    def unassign(self) -> None:
        """Take the selected shipments off the route."""
        route = self.route
        for stop in self.chosen_stops():
            if route is not None and stop.shipment_status == "assigned":
                self.doer.do(
                    UnassignShipment(site_id=self.doer.site_id, shipment_id=stop.shipment_id),
                    f"{stop.shipment_number} taken off {route.number}",
                    undo=self._assign(stop, route),
                )

    def depart(self) -> None:
        """The van leaves with what is loaded; what is not stays behind and goes to another route."""
        route = self.route
        if route is None:
            return
        if not route.loaded:
            self.context.scanner.bad(f"Nothing is loaded on {route.vehicle_code} yet")
            return
        behind = route.stops - route.loaded
        rest = f"; {behind} stay behind and wait for another route" if behind else ""
        self.doer.do(
            DepartRoute(site_id=self.doer.site_id, route_id=route.id),
            f"{route.vehicle_code} left with {route.loaded} shipments{rest}",
        )

    def describe(self, route: RouteRow | None) -> None:
        """The route, and what can be done with it."""
        super().describe(route)
        self._depart.setEnabled(route is not None and route.loaded > 0)
        for piece in (self._load, self._unload, self._move, self._off):
            piece.setEnabled(route is not None)

    def _assign(self, stop: StopRow, route: RouteRow) -> AssignShipment:
        return AssignShipment(site_id=self.doer.site_id, shipment_id=stop.shipment_id, route_id=route.id)

    def _ask_where(self) -> None:
        stops, here = self.chosen_stops(), self.route
        if not stops or here is None:
            self.context.toasts.show("Choose shipments first.", "neutral")
            return
        menu = ChoiceMenu(self)
        for _number, route in self.routes.rows.cached():
            if route.id != here.id:
                room = (route.capacity_g - route.load_g) / 1000
                words = f"{route.number}  {route.vehicle_code}, room for {room:,.0f} kg"
                menu.offer(words, lambda route=route: self._move_to(stops, here, route))
        menu.pop_under(self._move)

    def _move_to(self, stops: list[StopRow], here: RouteRow, route: RouteRow) -> None:
        for stop in stops:
            if stop.shipment_status == "assigned":
                self.doer.do(
                    self._assign(stop, route),
                    f"{stop.shipment_number} moved to {route.number}",
                    undo=self._assign(stop, here),
                )
