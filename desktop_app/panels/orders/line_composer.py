"""The row where lines are made: a product as one types, a quantity, a price; Enter walks and adds."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop_app import formats
from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders.draft import DraftLine
from desktop_app.panels.orders.number_fields import PriceField, QuantityField
from desktop_app.panels.orders.pasted_rows import looks_like_rows
from desktop_app.panels.orders.suggest_field import SuggestField
from desktop_app.panels.orders.suggest_popup import SuggestRow
from desktop_app.themes.tokens import SPACE_4, SPACE_12, Tone
from desktop_app.widgets.buttons import button
from desktop_app.widgets.layouts import label
from local_db.queries.order_entry_queries import ProductHit, product_hits
from services.domain.refusals import RuleViolation

_QUANTITY_WIDTH = 92
_PRICE_WIDTH = 104


class LineComposer(QWidget):
    """`added(hit, quantity, price_minor)` for each line, `replaced(...)` where one was being edited.

    `walked()` is Enter with nothing to add; `typed(text)` what stands in the product field, for the draft.
    """

    added = Signal(object, int, object)
    replaced = Signal(object, int, object)
    walked = Signal()
    pasted = Signal(str)
    typed = Signal(str)

    def __init__(
        self, context: PanelContext, site_id: str, currency: str, stock_age: Callable[[], str]
    ) -> None:
        super().__init__()
        self._currency = currency
        self._hit: ProductHit | None = None
        self._edits = False
        desk = context.desk
        self.product = SuggestField(
            context.theme,
            context.runner,
            lambda text: product_hits(desk.read, site_id, text),
            self._row_of,
            foot=lambda: f"Free to promise, {stock_age()}.  Enter takes, arrows choose.",
            nothing="No product has “{}” in its sku, name or barcode.",
            takes_paste=looks_like_rows,
        )
        self.product.setObjectName("orders.entry.sku")
        self.product.setPlaceholderText("Sku, name or barcode; or paste rows of sku and quantity")
        self.product.setAccessibleName("Product")
        self.quantity = QuantityField()
        self.quantity.setObjectName("orders.entry.quantity")
        self.quantity.setAccessibleName("Quantity")
        self.quantity.setFixedWidth(_QUANTITY_WIDTH)
        self.price = PriceField(currency)
        self.price.setObjectName("orders.entry.price")
        self.price.setAccessibleName("Price of one")
        self.price.setFixedWidth(_PRICE_WIDTH)
        self.add_button = button(context.theme, "Add", self.commit, icon="plus")
        self.add_button.setObjectName("orders.entry.add")
        self.add_button.setToolTip("Add the line (Enter)")
        self._note = label("", "label")
        self._error = label("", "error", wrap=True)
        self._error.hide()
        self._lay_out()
        self.product.chosen.connect(self.take)
        self.product.walked.connect(self._on_walked)
        self.product.unknown.connect(
            lambda text: self.show_error(f"No product has “{text}” in its sku, name or barcode.")
        )
        self.product.pasted.connect(self._on_pasted)
        self.product.textChanged.connect(self._on_typed)
        self.quantity.entered.connect(self.commit)
        self.quantity.textChanged.connect(lambda _text: self._show_note())
        self.price.entered.connect(self.commit)

    def take(self, hit: ProductHit) -> None:
        """A product was chosen: show it and ask how many."""
        self._hit = hit
        self._edits = False
        self.product.show_text(f"{hit.sku}  {hit.name}")
        self.quantity.setText(str(hit.pack))
        self.price.show_minor(hit.price_minor)
        self._show_note()
        self.quantity.setFocus(Qt.FocusReason.TabFocusReason)

    def edit(self, line: DraftLine) -> None:
        """Change a line that is there: its quantity and price are shown, Enter puts the new ones in place."""
        self.take(
            ProductHit(
                line.product_id, line.sku, line.name, "", line.price_minor, self._currency, line.available
            )
        )
        self._edits = True
        self.quantity.setText(str(line.quantity))
        self.quantity.selectAll()
        self.add_button.setText("Change")

    @property
    def has_product(self) -> bool:
        """Whether a product is chosen that is no line yet."""
        return self._hit is not None

    @property
    def unsettled(self) -> str:
        """What is typed and not chosen."""
        return "" if self._hit is not None else self.product.text().strip()

    def commit(self) -> bool:
        """Make a line of what is there; answers whether it could."""
        if self._hit is None:
            self.product.setFocus(Qt.FocusReason.OtherFocusReason)
            return False
        quantity = self.quantity.value()
        if quantity is None:
            self.show_error("Quantity: write a whole number above zero.")
            self.quantity.setFocus(Qt.FocusReason.OtherFocusReason)
            return False
        try:
            price = self.price.minor()
        except RuleViolation as refusal:
            self.show_error(f"Price: {refusal.details[0]['problem']}.")
            self.price.setFocus(Qt.FocusReason.OtherFocusReason)
            return False
        hit, edits = self._hit, self._edits
        self.clear()
        self.product.setFocus(Qt.FocusReason.TabFocusReason)
        (self.replaced if edits else self.added).emit(hit, quantity, price)
        return True

    def clear(self, typed: str = "") -> None:
        """Begin a new line."""
        self._hit, self._edits = None, False
        self.product.show_text("")
        if typed:
            self.product.setText(typed)
        self.quantity.setText("1")
        self.price.clear()
        self.add_button.setText("Add")
        self.show_error("")
        self._show_note()

    def show_error(self, text: str) -> None:
        """Say what is wrong below the fields; empty takes it away."""
        self._error.setText(text)
        self._error.setVisible(bool(text))
        self.product.setAccessibleDescription(text)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_12)
        grid.setVerticalSpacing(SPACE_4)
        for column, (title, field) in enumerate(
            (("Product", self.product), ("Quantity", self.quantity), ("Price of one", self.price))
        ):
            head = label(title, "label")
            head.setBuddy(field)
            grid.addWidget(head, 0, column)
            grid.addWidget(field, 1, column)
        grid.addWidget(self.add_button, 1, 3)
        grid.addWidget(self._note, 2, 0)
        grid.addWidget(self._error, 3, 0, 1, 4)
        grid.setColumnStretch(0, 1)

    def _row_of(self, hit: ProductHit) -> SuggestRow:
        tone: Tone | None = "danger" if hit.available <= 0 else None
        return SuggestRow(
            hit.sku,
            hit.name,
            f"{formats.number(max(0, hit.available))} free",
            tone,
            formats.money(hit.price_minor, hit.currency),
        )

    def _show_note(self) -> None:
        hit = self._hit
        if hit is None:
            self._note.setText("Enter on an empty product goes on to the due day")
            return
        lacking = (self.quantity.value() or 0) - max(0, hit.available)
        short = f", {formats.number(lacking)} short" if lacking > 0 else ""
        self._note.setText(f"{formats.number(max(0, hit.available))} free{short}")

    def _on_walked(self) -> None:
        if self._hit is not None:
            self.quantity.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.walked.emit()

    def _on_pasted(self, text: str) -> None:
        self.clear()
        self.pasted.emit(text)

    def _on_typed(self, text: str) -> None:
        if self._hit is not None and not self.product.is_settled:
            self._hit, self._edits = None, False
            self.price.clear()
            self.add_button.setText("Add")
            self._show_note()
        self.show_error("")
        self.typed.emit("" if self._hit is not None else text)
