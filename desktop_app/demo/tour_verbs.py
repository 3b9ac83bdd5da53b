"""What a desk of the tour can be told to do: each verb works the real widgets, and answers what was seen."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from desktop_app.app_context import AppContext
from desktop_app.demo.digests import digest_all
from desktop_app.demo.hands import Hands, TourFailed
from desktop_app.dialogs.enrol_dialog import EnrolDialog
from desktop_app.dialogs.sign_in_dialog import SignInDialog
from desktop_app.main_window import MainWindow
from desktop_app.panels.picking.walk import Stage
from services.storage.tables import Order, Shipment

_SCANS = 5
_SCAN_PATIENCE_S = 8.0
_KEYS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5, Qt.Key.Key_6, Qt.Key.Key_7)


class TourVerbs:
    """The verbs, by the names that the parent uses."""

    def __init__(self, app: QApplication, context: AppContext, size: tuple[int, int]) -> None:
        self._app, self._context, self._size = app, context, size
        self.hands = Hands()

    # -- people ----------------------------------------------------------------------------------------------------

    def enrol(self, username: str, password: str, terminal_name: str) -> str:
        """Fill in the enrolment dialog as an administrator does, and wait for the warehouse to arrive."""
        dialog = self.hands.wait(lambda: self._dialog(EnrolDialog), "the enrolment dialog")
        for name, text in (("username", username), ("password", password), ("terminal_name", terminal_name)):
            field = dialog.form.field(name)
            assert isinstance(field, QLineEdit)
            self.hands.type_into(field, text)
        self._press_button(dialog, "Enrol")
        self.hands.wait(lambda: self._dialog(SignInDialog), "the sign-in dialog after enrolment", 60)
        identity = self._context.desk.identity
        assert identity is not None
        return identity.terminal_code

    def sign_in(self, username: str, password: str) -> str:
        """Sign a person in through the dialog; answers their name as the window shows it."""
        dialog = self.hands.wait(lambda: self._dialog(SignInDialog), "the sign-in dialog")
        name = dialog.form.field("username")
        secret = dialog.form.field("password")
        self.hands.type_into(name, username)
        self.hands.type_into(secret, password)
        self._press_button(dialog, "Sign in")
        return self.person()

    def person(self) -> str:
        """Who is signed in, once the window is open."""
        window = self.hands.wait(lambda: self._window_or_none(), "the window", 60)
        window.resize(*self._size)
        self.hands.turn(0.2)
        return str(window.context.session.person)

    # -- looking ---------------------------------------------------------------------------------------------------

    def goods(self, count: int, least: int, most: int = 1_000_000) -> list[dict[str, Any]]:
        """Products with so many available units, from one pick bin: sku, gtin, available."""
        rows = self._context.desk.read.tuples(
            """SELECT p.sku, p.gtin, s.on_hand - s.reserved - s.held - s.leased AS free, p.id FROM product AS p
            JOIN stock_level AS s ON s.product_id = p.id AND s.site_id = ?
            WHERE free BETWEEN ? AND ? AND p.active = 1 AND p.lot_tracked = 0 AND p.gtin <> '' AND (
              SELECT max(b.on_hand - b.allocated) FROM stock AS b JOIN location AS l ON l.id = b.location_id
              WHERE b.product_id = p.id AND b.status = 'good' AND l.kind = 'pick') >= ?
            ORDER BY p.sku LIMIT ?""",
            (self._context.desk.site_id, least, most, min(least, 6), count),
        )
        return [
            {"sku": sku, "gtin": gtin, "available": free, "id": row_id} for sku, gtin, free, row_id in rows
        ]

    def customers(self, count: int) -> list[str]:
        """Names of customers that only one bears."""
        return [
            str(name)
            for name in self._context.desk.read.values(
                """SELECT name FROM customer WHERE active = 1 AND latitude IS NOT NULL AND country = 'GB'
                GROUP BY name HAVING count(*) = 1 ORDER BY code LIMIT ?""",
                (count,),
            )
        ]

    def available(self, product_id: str) -> int:
        """What may be promised of a product now."""
        return int(
            self._context.desk.read.value(
                "SELECT on_hand - reserved - held - leased FROM stock_level WHERE product_id = ? AND site_id = ?",
                (product_id, self._context.desk.site_id),
            )
            or 0
        )

    def link(self) -> dict[str, Any]:
        """What the badge says."""
        status = self._context.desk.link
        return {"state": status.state, "pending": status.pending, "attention": status.needs_attention}

    def wait_link(self, state: str, seconds: float = 60) -> float:
        """Wait until the badge says this; answers how long it took."""
        begun = time.monotonic()
        wanted = {"live": ("live", "attention")}.get(state, (state,))
        self.hands.wait(lambda: self._context.desk.link.state in wanted, f"the badge to say {state}", seconds)
        return time.monotonic() - begun

    def wait_settled(self, seconds: float = 60) -> float:
        """Wait until nothing is pending; answers how long it took."""
        begun = time.monotonic()
        self.hands.wait(lambda: self._context.desk.link.pending == 0, "every command to be settled", seconds)
        return time.monotonic() - begun

    def order_state(self, order_id: str) -> dict[str, Any]:
        """An order as this desk has it: its state, its shipment's, and what is provisional."""
        read = self._context.desk.read
        order = read.get(Order, order_id)
        if order is None:
            raise TourFailed(f"there is no order {order_id} here")
        shipment_id = read.value(
            "SELECT id FROM shipment WHERE order_id = ? ORDER BY created_at LIMIT 1", (order_id,)
        )
        shipment = read.get(Shipment, shipment_id) if shipment_id else None
        return {
            "number": order.number,
            "status": order.status,
            "provisional": read.is_provisional(Order, order_id),
            "reserved": read.value(
                "SELECT coalesce(sum(reserved), 0) FROM order_line WHERE order_id = ?", (order_id,)
            ),
            "wanted": read.value(
                "SELECT coalesce(sum(quantity - cancelled), 0) FROM order_line WHERE order_id = ?",
                (order_id,),
            ),
            "shipment": shipment.status if shipment else "",
            "route_id": shipment.route_id if shipment else "",
            "vehicle_id": shipment.vehicle_id if shipment else "",
            "tasks": read.value("SELECT count(*) FROM pick_task WHERE order_id = ?", (order_id,)),
            "open_tasks": read.value(
                "SELECT count(*) FROM pick_task WHERE order_id = ? AND status IN ('pending', 'picking')",
                (order_id,),
            ),
        }

    def wait_confirmed(self, order_id: str, seconds: float = 30) -> dict[str, Any]:
        """Wait until the server has confirmed an order; answers its state."""
        read = self._context.desk.read
        self.hands.wait(
            lambda: not read.is_provisional(Order, order_id), "the order to be confirmed", seconds
        )
        return self.order_state(order_id)

    def provisional_orders(self) -> list[str]:
        """The ids of orders that wait for the server."""
        return [
            str(row_id)
            for row_id in self._context.desk.read.values("SELECT id FROM before_order ORDER BY id")
        ]

    def attention(self) -> list[dict[str, Any]]:
        """The items that the Outbox panel shows under "Needs attention", from its own table."""
        window = self._window()
        window.navigate("outbox", "box", "attention")
        self.hands.turn(0.5)
        panel = window.panel("outbox")
        assert panel is not None
        return [
            {
                "title": entry.title,
                "status": entry.status,
                "message": entry.message,
                "order_id": entry.subject.id,
            }
            for _number, entry in panel.table.rows.cached()  # type: ignore[attr-defined]
        ]

    def vehicle(self, vehicle_id: str) -> dict[str, Any]:
        """A vehicle as this desk has it."""
        row = next(row for row in self._context.desk.read.vehicles() if row.id == vehicle_id)
        return {"code": row.code, "state": row.state, "latitude": row.latitude, "longitude": row.longitude}

    def digests(self, path: str) -> None:
        """Write the digests of all rows of the cache to a file."""
        found = digest_all(lambda sql: self._context.desk.read.tuples(sql), time.time_ns() // 1_000_000)
        Path(path).write_text(json.dumps(found), encoding="utf-8")

    def grab(self, path: str, panel: str = "", kind: str = "", item_id: str = "") -> None:
        """Write a picture of the window, with a panel shown."""
        window = self._window()
        if panel:
            window.navigate(panel, kind, item_id)
        self.hands.turn(1.2)
        self.hands.grab(window, Path(path))

    def theme(self, name: str) -> None:
        """Switch the theme."""
        self._context.settings.set("theme", name)
        self.hands.turn(0.3)

    # -- working ---------------------------------------------------------------------------------------------------

    def order(self, customer: str, lines: list[list[Any]]) -> str:
        """Place an order by keyboard, from Ctrl+N to Ctrl+Enter; answers its id."""
        read, window = self._context.desk.read, self._window()
        before = set(read.values('SELECT id FROM "order"'))
        window.navigate("orders")
        self.hands.turn(0.3)
        window.actions_registry.qaction("order.new").trigger()
        self.hands.need("orders.entry")
        self.hands.type("orders.entry.customer", customer, end=Qt.Key.Key_Return)
        for sku, quantity in lines:
            self.hands.type("orders.entry.sku", str(sku), end=Qt.Key.Key_Return)
            self._quantity(int(quantity))
        self.hands.turn(0.3)
        self.hands.click("orders.entry.place")
        return str(
            self.hands.wait(
                lambda: next(iter(set(read.values('SELECT id FROM "order"')) - before), None),
                "the order to be on the disk",
            )
        )

    def pick(self, number: str, leave: int = 0) -> int:
        """Pick an order by scanning: its number, then bin and product of each task; answers how many tasks were picked.

        ``leave``: so many of its tasks are left for somebody else.
        """
        panel = self._start_walk(number)
        picked = 0
        while panel.walk.task is not None and len(panel.walk.tasks) - len(panel.walk.done) > leave:
            task = panel.walk.task
            self._scan_bin(panel)
            self._scan_product(panel)
            if panel.walk.task is task and panel.walk.stage is Stage.COUNT:
                self.hands.click("picking.confirm")
            self.hands.wait(
                lambda task=task: panel.walk.task is not task,
                f"the pick at {task.location_code} to be recorded",
            )
            picked += 1
        return picked

    def short_pick(self, number: str, found: int, reason: int = 2) -> dict[str, Any]:
        """Report the order's next task as short: so many were found, for the reason with this key."""
        panel = self._start_walk(number)
        task = panel.walk.task
        if task is None:
            raise TourFailed(f"order {number} has nothing left to pick")
        self._scan_bin(panel)
        self.hands.click("picking.short")
        field = self.hands.need("picking.short.found")
        field.set_value(found)  # type: ignore[attr-defined]
        reasons = self.hands.need("picking.short.reason")
        reasons.setFocus()
        self.hands.turn(0.1)
        self.hands.press(_KEYS[reason - 1])
        self.hands.wait(
            lambda: panel.walk.task is None or panel.walk.task.id != task.id, "the short pick to be recorded"
        )
        return {
            "sku": task.sku,
            "bin": task.location_code,
            "asked": task.quantity - task.picked,
            "found": found,
        }

    def pack(self, order_id: str) -> None:
        """Pack an order in the Packing & dispatch panel."""
        window = self._window()
        window.navigate("dispatch")
        self.hands.click("dispatch.tab.pack")
        panel: Any = window.panel("dispatch")
        self.hands.wait(
            lambda: panel.packing.select(order_id), "the order to be in the list of orders to pack"
        )
        self.hands.turn(0.3)
        self.hands.click("dispatch.pack.confirm")
        read = self._context.desk.read
        self.hands.wait(
            lambda: (row := read.get(Order, order_id)) and row.status == "packed", "the order to be packed"
        )

    def load_and_depart(self, order_id: str) -> dict[str, Any]:
        """Load an order's shipment and let its van leave."""
        state = self.order_state(order_id)
        window = self._window()
        window.navigate("dispatch")
        self.hands.click("dispatch.tab.load")
        panel: Any = window.panel("dispatch")
        self.hands.wait(lambda: panel.loading.select(state["route_id"]), "the order's route in the list")
        self.hands.turn(0.5)
        read = self._context.desk.read
        self._scan_until(state["number"], lambda: self.order_state(order_id)["shipment"] == "loaded")
        self.hands.wait(
            lambda: panel.loading.route is not None and panel.loading.route.loaded, "the route to show it"
        )
        self.hands.click("dispatch.load.depart")
        self.hands.wait(lambda: self.order_state(order_id)["shipment"] == "en_route", "the van to have left")
        row = read.get(
            Shipment, read.value("SELECT id FROM shipment WHERE order_id = ? LIMIT 1", (order_id,))
        )
        assert row is not None
        return {"route_id": row.route_id, "vehicle_id": row.vehicle_id}

    # -- helpers ---------------------------------------------------------------------------------------------------

    def _start_walk(self, number: str) -> Any:
        window = self._window()
        window.navigate("picking")
        self.hands.turn(0.4)
        panel: Any = window.panel("picking")
        self._scan_until(
            number, lambda: panel.walk.task is not None and panel.walk.task.order_number == number
        )
        return panel

    def _scan_bin(self, panel: Any) -> None:
        self._scan_until(panel.walk.task.location_code, lambda: panel.walk.stage is not Stage.BIN)

    def _scan_product(self, panel: Any) -> None:
        task = panel.walk.task
        code = str(self._context.desk.read.value("SELECT gtin FROM product WHERE id = ?", (task.product_id,)))
        self._scan_until(code, lambda: panel.walk.task is not task or panel.walk.stage is Stage.COUNT)

    def _scan_until(self, code: str, holds: Callable[[], bool]) -> None:
        """Scan as a picker does: once more where the reader did not catch it, as on a busy computer."""
        for _ in range(_SCANS):
            self.hands.scan(code)
            try:
                self.hands.wait(holds, f"the scan of {code} to be taken", _SCAN_PATIENCE_S)
            except TourFailed:
                continue
            return
        raise TourFailed(f"{code} was scanned {_SCANS} times and never taken")

    def _quantity(self, quantity: int) -> None:
        field = self.hands.need("orders.entry.quantity")
        select = getattr(field, "select_all", None) or getattr(field, "selectAll", None)
        if select is not None:
            select()
        self.hands.type_into(field.focusProxy() or field, str(quantity), end=Qt.Key.Key_Return)

    def _press_button(self, dialog: QWidget, words: str) -> None:
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QPushButton

        for made in dialog.findChildren(QPushButton):
            if made.text() == words:
                QTest.mouseClick(made, Qt.MouseButton.LeftButton)
                self.hands.turn(0.05)
                return
        raise TourFailed(f"there is no button {words!r}")

    def _dialog(self, kind: type[Any]) -> Any:
        return next(
            (
                widget
                for widget in QApplication.topLevelWidgets()
                if isinstance(widget, kind) and widget.isVisible()
            ),
            None,
        )

    def _window_or_none(self) -> MainWindow | None:
        window = self._context.window
        return window if window is not None and window.isVisible() else None

    def _window(self) -> MainWindow:
        window = self._window_or_none()
        if window is None:
            raise TourFailed("the window is not open")
        return window
