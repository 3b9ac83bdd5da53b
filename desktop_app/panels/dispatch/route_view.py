"""Routes at the left, the stops of the chosen one at the right: the shape that loading and the road share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop_app.doing import ScannerDoer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.dispatch.tables import stop_columns
from desktop_app.themes.tokens import SPACE_8, SPACE_16
from desktop_app.widgets.buttons import action_button
from desktop_app.widgets.columns import Column
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.layouts import holder, label, row
from desktop_app.widgets.row_source import ListSource
from desktop_app.widgets.row_table import RowTable
from local_db.queries.dispatch_queries import RouteRow, StopRow, stops_on


class RouteView(QWidget):
    """``routes(reader)`` reads the list; ``extra`` are buttons above the stops."""

    def __init__(
        self,
        context: PanelContext,
        doer: ScannerDoer,
        columns: Sequence[Column],
        name: str,
        empty: tuple[str, str, str],
        routes: Callable[[Any], list[RouteRow]],
    ) -> None:
        super().__init__()
        self.context, self.doer = context, doer
        self._read_routes = routes
        self._wanted = ""
        theme, zone = context.theme, context.session.time_zone
        self.routes = RowTable(
            theme, context.runner, columns, name=f"Routes {name}", settings=context.settings,
            empty=EmptyState(theme, *empty), multi=False, label="Loading routes", zone=zone,
        )  # fmt: skip
        self.routes.setObjectName(f"dispatch.{name}.routes")
        self.routes.current_changed.connect(self._on_route)
        self.stops = RowTable(
            theme, context.runner, stop_columns(lambda _stop: None), name=f"Stops {name}", settings=context.settings,
            empty=EmptyState(theme, "route", "No stops yet", "Orders are put on routes as they are placed."), zone=zone,
        )  # fmt: skip
        self.stops.setObjectName(f"dispatch.{name}.shipments")
        self.title = label("", "section")
        self.hint = label("", "quiet", wrap=True)
        self.buttons = row()
        sheet = action_button(theme, context.actions, "app.print", text="Route sheet", kind="quiet")
        sheet.setObjectName(f"dispatch.{name}.print")
        right = QVBoxLayout()
        right.setContentsMargins(SPACE_16, SPACE_16, SPACE_16, 0)
        right.setSpacing(SPACE_8)
        self.head = row(self.title, "stretch", sheet)
        right.addLayout(self.head)
        right.addWidget(self.hint)
        right.addLayout(self.buttons)
        right.addWidget(self.stops, 1)
        body = QSplitter()
        body.setHandleWidth(1)
        body.setChildrenCollapsible(False)
        body.addWidget(self.routes)
        body.addWidget(holder(right, "surface"))
        for place, share in enumerate((2, 3)):
            body.setStretchFactor(place, share)
        body.setSizes([540, 540])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(body)

    @property
    def route(self) -> RouteRow | None:
        """The chosen route."""
        row_: RouteRow | None = self.routes.current_row()
        return row_

    def chosen_stops(self) -> list[StopRow]:
        """The selected stops, or none."""
        return self.stops.selected_rows()

    def refresh(self) -> None:
        """Read the routes anew, and the stops of the chosen one."""
        desk = self.context.desk
        self.context.runner.run(lambda: self._read_routes(desk.read), self._show_routes, self, key="routes")

    def select(self, route_id: str) -> bool:
        """Choose a route; answers whether it is here."""
        self._wanted = route_id
        return self.routes.select_key(route_id)

    def show_stops(self, stops: list[StopRow]) -> None:
        """Show the stops of the chosen route."""
        self.stops.set_source(ListSource(stops), first=stops[:200], count=len(stops), keep_place=True)

    def describe(self, route: RouteRow | None) -> None:
        """Say what the chosen route is about; subclasses add their buttons' state."""
        if route is None:
            self.title.setText("Choose a route")
            self.hint.setText("")
            return
        stops = "stop" if route.stops == 1 else "stops"
        plate = f" ({route.registration})" if route.registration else ""
        self.title.setText(f"{route.number}, {route.vehicle_code}{plate}")
        self.hint.setText(
            f"{route.driver_name or 'No driver'}, {route.stops} {stops}, {route.distance_m / 1000:,.0f} km, "
            f"{route.load_g / 1000:,.0f} of {route.capacity_g / 1000:,.0f} kg, "
            f"{route.load_ml / 1e6:.1f} of {route.capacity_ml / 1e6:.1f} m3"
        )

    def _show_routes(self, routes: list[RouteRow]) -> None:
        self.routes.set_source(ListSource(routes), first=routes[:200], count=len(routes), keep_place=True)
        if self._wanted and self.routes.select_key(self._wanted):
            self._wanted = ""
        elif self.routes.current_row() is None and routes:
            self.routes.select_number(0)
        current = self.route
        fresh = next((route for route in routes if current is not None and route.id == current.id), None)
        self._on_route(fresh)

    def _on_route(self, route: RouteRow | None) -> None:
        self.describe(route)
        if route is None:
            self.show_stops([])
            return
        desk = self.context.desk
        self.context.runner.run(lambda: stops_on(desk.read, route.id), self.show_stops, self, key="stops")
