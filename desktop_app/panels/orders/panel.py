"""The Orders panel: the list and the entry in one place, and the inspector of the order that is marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.change_feed import FreshView
from desktop_app.draft_keeper import DraftKeeper
from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders.deeds import OrderDeeds
from desktop_app.panels.orders.draft import PREFIX, Draft
from desktop_app.panels.orders.draft_sources import draft_again, draft_of_refused, draft_to_add, not_placed
from desktop_app.panels.orders.due_day import site_today
from desktop_app.panels.orders.entry import OrderEntry
from desktop_app.panels.orders.marked import MarkedOrder
from desktop_app.panels.orders.order_actions import bind_order_actions, paper_of
from desktop_app.panels.orders.order_list import OrderList
from desktop_app.panels.orders.placing import Placed
from desktop_app.panels.orders.words import count
from desktop_app.printing import offer_print
from desktop_app.scanner import ScanFeedback, ScanTarget
from desktop_app.widgets.pages import Pages
from local_db.queries.order_queries import OrderListRow
from services.storage.tables import Customer

_LIST_TABLES: Final = ("order", "order_line", "backorder", "customer", "attention", "outbox")
_STORY_TABLES: Final = (
    *_LIST_TABLES,
    "reservation",
    "allocation",
    "shipment",
    "route",
    "stop",
    "pick_task",
    "event",
    "stock_level",
)


class Panel(QWidget):
    """The Orders panel."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        self._site_id, self._currency = context.session.site_id, context.session.currency
        self._wanted = ""
        self._sought = ""
        self._began = False
        self._keeper = DraftKeeper(context, self, Draft, PREFIX, partial(not_placed, context.desk))
        self._bind_first()
        self.list = OrderList(context, self._site_id, self.today)
        self.entry = OrderEntry(context, self._site_id, self._currency, self._keeper)
        self.table = self.list.table
        self.search_field = self.list.search
        self._deeds = OrderDeeds(context, self)
        self.marked = MarkedOrder(
            context, self._deeds, self.table.current_row, self.today, _STORY_TABLES, self
        )
        self._pages = Pages()
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.entry)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self._connect()
        self._bind()
        self._fresh = FreshView(self.list, context.feed, _LIST_TABLES, self.list.refresh)
        self._keeper.list_drafts(self._offer_drafts)

    # -- what the window calls -------------------------------------------------------------------------------------

    def activate(self) -> None:
        """Refresh if stale, and take the keyboard."""
        self._fresh.refresh_if_stale()
        offer_print(self._context, self, lambda: paper_of(self._chosen()))
        if self.is_entering:
            self.entry.begin()
        else:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def deactivate(self) -> None:
        """Write the draft down."""
        self._keeper.flush()

    def search(self, text: str) -> None:
        """Search the list."""
        self._show_list()
        self.list.search.setText(text)

    def inspector(self) -> QWidget | None:
        """The inspector of the order that is marked; none while one is being entered."""
        if self.is_entering or self.table.current_row() is None:
            return None
        return self.marked.widget

    def scan_targets(self) -> Sequence[ScanTarget]:
        """An order's label shows it; while entering, a product's barcode adds a line."""
        order = ScanTarget("order", lambda scan: str(scan.kind) in ("order", "shipment"), self._on_order_scan)
        return (order, *self.entry.scan_targets()) if self.is_entering else (order,)

    def reveal(self, kind: str, item_id: str) -> None:
        """`order`: select it; `resend`: enter a refused order again; `customer`: their orders; `new`: a new order."""
        if kind == "order":
            self._show_list()
            self._select(item_id)
        elif kind == "resend":
            self._load_refused(int(item_id))
        elif kind == "customer":
            self._show_list()
            read = self._context.desk.read
            self._context.runner.run(
                lambda: read.get(Customer, item_id),
                lambda row: self.list.show_customer(item_id, row.name if row else item_id),
                self,
            )
        elif kind == "new":
            self.new_order()

    def state(self) -> Mapping[str, object]:
        """Filters, and the draft in hand."""
        draft = self.entry.draft
        return {**self.list.state(), "entry": draft.key if self.is_entering and not draft.is_empty else ""}

    def restore(self, state: Mapping[str, object]) -> None:
        """Bring filters back, and go on with the draft that was open."""
        self.list.restore(state)
        key = state.get("entry")
        if isinstance(key, str) and key:
            self._keeper.load(key, self._go_on)

    # -- list and entry --------------------------------------------------------------------------------------------

    @property
    def is_entering(self) -> bool:
        """Whether the entry is shown."""
        return self._pages.currentWidget() is self.entry

    def today(self) -> date:
        """Today at the site."""
        return site_today(self._context.session.time_zone)

    def new_order(self, draft: Draft | None = None) -> None:
        """Enter a new order here; the draft in hand is kept."""
        self._context.shell.hide_inspector()
        self._context.shell.clear_notice("orders.drafts")
        fresh = draft
        if fresh is None and self.is_entering and not self.entry.draft.is_empty:
            fresh = Draft(self._context.desk.new_id())
        self._pages.setCurrentWidget(self.entry)
        self.entry.begin(fresh)
        self._context.actions.refresh()

    def _show_list(self) -> None:
        if not self.is_entering:
            return
        self._keeper.flush()
        self._pages.setCurrentWidget(self.list)
        self._fresh.refresh_if_stale()
        self._keeper.list_drafts(self._offer_drafts)
        self._context.actions.refresh()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.marked.was_opened and (row := self.table.current_row()) is not None:
            self.marked.open(row)

    def _go_on(self, draft: Draft | None) -> None:
        if draft is not None:
            self.new_order(draft)

    def _offer_drafts(self, drafts: Sequence[Draft]) -> None:
        self.list.show_drafts(drafts)
        if drafts and not self.marked.was_opened and not self.is_entering and not hasattr(self, "_offered"):
            latest = drafts[0]
            words = f"An order for {latest.title} was begun here and not placed: {count(len(latest.lines), 'line')}."
            self._context.shell.notice(
                "orders.drafts", words, "info", ("Go on with it", lambda: self.new_order(latest))
            )
        self._offered = True

    def _on_placed(self, placed: Placed) -> None:
        self._wanted = placed.order_id
        if placed.added_lines:
            sure = ", certain: set aside for this desk" if placed.is_certain else ""
            text = (
                placed.message or f"{count(placed.added_lines, 'line')} added to order {placed.number}{sure}"
            )
            self._context.toasts.show(text, "warning" if placed.message else "ok")
            self._leave_entry()
            return
        done = "confirmed" if placed.is_certain else "placed"
        text = placed.message or f"Order {placed.number} for {placed.customer} {done}"
        self._context.toasts.show(text, "warning" if placed.message else "ok", ("Undo", self._context.undo))

    def _select(self, order_id: str) -> None:
        """Mark an order once the list is fresh; where the filters hide it, they go."""
        self._sought = order_id
        self.list.refresh()

    def _on_loaded(self, anew: bool) -> None:
        if not anew:
            return
        order_id, self._sought = self._sought, ""
        if not order_id:
            if not self._began and self.table.row_count() and self.table.current_row() is None:
                self.table.select_number(0)
            self._began = True
            return
        self._began = True
        if self.table.select_key(order_id):
            return
        read = self._context.desk.read
        self._context.runner.run(
            lambda: read.order(order_id), lambda row: self._on_sought(order_id, row), self, key="select"
        )

    def _on_sought(self, order_id: str, row: Any) -> None:
        if row is None:
            self._context.toasts.show(
                "This order is not on this desk: it was refused, or is too old.", "warning"
            )
            return
        self.table.select_key(order_id)
        self.list.show_only(row.number)

    def _load_refused(self, item_id: int) -> None:
        """Fill the entry from a command that the server refused."""
        desk, site_id = self._context.desk, self._site_id

        def then(draft: Draft | None) -> None:
            if draft is None:
                self._context.toasts.show("Somebody has dealt with it already.", "neutral")
            else:
                self.new_order(draft)

        self._context.runner.run(
            lambda: draft_of_refused(desk, site_id, item_id), then, self, label="Opening the refused order"
        )

    def _add_lines(self) -> None:
        """Enter more lines for the order that is marked."""
        story = self.marked.story
        if story is not None:
            self.new_order(draft_to_add(self._context.desk, story))

    def _order_again(self) -> None:
        """A new draft with the customer and lines of the order that is marked."""
        desk, site_id, story = self._context.desk, self._site_id, self.marked.story
        if story is not None:
            self._context.runner.run(
                lambda: draft_again(desk, site_id, story), self.new_order, self, label="Copying the order"
            )

    # -- the order that is marked ----------------------------------------------------------------------------------

    def _on_current(self, row: OrderListRow | None) -> None:
        self._context.actions.refresh()
        if row is None:
            return
        shown = self.marked.widget.isVisible()
        if not self.is_entering and self.isVisible() and (shown or not self.marked.was_opened):
            self.marked.open(row)
        else:
            self.marked.load()

    def _on_order_scan(self, scan: Any) -> ScanFeedback | None:
        number = str(scan.code).split("-S")[0]
        read = self._context.desk.read

        def then(rows: Sequence[Any]) -> None:
            if rows:
                self._show_list()
                self._select(rows[0].id)
                self._context.scanner.good(f"Order {rows[0].number}")
            else:
                self._context.scanner.bad(f"No order {number} here")

        self._context.runner.run(lambda: read.orders(number=number, limit=1), then, self)
        return None

    # -- wiring ----------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.table.current_changed.connect(self._on_current)
        self.table.selection_changed.connect(self._context.actions.refresh)
        self.table.rows.loaded.connect(self._on_loaded)
        self.table.opened.connect(self.marked.open)
        self.list.draft_chosen.connect(self.new_order)
        self.entry.left.connect(self._leave_entry)
        self.entry.drafts_changed.connect(lambda: self._keeper.list_drafts(self._offer_drafts))
        self.entry.placed.connect(self._on_placed)
        self.entry.show_order.connect(lambda order_id: self.reveal("order", order_id))
        self.marked.view.order_asked.connect(lambda order_id: self.reveal("order", order_id))
        self.marked.view.customer_asked.connect(self.list.show_customer)

    def _leave_entry(self) -> None:
        wanted, self._wanted = self._wanted, ""
        self._show_list()
        if wanted:
            self._select(wanted)

    def _bind_first(self) -> None:
        """What the widgets below ask the registry for as they are made."""
        self._context.actions.bind_all({"order.new": self.new_order})

    def _bind(self) -> None:
        actions = self._context.actions
        bind_order_actions(self._context, self._chosen, self._deeds, self.marked)
        actions.when("order_entry", lambda: self.is_entering)
        actions.bind_all(
            {
                "order.place": self.entry.place,
                "order.discard": self.entry.discard,
                "order.add_lines": self._add_lines,
                "order.again": self._order_again,
            }
        )

    def _chosen(self) -> Sequence[OrderListRow]:
        return [] if self.is_entering else self.table.selected_rows()
