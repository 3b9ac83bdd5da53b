"""The list of orders with its search field, its filters and the drafts that wait to be gone on with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders.draft import Draft
from desktop_app.panels.orders.list_columns import FILTERS, filter_of, list_columns
from desktop_app.panels.orders.words import count
from desktop_app.themes.tokens import SPACE_8
from desktop_app.widgets.buttons import action_button, button
from desktop_app.widgets.chips import FilterChips
from desktop_app.widgets.choice_menu import ChoiceMenu
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.layouts import body_margins, holder, label, row
from desktop_app.widgets.row_source import QuerySource
from desktop_app.widgets.row_table import RowTable
from desktop_app.widgets.search_field import SearchField
from local_db.queries.order_entry_queries import recent_customers
from local_db.queries.order_queries import OrderFilter, OrderListRow, order_count, order_page
from services.storage.tables import Customer

CONTEXT_ACTIONS = (
    "order.edit", "order.quantity", "order.add_lines", "-", "order.release", "order.retry", "order.hold", "order.resume",
    "order.close", "order.cancel", "-", "order.pick_list", "order.packing_slip", "-", "order.again",
)  # fmt: skip

_MOST_CUSTOMERS = 12


class OrderList(QWidget):
    """`current_changed(row)`, `selection_changed()` and `opened(row)` are the table's; `draft_chosen(draft)` one to resume."""

    draft_chosen = Signal(object)
    filtered = Signal()

    def __init__(self, context: PanelContext, site_id: str, today: Callable[[], date]) -> None:
        super().__init__()
        self._context, self._site_id, self._today = context, site_id, today
        self._customer: tuple[str, str] | None = None
        self._drafts: Sequence[Draft] = ()
        theme = context.theme
        self.search = SearchField(theme, "Number or customer")
        self.search.setObjectName("orders.search")
        self.search.setFixedWidth(260)
        self.chips = FilterChips(theme, FILTERS)
        self.chips.setObjectName("orders.filters")
        self._count = label("", "label")
        self._drafts_button = button(theme, "", None, icon="edit")
        self._drafts_button.setObjectName("orders.drafts")
        self._drafts_button.hide()
        self._drafts_button.clicked.connect(lambda _checked=False: self._show_drafts_menu())
        self._new = action_button(theme, context.actions, "order.new", kind="primary")
        self._new.setObjectName("orders.new")
        self._empty = EmptyState(
            theme,
            "order",
            "No orders yet",
            "Ctrl+N enters one. Orders from the shop and from files appear here too.",
        )
        self.table = RowTable(
            theme,
            context.runner,
            list_columns(today),
            name="Orders",
            settings=context.settings,
            empty=self._empty,
            label="Loading orders",
            zone=context.session.time_zone,
        )
        self.table.setObjectName("orders.table")
        self.table.set_context_actions(context.actions, CONTEXT_ACTIONS)
        self._lay_out()
        self.search.searched.connect(lambda _text: self.apply())
        self.search.left_down.connect(lambda: self.table.setFocus(Qt.FocusReason.OtherFocusReason))
        self.search.entered.connect(lambda _text: self.table.select_number(0))
        self.chips.changed.connect(lambda _values: self._on_chips())
        self.chips.asked.connect(lambda _key: self._ask_customer())
        self.table.rows.loaded.connect(lambda _anew: self._show_count())

    @property
    def filter(self) -> OrderFilter:
        """What is asked for now."""
        return filter_of(
            self.chips.values(),
            site_id=self._site_id,
            customer_id=self._customer[0] if self._customer else "",
            text=self.search.text().strip(),
            actor_id=self._context.desk.actor_id,  # type: ignore[attr-defined]
            today=self._today().isoformat(),
        )

    def apply(self) -> None:
        """Show what the filters ask for."""
        wanted, read = self.filter, self._context.desk.read

        def page(
            offset: int, limit: int, after: OrderListRow | None, order: str, descending: bool
        ) -> list[OrderListRow]:
            return order_page(
                read,
                wanted,
                limit=limit,
                offset=offset,
                after=after,
                order=order or "placed_at",
                descending=descending,
            )

        self.table.set_source(QuerySource(lambda: order_count(read, wanted), page, "placed_at", True))
        bare = OrderFilter(site_id=self._site_id)
        if wanted == bare:
            self._empty.say(
                "No orders yet",
                "Ctrl+N enters one. Orders from the shop and from files appear here too.",
                "order",
            )
        else:
            self._empty.say("No order fits", "Take a filter away, or search for something else.", "filter")
        self.filtered.emit()

    def refresh(self) -> None:
        """Something changed: fetch again what is visible."""
        if self.table.rows.source is None:
            self.apply()
        else:
            self.table.refresh()

    def show_customer(self, customer_id: str, name: str) -> None:
        """Only this customer's orders; an empty id takes that filter away."""
        if customer_id:
            self._customer = (customer_id, name)
            self.chips.set_found("customer", customer_id, name)
            self.apply()
        else:
            self.chips.set_filter("customer", ())

    def show_only(self, text: str) -> None:
        """Take every filter away and search for `text`."""
        self._customer = None
        self.chips.restore({})
        self.search.setText(text)
        self.apply()

    def show_drafts(self, drafts: Sequence[Draft]) -> None:
        """Offer unfinished orders."""
        self._drafts = drafts
        self._drafts_button.setText(count(len(drafts), "draft"))
        self._drafts_button.setVisible(bool(drafts))
        self._drafts_button.setToolTip("Orders that were begun and not placed")

    def state(self) -> Mapping[str, object]:
        """What is to be remembered."""
        chips = {key: value for key, value in self.chips.values().items() if key != "customer"}
        return {"chips": chips, "customer": list(self._customer) if self._customer else None}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Bring filters back."""
        chips, customer = state.get("chips"), state.get("customer")
        if isinstance(chips, dict):
            self.chips.restore(chips)
        if isinstance(customer, list) and len(customer) == 2:
            self._customer = (str(customer[0]), str(customer[1]))
            self.chips.set_found("customer", *self._customer)

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(*body_margins())
        head.setSpacing(SPACE_8)
        head.addLayout(row(self.search, "stretch", self._drafts_button, self._new))
        head.addLayout(row(self.chips, "stretch", self._count))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(holder(head))
        whole.addWidget(self.table, 1)

    def _on_chips(self) -> None:
        if "customer" not in self.chips.values():
            self._customer = None
        self.apply()

    def _ask_customer(self) -> None:
        read, site_id = self._context.desk.read, self._site_id
        self._context.runner.run(
            lambda: recent_customers(read, site_id, limit=_MOST_CUSTOMERS),
            self._offer_customers,
            self,
            key="customers",
        )

    def _offer_customers(self, recent: Sequence[Customer]) -> None:
        """The one filtered by, that of the marked order, then those who ordered last; any other by the search field."""
        menu, marked = ChoiceMenu(self, "orders.customers"), self.table.current_row()
        offered = [self._customer] if self._customer else []
        offered += [(marked.customer_id, marked.customer_name)] if marked is not None else []
        for customer_id, name in dict([*offered, *((each.id, each.name) for each in recent)]).items():
            chosen = self._customer is not None and self._customer[0] == customer_id
            menu.offer(name, partial(self.show_customer, customer_id, name), checked=chosen)
        menu.addSeparator()
        menu.offer("Search by name", lambda: self.search.setFocus(Qt.FocusReason.ShortcutFocusReason))
        menu.pop_under(self.chips.chip("customer"))

    def _show_count(self) -> None:
        self._count.setText(count(self.table.row_count(), "order"))

    def _show_drafts_menu(self) -> None:
        menu = ChoiceMenu(self)
        for draft in self._drafts:
            words = f"{draft.title}, {count(len(draft.lines), 'line')}, {formats.ago(draft.saved_at)}"
            menu.offer(words, partial(self.draft_chosen.emit, draft))
        menu.pop_under(self._drafts_button)
