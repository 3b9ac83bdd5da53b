"""Who orders: looked up by code, name or city as one types, with the address below once they are chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders.draft import Draft, DraftCustomer
from desktop_app.panels.orders.draft_sources import draft_customer
from desktop_app.panels.orders.suggest_field import SuggestField
from desktop_app.panels.orders.suggest_popup import SuggestRow
from desktop_app.themes.tokens import SPACE_4
from desktop_app.widgets.layouts import column, label
from local_db.queries.order_entry_queries import recent_customers
from services.storage.tables import Customer


class CustomerPick(QWidget):
    """`chosen(DraftCustomer)`; `typed(text)` while nobody is chosen; `walked()` on Enter once somebody is."""

    chosen = Signal(object)
    typed = Signal(str)
    walked = Signal()

    def __init__(self, context: PanelContext, site_id: str) -> None:
        super().__init__()
        self._read, self._site_id = context.desk.read, site_id
        self._customer: DraftCustomer | None = None
        self.field = SuggestField(
            context.theme,
            context.runner,
            self._find,
            lambda found: SuggestRow(found.code, found.name, found.city, None, found.postcode),
            foot=lambda: "Enter takes, arrows choose.",
            nothing="No customer has “{}” in code, name or city.",
            offers_unasked=True,
        )
        self.field.setObjectName("orders.entry.customer")
        self.field.setPlaceholderText("Code, name or city")
        self.field.setAccessibleName("Customer")
        self._words, self.error = label("", "label"), label("", "error")
        self.error.hide()
        head = label("Customer", "label")
        head.setBuddy(self.field)
        self.setLayout(column(head, self.field, self._words, self.error, gap=SPACE_4))
        self.setFocusProxy(self.field)
        self.field.chosen.connect(self._take)
        self.field.walked.connect(self._on_walked)
        self.field.unknown.connect(self.say_unknown)
        self.field.textChanged.connect(self._on_text)

    def show_draft(self, draft: Draft) -> None:
        """Show the customer of a draft, or what was typed for one."""
        self._customer = draft.customer
        if draft.customer is not None:
            self.field.show_text(f"{draft.customer.name}  {draft.customer.code}")
        else:
            self.field.show_text(draft.customer_typed)
            self.field.forget()
        self._words.setText(draft.customer.place if draft.customer else "")
        self.field.setReadOnly(bool(draft.add_to))
        self.say("")

    def say(self, problem: str) -> None:
        """Say what is wrong; empty takes it away."""
        self.error.setText(problem)
        # One takes the place of the other, so that nothing below moves.
        self.error.setVisible(bool(problem))
        self._words.setVisible(not problem)

    def say_unknown(self, text: str) -> None:
        """Nobody is called that."""
        self.say(f"No customer has “{text}” in code, name or city.")

    def _find(self, text: str) -> Sequence[Customer]:
        if not text:
            return recent_customers(self._read, self._site_id)
        found: Sequence[Customer] = self._read.search_customers(text, limit=9)
        return found

    def _take(self, found: Customer) -> None:
        self.chosen.emit(draft_customer(found))

    def _on_walked(self) -> None:
        if self._customer is None:
            self.say("Customer: choose who orders.")
        else:
            self.walked.emit()

    def _on_text(self, text: str) -> None:
        self.say("")
        if not self.field.is_quiet:
            self._customer = None
            self._words.setText("")
            self.typed.emit(text)
