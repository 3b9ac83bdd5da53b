"""The Packing & dispatch panel: pack, load, on the road."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_app.change_feed import FreshView
from desktop_app.doing import ScannerDoer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.dispatch.loading import Loading
from desktop_app.panels.dispatch.new_route import NewRoute
from desktop_app.panels.dispatch.packing import Packing
from desktop_app.panels.dispatch.road import Road
from desktop_app.printing import Paper, offer_print
from desktop_app.scanner import ScanFeedback, ScanTarget
from desktop_app.widgets.buttons import action_button
from desktop_app.widgets.layouts import body_margins, holder, row
from desktop_app.widgets.tabs import Tabs
from local_db.queries.dispatch_queries import RouteRow, order_by_number, shipment_by_number

_TABLES: Final = ("order", "order_line", "shipment", "route", "stop", "vehicle")
_STEPS: Final = (("pack", "Pack"), ("load", "Load and depart"), ("road", "On the road"))


class Panel(QWidget):
    """The Packing & dispatch panel."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        doer = ScannerDoer(context, self)
        self.packing, self.loading, self.road = (
            Packing(context, doer),
            Loading(context, doer),
            Road(context, doer),
        )
        self._pages: dict[str, QWidget] = {"pack": self.packing, "load": self.loading, "road": self.road}
        self._stack = QStackedWidget()
        self.tabs = Tabs(context.theme, "dispatch.tab", _STEPS)
        self.tabs.chosen.connect(self.show_step)
        for page in self._pages.values():
            self._stack.addWidget(page)
        for table in (self.packing.table, self.loading.routes, self.road.routes):
            table.current_changed.connect(lambda _row: context.actions.refresh())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self._asking = NewRoute(context, doer, self)
        self._new_route, self._put_on = (
            action_button(context.theme, context.actions, f"dispatch.{name}", text=text)
            for name, text in (("new_route", "New route"), ("put_on", "Put on the route"))
        )
        whole.addWidget(
            holder(row(self.tabs, "stretch", self._put_on, self._new_route, margins=body_margins()))
        )
        whole.addWidget(self._stack, 1)
        self._fresh = FreshView(self, context.feed, _TABLES, self._load)
        context.actions.when("dispatch_route", lambda: self._route_to_fill() is not None)
        context.actions.bind("dispatch.new_route", self._ask_van)
        context.actions.bind("dispatch.new_route_on", self._ask_day)
        context.actions.bind("dispatch.put_on", self._ask_shipment)
        context.actions.bind("dispatch.put_on_all", self._with_route(self._asking.put_on_all))
        context.actions.bind("dispatch.cancel_route", self._with_route(self._asking.ask_cancel))

    def activate(self) -> None:
        """Refresh if stale, and take the keyboard."""
        self._fresh.refresh_if_stale()
        offer_print(self._context, self, self._paper)
        page = self._stack.currentWidget()
        table = page.table if isinstance(page, Packing) else page.routes  # type: ignore[union-attr]
        table.setFocus(Qt.FocusReason.OtherFocusReason)

    def reveal(self, kind: str, item_id: str) -> None:
        """Show an order to pack (`order`), or a route (`route`)."""
        if kind == "order":
            self.show_step("pack")
            self.packing.select(item_id)
        elif kind == "route":
            for step, page in (("load", self.loading), ("road", self.road)):
                if page.select(item_id):
                    self.show_step(step)
                    return

    def state(self) -> Mapping[str, object]:
        """The step that is shown."""
        return {"step": self.tabs.current}

    def restore(self, state: Mapping[str, object]) -> None:
        """The step of last time."""
        step = str(state.get("step", "pack"))
        if step in self._pages:
            self.show_step(step)

    def scan_targets(self) -> Sequence[ScanTarget]:
        """An order or shipment: to be packed, or to be loaded."""
        return (
            ScanTarget("order or shipment", lambda scan: scan.kind in ("order", "shipment"), self._on_scan),
        )

    def show_step(self, step: str) -> None:
        """Show one of the three steps."""
        self.tabs.choose(step)
        self._stack.setCurrentWidget(self._pages[step])
        self._load()
        self._context.actions.refresh()

    def _route_to_fill(self) -> RouteRow | None:
        return self.loading.route if self._stack.currentWidget() is self.loading else None

    def _ask_van(self) -> None:
        self.show_step("load")
        self._asking.ask_van(self._new_route)

    def _ask_day(self) -> None:
        self.show_step("load")
        self._asking.ask_day()

    def _with_route(self, act: Callable[[RouteRow], None]) -> Callable[[], None]:
        def acted() -> None:
            route = self._route_to_fill()
            if route is not None:
                act(route)

        return acted

    def _ask_shipment(self) -> None:
        route = self._route_to_fill()
        if route is not None:
            self._asking.ask_shipment(route, self._put_on)

    def _paper(self) -> Paper | None:
        """The packing slip of the order that is packed, or the sheet of the route that is loaded or under way."""
        page = self._stack.currentWidget()
        chosen = page.table.current_row() if isinstance(page, Packing) else page.route  # type: ignore[attr-defined]
        kind = "packing_slip" if page is self.packing else "route"
        return Paper(kind, [chosen.id]) if chosen is not None else None

    def _load(self) -> None:
        self.packing.refresh()
        self.loading.refresh()
        self.road.refresh()

    def _on_scan(self, scan: Any) -> ScanFeedback | None:
        desk, site_id = self._context.desk, self._context.session.site_id
        self._context.runner.run(
            lambda: (
                shipment_by_number(desk.read, site_id, scan.code),
                order_by_number(desk.read, site_id, scan.code),
            ),
            lambda found: self._found(scan.code, *found),
            self,
            key="scan",
        )
        return None

    def _found(self, number: str, shipment: tuple[str, str] | None, order_id: str | None) -> None:
        if self._stack.currentWidget() is self.loading and shipment is not None:
            self.loading.select(shipment[1])
            self.loading.load_shipment(shipment[0], number)
        elif order_id is not None and self.packing.select(order_id):
            self.show_step("pack")
            self._context.scanner.good(number)
        else:
            self._context.scanner.bad(f"{number} is not waiting here")
