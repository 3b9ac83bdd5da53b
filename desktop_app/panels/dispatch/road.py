"""On the road: arrivals, deliveries with their evidence, failures, returns, and vans that come home."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.doing import ScannerDoer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.dispatch.route_view import RouteView
from desktop_app.panels.dispatch.tables import ROAD_ROUTES
from desktop_app.themes.theme import Theme
from desktop_app.widgets.buttons import button
from desktop_app.widgets.choice_menu import ChoiceMenu
from desktop_app.widgets.form_rows import Form
from local_db.queries.dispatch_queries import RouteRow, StopRow, receiving_places, routes_in
from services.commands import (
    ArriveStop,
    DeliverShipment,
    FailDelivery,
    FinishRoute,
    ReceiveReturn,
    RetryDelivery,
    ReturnShipment,
)
from services.domain.shipment_states import FailReason

_EMPTY = ("van", "No van is on the road", "Vans appear here once they have departed.")
_MOST_PLACES = 40
_REASONS = [(reason.value, reason.value.replace("_", " ").capitalize()) for reason in FailReason]


class Road(RouteView):
    """Routes under way and those that came home today."""

    def __init__(self, context: PanelContext, doer: ScannerDoer) -> None:
        super().__init__(
            context, doer, ROAD_ROUTES, "road", _EMPTY,
            lambda reader: routes_in(reader, doer.site_id, ("under_way", "finished")),
        )  # fmt: skip
        theme = context.theme
        self._deliver = button(theme, "Deliver...", self.ask_evidence, kind="primary", icon="check")
        self._deliver.setObjectName("dispatch.road.deliver")
        self._arrive = button(theme, "Arrived", self.arrive)
        self._fail = button(theme, "Failed...", self._ask_why, icon="warning")
        self._more = button(theme, "More", self._show_more, icon="more")
        self._finish = button(theme, "Back at the depot", self.finish, icon="pin")
        for piece in (self._deliver, self._arrive, self._fail, self._more):
            self.buttons.addWidget(piece)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self._finish)

    def arrive(self) -> None:
        """The van is at the chosen stop."""
        stop = self._next()
        if stop is not None:
            self.doer.do(ArriveStop(site_id=self.doer.site_id, stop_id=stop.id), f"Arrived at {stop.name}")

    def ask_evidence(self) -> None:
        """Ask who took the chosen shipment, or the next one."""
        stop = self._next()
        if stop is not None:
            EvidenceDialog(
                self.context.theme, stop, lambda name, note: self.deliver(stop, name, note), self
            ).open()

    def deliver(self, stop: StopRow, name: str, note: str) -> None:
        """A shipment was handed over."""
        self.doer.do(
            DeliverShipment(
                site_id=self.doer.site_id, shipment_id=stop.shipment_id, pod_name=name, pod_note=note
            ),
            f"{stop.shipment_number} delivered to {name}",
        )

    def finish(self) -> None:
        """The van is back; what was not delivered is on its way to the shelf."""
        route = self.route
        if route is not None:
            self.doer.do(
                FinishRoute(site_id=self.doer.site_id, route_id=route.id),
                f"{route.vehicle_code} is back at the depot",
            )

    def describe(self, route: RouteRow | None) -> None:
        """The route, and what can be done with it."""
        super().describe(route)
        on_road = route is not None and route.status == "under_way"
        for piece in (self._deliver, self._arrive, self._fail, self._finish):
            piece.setEnabled(on_road)
        self._more.setEnabled(route is not None)

    def _next(self) -> StopRow | None:
        """The chosen stop, or the first that is still ahead."""
        chosen = self.chosen_stops()
        if chosen:
            return chosen[0]
        ahead = [
            stop for _n, stop in self.stops.rows.cached() if stop.shipment_status in ("en_route", "arrived")
        ]
        if not ahead:
            self.context.toasts.show("There is no stop ahead on this route.", "neutral")
        return ahead[0] if ahead else None

    def _ask_why(self) -> None:
        stop = self._next()
        if stop is None:
            return
        what = f"{stop.shipment_number} for {stop.name}"

        def fail(reason: str, _note: str) -> None:
            command = FailDelivery(site_id=self.doer.site_id, shipment_id=stop.shipment_id, reason=reason)
            self.doer.do(command, f"{stop.shipment_number} not delivered")

        ReasonDialog(self.context.theme, "Not delivered", what, _REASONS, fail, self, note=False).open()

    def _show_more(self) -> None:
        stop = next(iter(self.chosen_stops()), None)
        if stop is None:
            self.context.toasts.show("Choose a shipment first.", "neutral")
            return
        site_id, menu = self.doer.site_id, ChoiceMenu(self)
        if stop.shipment_status == "failed":
            again = RetryDelivery(site_id=site_id, shipment_id=stop.shipment_id)
            words = f"{stop.shipment_number} is tried again"
            menu.offer("Try again on this route", lambda: self.doer.do(again, words))
        if stop.shipment_status in ("failed", "delivered"):
            menu.offer("Comes back", lambda: self.doer.do(
                ReturnShipment(site_id=site_id, shipment_id=stop.shipment_id, reason="sent_back"),
                f"{stop.shipment_number} is coming back"))  # fmt: skip
        if stop.shipment_status == "returning":
            menu.offer("Received at...", lambda: self._ask_place(stop))
        if menu.isEmpty():
            menu.say("Nothing more can be done with it now")
        menu.pop_under(self._more)

    def _ask_place(self, stop: StopRow) -> None:
        desk, site_id = self.context.desk, self.doer.site_id

        def show(places: list[tuple[str, str, bool]]) -> None:
            menu = ChoiceMenu(self, "dispatch.road.places")
            others = [place for place in places if not place[2]]
            for place_id, code, is_meant in places[:_MOST_PLACES]:
                if not is_meant and place_id == others[0][0]:
                    menu.addSeparator()
                    menu.say("Bins that are not for receiving")
                menu.offer(code, lambda place_id=place_id, code=code: self.doer.do(
                    ReceiveReturn(site_id=site_id, shipment_id=stop.shipment_id, location_id=place_id),
                    f"{stop.shipment_number} is back at {code}, on hold"))  # fmt: skip
            menu.pop_under(self._more)

        self.context.runner.run(lambda: receiving_places(desk.read, site_id), show, self)


class EvidenceDialog(DialogFrame):
    """Who took it: a delivery is nothing without its evidence."""

    def __init__(
        self,
        theme: Theme,
        stop: StopRow,
        on_evidence: Callable[[str, str], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "Delivered", f"{stop.shipment_number} at {stop.name}", parent)
        self._on_evidence = on_evidence
        self._form = Form()
        self._name, self._note = QLineEdit(), QLineEdit()
        self._name.setObjectName("dispatch.pod.name")
        self._form.add("name", "Who took it?", self._name)
        self._form.add("note", "Note (optional)", self._note)
        self.body.addWidget(self._form)
        self.add_button("Cancel", self.reject, "quiet")
        confirm = self.add_button("Delivered", self._confirm, "primary")
        confirm.setObjectName("dispatch.pod.confirm")
        self._name.setFocus()

    def _confirm(self) -> None:
        name = self._name.text().strip()
        if not name:
            self._form.show_errors({"name": "A delivery needs the name of who took it."})
            return
        self.accept()
        self._on_evidence(name, self._note.text().strip())
