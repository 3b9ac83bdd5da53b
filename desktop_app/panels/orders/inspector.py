"""The inspector of one order: where it stands, the four effects, each line's units, its delivery and its history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders import effects
from desktop_app.panels.orders.words import CHANNELS, count, day_in_words, status_of
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16
from desktop_app.widgets.age_label import AgeLabel
from desktop_app.widgets.buttons import action_button, button, icon_button
from desktop_app.widgets.columns import Column, mark_column
from desktop_app.widgets.ladder import Ladder
from desktop_app.widgets.layouts import holder, label, line, row, section
from desktop_app.widgets.pill import Pill
from desktop_app.widgets.row_source import ListSource
from desktop_app.widgets.row_table import RowTable
from local_db.queries.order_story_queries import Holder, LineStory, OrderStory

# What comes next for an order, the first that can be done; the rest stands behind "More".
_NEXT = ("order.confirm", "order.resume", "order.release", "order.retry", "order.close")
_MORE = ("order.edit", "order.add_lines", "order.retry", "-", "order.hold", "order.resume", "order.cancel", "-",
         "order.pick_list", "order.packing_slip", "-", "order.again")  # fmt: skip
_NEXT_WORDS = {
    "order.confirm": "Confirm",
    "order.resume": "Resume",
    "order.release": "Release",
    "order.retry": "Look for stock",
    "order.close": "Close",
}
_LINES = (
    mark_column(lambda line: "provisional" if line.provisional else ""),
    Column("sku", "SKU", lambda line: line.sku, width=80, strong=True, sortable=False, tip=lambda line: line.name),
    Column("wanted", "Units", lambda line: line.wanted, "number", width=56, sortable=False),
    Column("where", "Where they are", lambda line: where_words(line), width=100, stretch=True, sortable=False,
           tone=lambda line: "warning" if line.backordered else None),
)  # fmt: skip
_HOLDERS = (
    Column("number", "Order", lambda holder: holder.number, width=104, strong=True, sortable=False),
    Column("customer", "Customer", lambda holder: holder.customer_name, width=50, stretch=True, sortable=False),
    Column("quantity", "Units", lambda holder: holder.quantity, "number", width=58, sortable=False,
           tone=lambda holder: "warning" if holder.waits else None),
    Column("since", "Since", lambda holder: holder.since, "age", width=68, sortable=False),
)  # fmt: skip
_MOST_EVENTS = 12


def where_words(line: LineStory) -> str:
    """Where the units of a line are: `A-01-02-1: 5, 2 on backorder`."""
    on_way = line.consumed - line.delivered - line.returned
    parts = [line.bins]
    for units, words in (
        (line.backordered, "on backorder"),
        (on_way, "on the way"),
        (line.delivered - line.returned, "delivered"),
        (line.returned, "returned"),
        (line.cancelled, "cancelled"),
    ):
        if units > 0:
            parts.append(f"{units:,} {words}")
    return ", ".join(part for part in parts if part) or "Not promised"


class OrderInspector(QWidget):
    """Shows one story. `line_opened(line)` is Enter on a line; `holders_asked(line)` who holds its stock;
    `order_asked(id)` a holder that was opened; `customer_asked(id, name)` the other orders of the customer."""

    line_opened = Signal(object)
    holders_asked = Signal(object)
    order_asked = Signal(str)
    customer_asked = Signal(str, str)

    def __init__(self, context: PanelContext, today: Callable[[], date]) -> None:
        super().__init__()
        self._context, self._today = context, today
        self._story: OrderStory | None = None
        self.setObjectName("orders.inspector")
        theme = context.theme
        self._status, self._mark = Pill(theme), Pill(theme)
        self._customer = label("", "section", wrap=True)
        self._address = label("", "quiet", wrap=True, selectable=True)
        self._all_orders = button(theme, "Their orders", self._ask_customer, kind="quiet")
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(SPACE_12)
        self._facts.setVerticalSpacing(SPACE_4)
        self._facts.setColumnStretch(1, 1)
        self._placed = AgeLabel(zone=context.session.time_zone, parent=self)
        self._placed.setProperty("role", "body")
        self._note = label("", "body", wrap=True, selectable=True)
        self._buttons = self._action_row()
        self.ladder = Ladder(theme)
        self.ladder.setObjectName("orders.inspector.ladder")
        self.lines = RowTable(theme, context.runner, _LINES, name="Lines of the order", multi=False)
        self.lines.setObjectName("orders.inspector.lines")
        self._line_words = label("", "quiet", wrap=True)
        self._who = action_button(theme, context.actions, "order.holders", text="Who holds it")
        self._change = action_button(theme, context.actions, "order.quantity", text="Change units")
        self._holders_head = label("", "label", wrap=True)
        self.holders = RowTable(
            theme,
            context.runner,
            _HOLDERS,
            name="Who holds the stock",
            key=lambda h: (h.order_id, h.waits),
            multi=False,
        )
        self.holders.setObjectName("orders.inspector.holders")
        self._history = QVBoxLayout()
        self._history.setSpacing(SPACE_8)
        self._delivery = label("", "body", wrap=True)
        self._delivery_more = label("", "quiet", wrap=True)
        self._lay_out()
        self.lines.current_changed.connect(self._on_line)
        self.lines.opened.connect(self.line_opened)
        self.holders.opened.connect(lambda each: self.order_asked.emit(each.order_id))

    @property
    def story(self) -> OrderStory | None:
        """What is shown."""
        return self._story

    def current_line(self) -> LineStory | None:
        """The line that is marked, or the only one there is."""
        marked = self.lines.current_row()
        if marked is None and self._story is not None and len(self._story.lines) == 1:
            return self._story.lines[0]
        return marked

    def show_story(self, story: OrderStory) -> None:
        """Show another order, or the same one as it is now."""
        other = self._story is None or self._story.row.id != story.row.id
        self._story = story
        zone = self._context.session.time_zone
        self._show_head(story)
        self.ladder.show_effects(effects.effects_of(story, zone))
        self.lines.set_source(
            ListSource(story.lines), first=story.lines, count=len(story.lines), keep_place=True
        )
        height = self._context.theme.metrics.row
        self.lines.setFixedHeight(height * (min(6, max(1, len(story.lines))) + 1) + 4)
        if other:
            self.lines.clearSelection()
            self.hide_holders()
        self._on_line(self.current_line())
        self._show_delivery(story, zone)
        self._show_history(story, zone)
        self._context.actions.refresh()

    def show_holders(self, line_: LineStory, holders: Sequence[Holder]) -> None:
        """Show to whom a product's units are promised, and who waits."""
        height = self._context.theme.metrics.row
        promised = sum(each.quantity for each in holders if not each.waits)
        waits = sum(each.quantity for each in holders if each.waits)
        self._holders_head.setText(
            f"{line_.sku}: {promised:,} promised, {max(0, line_.available):,} free"
            + (f", {waits:,} waiting (amber)" if waits else "")
        )
        self.holders.set_source(ListSource(list(holders)), first=list(holders), count=len(holders))
        self.holders.setFixedHeight(height * (min(7, max(1, len(holders))) + 1) + 4)
        self._holders_head.show()
        self.holders.show()

    def hide_holders(self) -> None:
        """Put that list away."""
        self._holders_head.hide()
        self.holders.hide()

    def _show_head(self, story: OrderStory) -> None:
        row_, order = story.row, story.order
        self._status.show_status(*status_of(row_.status))
        marks = {"provisional": ("Provisional", "provisional"), "at_risk": ("At risk", "warning"),
                 "attention": ("Needs you: see the Outbox", "danger")}  # fmt: skip
        mark = marks.get(row_.mark)
        self._mark.setVisible(mark is not None)
        if mark is not None:
            self._mark.show_status(*mark)  # type: ignore[arg-type]
        self._customer.setText(row_.customer_name)
        self._address.setText(
            ", ".join(part for part in (order.ship_street, order.ship_city, order.ship_postcode) if part)
        )
        self._show_facts(
            (
                ("Total", f"{formats.money(row_.total_minor, row_.currency)}, {count(row_.wanted, 'unit')}"),
                ("Due", day_in_words(row_.due_on, self._today())),
                ("Priority", str(row_.priority)),
                ("Placed", ""),
                (
                    "From",
                    CHANNELS.get(row_.channel, row_.channel)
                    + (f", {order.external_id}" if order.external_id else ""),
                ),
            ),
        )
        self._placed.set_time(row_.placed_at, f"{row_.placed_by_name}," if row_.placed_by_name else "")
        self._note.setText(order.note)
        self._note.setVisible(bool(order.note))

    def _show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        for place, (title, words) in enumerate(facts):
            if self._facts.itemAtPosition(place, 0) is None:
                self._facts.addWidget(label("", "label"), place, 0)
                value = self._placed if title == "Placed" else label("", selectable=True)
                self._facts.addWidget(value, place, 1)
            self._facts.itemAtPosition(place, 0).widget().setText(title)  # type: ignore[attr-defined]
            if title != "Placed":
                self._facts.itemAtPosition(place, 1).widget().setText(words)  # type: ignore[attr-defined]

    def _show_delivery(self, story: OrderStory, zone: str) -> None:
        live = [shipment for shipment in story.shipments if shipment.status != "cancelled"] or story.shipments
        if not live:
            self._delivery.setText("No shipment yet")
            self._delivery_more.setText("It is made as soon as something is reserved.")
            return
        shipment = live[-1]
        self._delivery.setText(effects.delivery_in_words(shipment, zone) or f"Shipment {shipment.number}")
        parts = [f"Shipment {shipment.number}", shipment.status.replace("_", " ")]
        parts += [f"route {shipment.route_number}"] if shipment.route_number else []
        parts += [shipment.driver_name] if shipment.driver_name else []
        parts += [count(shipment.parcels, "parcel")] if shipment.parcels else []
        self._delivery_more.setText(", ".join(parts))

    def _show_history(self, story: OrderStory, zone: str) -> None:
        while self._history.count():
            self._history.takeAt(0).widget().deleteLater()
        for event in story.history[:_MOST_EVENTS]:
            words = label(event.text, wrap=True)
            who = f"{event.actor_name or 'Holdfast'}, {'provisional, ' if event.provisional else ''}".strip()
            when = AgeLabel(who, event.at, zone)
            piece = QVBoxLayout()
            piece.setContentsMargins(0, 0, 0, 0)
            piece.setSpacing(0)
            piece.addWidget(words)
            piece.addWidget(when)
            self._history.addWidget(holder(piece))

    def _on_line(self, chosen: LineStory | None) -> None:
        if chosen is None:
            self._line_words.setText("Mark a line to see where its units are.")
        else:
            price = formats.money(chosen.price_minor, self._story.row.currency if self._story else "GBP")
            self._line_words.setText(
                f"{chosen.name}, {price} each. {where_words(chosen)}. {max(0, chosen.available):,} more free."
            )
        self._context.actions.refresh()

    def _ask_customer(self) -> None:
        if self._story is not None:
            self.customer_asked.emit(self._story.row.customer_id, self._story.row.customer_name)

    def _action_row(self) -> QHBoxLayout:
        theme, actions = self._context.theme, self._context.actions
        self._next: list[tuple[str, QWidget]] = []
        for action_id in _NEXT:
            made = action_button(theme, actions, action_id, kind="primary", text=_NEXT_WORDS[action_id])
            made.setObjectName(f"orders.do.{action_id.removeprefix('order.')}")
            # Without a parent it would open as a window of its own when it is first shown.
            made.setParent(self)
            made.hide()
            self._next.append((action_id, made))
        edit = action_button(theme, actions, "order.edit", text="Change")
        edit.setObjectName("orders.do.edit")
        self._more = icon_button(theme, "more", "More that can be done with this order", self._show_more)
        self._more.setObjectName("orders.do.more")
        actions.changed.connect(self._show_next)
        return row(*(made for _id, made in self._next), edit, self._more, "stretch")

    def _show_next(self) -> None:
        """Only the first thing that can be done next is there."""
        first = next(
            (action_id for action_id, _made in self._next if self._context.actions.is_enabled(action_id)), ""
        )
        for action_id, made in self._next:
            made.setVisible(action_id == first)

    def _show_more(self) -> None:
        menu = QMenu(self)
        actions = self._context.actions
        for action_id in _MORE:
            if action_id == "-":
                menu.addSeparator()
            elif actions.is_enabled(action_id):
                menu.addAction(actions.qaction(action_id))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE_16, SPACE_4, SPACE_16, SPACE_16)
        whole.setSpacing(SPACE_8)
        whole.addLayout(row(self._status, self._mark, "stretch"))
        whole.addLayout(row(self._customer, "stretch", self._all_orders))
        whole.addWidget(self._address)
        whole.addLayout(self._facts)
        whole.addWidget(self._note)
        whole.addLayout(self._buttons)
        for title, pieces in (
            ("Effects", (self.ladder,)),
            ("Lines", (self.lines, self._line_words)),
        ):
            whole.addWidget(line())
            whole.addLayout(section(title))
            for piece in pieces:
                whole.addWidget(piece)
        whole.addLayout(row(self._change, self._who, "stretch"))
        whole.addWidget(self._holders_head)
        whole.addWidget(self.holders)
        whole.addWidget(line())
        whole.addLayout(section("Delivery"))
        whole.addWidget(self._delivery)
        whole.addWidget(self._delivery_more)
        whole.addWidget(line())
        whole.addLayout(section("History"))
        whole.addLayout(self._history)
        whole.addStretch(1)
        self.hide_holders()
