"""Packing: an order's picked goods, checked against its lines, go into so many parcels."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.doing import ScannerDoer
from desktop_app.panel_context import PanelContext
from desktop_app.themes.tokens import SPACE_8, SPACE_12, SPACE_24
from desktop_app.widgets.buttons import action_button, button
from desktop_app.widgets.columns import Column, mark_column
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.form_rows import Form
from desktop_app.widgets.layouts import holder, label, line, row
from desktop_app.widgets.pill import Pill
from desktop_app.widgets.quantity_edit import QuantityEdit
from desktop_app.widgets.row_source import ListSource
from desktop_app.widgets.row_table import RowTable
from local_db.queries.dispatch_queries import PackLine, PackRow, pack_lines, to_pack
from services.commands import PackOrder, UnpackOrder

_STATES: Final = {
    "picking": ("Being picked", "info"),
    "picked": ("To pack", "warning"),
    "packed": ("Packed", "ok"),
    "partially_shipped": ("Part left", "info"),
}
_ORDERS: Final = (
    mark_column(lambda order: "provisional" if order.provisional else ""),
    Column("number", "Order", lambda order: order.number, width=116, strong=True),
    Column("customer_name", "Customer", lambda order: order.customer_name, width=130, stretch=True),
    Column("status", "State", lambda order: _STATES.get(order.status, (order.status, "neutral")), "pill", width=106),
    Column("picked", "To pack", lambda order: order.picked or None, "number", width=74),
    Column("packed", "Packed", lambda order: order.packed or None, "number", width=72),
    Column("still_to_pick", "To pick", lambda order: order.still_to_pick or None, "number", width=70, yields=2,
           tone=lambda order: "warning" if order.still_to_pick else None),
    Column("vehicle_code", "Van", lambda order: order.vehicle_code, width=74, quiet=True, yields=1),
    Column("eta", "Arrives", lambda order: order.eta, "age", width=72, yields=3),
)  # fmt: skip
_LINES: Final = (
    Column("sku", "SKU", lambda each: each.sku, width=80, strong=True),
    Column("name", "Product", lambda each: each.name, width=80, stretch=True, quiet=True),
    Column("picked", "To pack", lambda each: each.picked or None, "number", width=70),
    Column("packed", "Packed", lambda each: each.packed or None, "number", width=70),
)


class Packing(QWidget):
    """The list of orders to pack at the left, the packing card at the right."""

    def __init__(self, context: PanelContext, doer: ScannerDoer) -> None:
        super().__init__()
        self._context, self._doer = context, doer
        self._order: PackRow | None = None
        theme = context.theme
        empty = EmptyState(
            theme, "box", "Nothing to pack", "Orders appear here once something is picked for them."
        )
        self.table = RowTable(
            theme, context.runner, _ORDERS, name="Orders to pack", settings=context.settings, empty=empty, multi=False,
            label="Loading what is picked", zone=context.session.time_zone,
        )  # fmt: skip
        self.table.setObjectName("dispatch.pack.table")
        self.table.current_changed.connect(self._on_current)
        self.lines = RowTable(theme, context.runner, _LINES, name="What goes in", multi=False)
        self._title, self._customer = label("", "title"), label("", "quiet", wrap=True)
        self._pill = Pill(theme)
        self._hint = label("", "quiet", wrap=True)
        self._parcels = QuantityEdit(theme, value=1, least=1, most=999)
        self._parcels.setObjectName("dispatch.pack.parcels")
        self._pack = button(theme, "Pack", self.pack, kind="primary", icon="box")
        self._pack.setObjectName("dispatch.pack.confirm")
        self._unpack = button(theme, "Open again", self.unpack)
        self._unpack.setObjectName("dispatch.pack.unpack")
        self._lay_out()

    def refresh(self) -> None:
        """Read the list anew."""
        desk, site_id = self._context.desk, self._doer.site_id
        self._context.runner.run(lambda: to_pack(desk.read, site_id), self._show, self, key="pack")

    def select(self, order_id: str) -> bool:
        """Make an order the present one; answers whether it is there."""
        return self.table.select_key(order_id)

    def pack(self) -> None:
        """All that is picked of the order and was loose is in parcels."""
        order = self._order
        if order is None:
            return
        site_id, parcels = self._doer.site_id, self._parcels.value()
        self._doer.do(
            PackOrder(site_id=site_id, order_id=order.id, parcels=parcels),
            f"{order.number} packed in {parcels} {'parcel' if parcels == 1 else 'parcels'}",
            undo=UnpackOrder(site_id=site_id, order_id=order.id),
        )

    def unpack(self) -> None:
        """Open the parcels of the order again, those packed last."""
        order = self._order
        if order is not None:
            self._doer.do(
                UnpackOrder(site_id=self._doer.site_id, order_id=order.id), f"{order.number} opened again"
            )

    def _show(self, orders: list[PackRow]) -> None:
        self.table.set_source(ListSource(orders), first=orders[:200], count=len(orders), keep_place=True)
        if self.table.current_row() is None and orders:
            self.table.select_number(0)
        elif not orders:
            self._on_current(None)
        current = self.table.current_row()
        if current is not None:
            self._on_current(next((order for order in orders if order.id == current.id), current))

    def _on_current(self, order: PackRow | None) -> None:
        self._order = order
        for piece in (self._pack, self._unpack, self._parcels):
            piece.setEnabled(order is not None)
        if order is None:
            self._title.setText("")
            self._customer.setText("")
            self._hint.setText("")
            self._pill.hide()
            return
        self._title.setText(order.number)
        self._customer.setText(f"{order.customer_name}, {order.ship_city}")
        self._pill.show()
        word, tone = _STATES.get(order.status, (order.status, "neutral"))
        self._pill.show_status(word, tone)  # type: ignore[arg-type]
        van = (
            f"Goes with {order.vehicle_code}, route {order.route_number}. "
            if order.route_number
            else "On no route yet. "
        )
        wait = f"{formats.number(order.still_to_pick)} still to be picked. " if order.still_to_pick else ""
        rest = f"{formats.number(order.backordered)} on backorder follow later." if order.backordered else ""
        self._hint.setText(van + wait + rest)
        self._pack.setEnabled(order.picked > 0 and not order.still_to_pick)
        self._unpack.setEnabled(order.in_house > 0)
        desk = self._context.desk
        self._context.runner.run(lambda: pack_lines(desk.read, order.id), self._show_lines, self, key="lines")

    def _show_lines(self, lines: list[PackLine]) -> None:
        self.lines.set_source(ListSource(lines), first=lines, count=len(lines))

    def _lay_out(self) -> None:
        form = Form()
        form.add("parcels", "Into how many parcels?", self._parcels)
        card = QVBoxLayout()
        card.setContentsMargins(SPACE_24, SPACE_24, SPACE_24, SPACE_24)
        card.setSpacing(SPACE_8)
        card.addLayout(row(self._title, "stretch", self._pill))
        card.addWidget(self._customer)
        card.addWidget(self._hint)
        card.addSpacing(SPACE_8)
        card.addWidget(self.lines, 1)
        card.addWidget(line())
        card.addWidget(form)
        slip = action_button(
            self._context.theme, self._context.actions, "app.print", text="Packing slip", kind="quiet"
        )
        slip.setObjectName("dispatch.pack.print")
        card.addLayout(row(self._pack, self._unpack, "stretch", slip, gap=SPACE_12))
        body = QSplitter()
        body.setHandleWidth(1)
        body.setChildrenCollapsible(False)
        body.addWidget(self.table)
        body.addWidget(holder(card, "surface"))
        body.setSizes([660, 400])
        body.setStretchFactor(0, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(body)
