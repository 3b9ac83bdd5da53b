"""Two panels with nothing behind them: an order list, and every widget on one page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop_app.panel_context import PanelContext
from desktop_app.panels.catalogue import PanelSpec
from desktop_app.scanner import ScanFeedback, ScanTarget
from desktop_app.themes.tokens import SPACE_8, SPACE_16, Tone
from desktop_app.widgets.buttons import action_button, button
from desktop_app.widgets.chips import Filter, FilterChips
from desktop_app.widgets.columns import Column, mark_column
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.figure_card import FigureCard
from desktop_app.widgets.form_rows import Form
from desktop_app.widgets.ladder import Effect, Ladder
from desktop_app.widgets.layouts import card, column, holder, label, line, row, scrolled, section
from desktop_app.widgets.pill import Pill
from desktop_app.widgets.quantity_edit import QuantityEdit
from desktop_app.widgets.reason_picker import ReasonPicker
from desktop_app.widgets.row_source import ListSource
from desktop_app.widgets.row_table import RowTable
from desktop_app.widgets.search_field import SearchField

HERE = "tests.desktop_app.dummy_panels"
DUMMY_PANELS = (
    PanelSpec("dashboard", "Dashboard", "dashboard", "Work", HERE, "Pieces", "Ctrl+1"),
    PanelSpec("orders", "Orders", "order", "Work", HERE, "Orders", "Ctrl+2", count_source="orders_waiting"),
    PanelSpec("picking", "Picking", "pick", "Work", HERE, "Pieces", "Ctrl+3", count_source="picks_waiting"),
    PanelSpec("dispatch", "Packing & dispatch", "box", "Work", HERE, "Pieces", "Ctrl+4"),
    PanelSpec("inventory", "Inventory", "stock", "Work", HERE, "Pieces", "Ctrl+5", count_source="low_stock"),
    PanelSpec("fleet", "Fleet", "van", "Work", HERE, "Pieces", "Ctrl+6"),
    PanelSpec(
        "outbox", "Outbox", "outbox", "System", HERE, "Pieces", "Ctrl+7", count_source="needs_attention"
    ),
    PanelSpec("admin", "Admin", "admin", "System", HERE, "Pieces", "Ctrl+8", permission="masterdata.edit"),
)
COUNTS = {"orders_waiting": 42, "picks_waiting": 1180, "low_stock": 7, "needs_attention": 2}

_CUSTOMERS = (
    "Harbour Street Hardware",
    "Wren & Daughters",
    "The Copper Kettle",
    "Lindqvist Interiors",
    "Market Hall Stationers",
    "Blackthorn Garden Centre",
    "Saltmarsh Gifts and Homeware Company Ltd",
)
_STATES: tuple[tuple[str, Tone], ...] = (
    ("Picking", "info"),
    ("Packed", "accent"),
    ("Shipped", "ok"),
    ("Backordered", "warning"),
    ("Confirmed", "neutral"),
    ("Cancelled", "danger"),
)


@dataclass(frozen=True)
class OrderRow:
    id: str
    number: str
    customer: str
    state: tuple[str, Tone]
    lines: int
    total: tuple[int, str]
    placed_at: datetime
    picked: tuple[int, int]
    trend: tuple[float, ...]
    mark: str


def make_orders(count: int, now: datetime) -> list[OrderRow]:
    """Orders that differ from each other, the same at each run."""
    made = []
    for n in range(count):
        lines = 1 + (n * 7) % 23
        made.append(
            OrderRow(
                id=f"order-{n}",
                number=f"N4-{10_482 + n}",
                customer=_CUSTOMERS[n % len(_CUSTOMERS)],
                state=_STATES[(n * 5 + n // 3) % len(_STATES)],
                lines=lines,
                total=(lines * 1_237 + n * 11, "GBP"),
                placed_at=now - timedelta(minutes=3 + n * 11),
                picked=((n * 3) % (lines + 1), lines),
                trend=tuple(10 + 6 * math.sin((n + k) / 2.3) + (k * n) % 5 for k in range(14)),
                mark=("", "", "provisional", "", "", "at_risk", "", "", "attention")[n % 9],
            )
        )
    return made


ORDER_COLUMNS = (
    mark_column(lambda order: order.mark),
    Column("number", "Order", lambda order: order.number, width=104, strong=True),
    Column("customer", "Customer", lambda order: order.customer, width=160, stretch=True),
    Column("state", "Status", lambda order: order.state, "pill", width=136),
    Column("picked", "Picked", lambda order: order.picked, "bar", width=150, tone=lambda order: "accent"),
    Column("trend", "Demand", lambda order: order.trend, "spark", width=110, sortable=False),
    Column("lines", "Lines", lambda order: order.lines, "number", width=72),
    Column("total", "Total", lambda order: order.total, "money", width=110),
    Column("placed_at", "Placed", lambda order: order.placed_at, "age", width=84),
)


class Orders(QWidget):
    """List, filters, one primary action, inspector."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        theme, self._context = context.theme, context
        self.scanned: list[str] = []
        self.activated = 0
        self.search_field = SearchField(theme, "Find an order or a customer")
        self.chips = FilterChips(
            theme,
            (
                Filter("state", "Status", tuple((word, word) for word, _tone in _STATES), several=True),
                Filter("channel", "Channel", (("desk", "Desk"), ("shopify", "Shopify"), ("csv", "CSV"))),
                Filter("late", "Late only", ((True, "Late only"),)),
            ),
        )
        empty = EmptyState(theme, "order", "No orders match", "Take a filter away, or place one with Ctrl+N.")
        self.table = RowTable(
            theme,
            context.runner,
            ORDER_COLUMNS,
            name="Orders",
            settings=context.settings,
            empty=empty,
            label="Loading orders",
        )
        self.table.current_changed.connect(self._inspect)
        self._ladder = Ladder(theme)
        self._name = label("", "title")
        self._inspector = self._make_inspector()
        context.actions.bind(
            "order.new", lambda: context.toasts.good("A new order was begun", ("Undo", context.undo))
        )
        top = row(
            self.search_field, "stretch", action_button(theme, context.actions, "order.new", kind="primary")
        )
        self.search_field.setMinimumWidth(280)
        body = column(top, self.chips, gap=SPACE_8 + 4, margins=(SPACE_16, SPACE_16, SPACE_16, 12))
        self.setLayout(column(body, line(), self.table, gap=0))
        self.table.set_source(ListSource(make_orders(400, datetime.now(UTC))))

    def activate(self) -> None:
        self.activated += 1
        self.table.setFocus()

    def inspector(self) -> QWidget:
        return self._inspector

    def scan_targets(self) -> list[ScanTarget]:
        return [ScanTarget("order", lambda scan: True, self._on_scan)]

    def reveal(self, kind: str, item_id: str) -> None:
        self.table.select_key(item_id)

    def state(self) -> dict[str, Any]:
        return {"filters": self.chips.values()}

    def restore(self, state: dict[str, Any]) -> None:
        self.chips.restore(state.get("filters", {}))

    def _on_scan(self, scan: Any) -> ScanFeedback:
        self.scanned.append(scan.raw if hasattr(scan, "raw") else str(scan))
        return ScanFeedback(True, "N4-10482 found")

    def _inspect(self, order: OrderRow | None) -> None:
        if order is None:
            self._context.shell.hide_inspector()
            return
        self._name.setText(order.number)
        self._ladder.show_effects(
            (
                Effect("Order", "done", "Confirmed", "N4-10482, 09:41 today"),
                Effect("Inventory", "done", "Reserved", "14 of 14 units reserved"),
                Effect("Delivery", "provisional", "", "Van 12, stop 7, arrives about 15:20"),
                Effect("Warehouse", "attention", "1 short", "2 of 5 found in A-03-2: rest is backordered"),
            )
        )
        self._context.shell.show_inspector("Order", self._inspector)

    def _make_inspector(self) -> QWidget:
        theme = self._context.theme
        facts = column(
            self._name,
            label("Harbour Street Hardware", "quiet"),
            row(Pill(theme, "Picking", "info"), Pill(theme, "Provisional", "provisional"), "stretch"),
            line(),
            label("What happens with it", "strong"),
            self._ladder,
            line(),
            label("Put on hold because", "strong"),
            ReasonPicker(
                theme,
                (
                    ("credit", "Customer's credit"),
                    ("address", "Address unclear"),
                    ("asked", "Customer asked"),
                ),
            ),
            "stretch",
            gap=10,
            margins=(SPACE_16, 0, SPACE_16, SPACE_16),
        )
        return scrolled(holder(facts))


class Pieces(QWidget):
    """Figures, pills, a form, buttons, an empty state."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        theme, now = context.theme, datetime.now(UTC)
        figures = row(gap=12)
        for title, figure, unit, tone, word in (
            ("Orders today", "184", "", None, ""),
            ("To pick", "1,180", "tasks", None, ""),
            ("Late", "6", "orders", "danger", "Late"),
            ("Fill rate", "97.4", "%", "ok", "Good"),
            ("Low stock", "7", "products", "warning", "Low"),
            ("Vans out", "31", "of 40", None, ""),
        ):
            made = FigureCard(theme, title, unit, leads=True)
            trend = [20 + 9 * math.sin(k / 2 + len(title)) + k for k in range(24)]
            made.show_figure(
                figure, trend=trend, when=now - timedelta(seconds=40 * len(title)), tone=tone, word=word
            )
            figures.addWidget(made)
        pills = row(gap=6)
        for word, tone in (
            ("Delivered", "ok"),
            ("Low", "warning"),
            ("Refused", "danger"),
            ("En route", "info"),
            ("Draft", "neutral"),
            ("Selected", "accent"),
            ("Provisional", "provisional"),
            ("12 min old", "stale"),
        ):
            pills.addWidget(Pill(theme, word, tone))
        pills.addStretch(1)
        form = Form()
        form.add("sku", "SKU", QLineEdit("HB-2040-GRN"))
        form.add("bin", "Bin", QLineEdit("A-03-2-9"), "Scan it, or type it")
        reason = QComboBox()
        reason.addItems(["Damaged", "Found", "Lost"])
        form.add("reason", "Reason", reason)
        form.add("quantity", "Quantity", QuantityEdit(theme, value=24, unit="pcs"))
        form.show_errors({"bin": "Bin A-03-2-9 is not at this site. Scan the label on the shelf."})
        buttons = row(
            button(theme, "Receive", kind="primary", icon="import"),
            button(theme, "Count", icon="count"),
            button(theme, "Cancel order", kind="danger", icon="trash"),
            button(theme, "More", kind="quiet", icon="more"),
            "stretch",
        )
        off = button(theme, "Not now", icon="hold")
        off.setEnabled(False)
        buttons.insertWidget(4, off)
        left = card(column(section("Adjust stock"), form, buttons, "stretch", gap=12, margins=16))
        ladder = Ladder(
            theme,
            (
                Effect("Order", "done", "Confirmed", "N4-10482, 09:41 today"),
                Effect("Inventory", "provisional", "", "14 of 14 units reserved here"),
                Effect("Delivery", "attention", "No van", "No open route reaches Dunmore today"),
                Effect("Warehouse", "waiting"),
            ),
        )
        middle = card(column(section("The four effects"), ladder, "stretch", gap=12, margins=16))
        right = card(
            column(
                EmptyState(
                    theme,
                    "offline",
                    "No counts waiting",
                    "Ask for a count from Inventory, or scan a bin.",
                    ("Ask for a count", print),
                )
            )
        )
        middle.layout().setContentsMargins(16, 16, 16, 16)
        lower = row(left, middle, right, gap=12)
        for at, share in enumerate((4, 4, 3)):
            lower.setStretch(at, share)
        page = holder(column(figures, pills, lower, gap=16, margins=16))
        self.setLayout(column(scrolled(page)))

    def activate(self) -> None:
        self.setFocus()
