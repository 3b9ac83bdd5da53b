"""Two decisions about an order that are finished before anything else: its fields, and the quantity of a line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec import UNSET
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.panels.orders.due_day import UnknownDay, read_day
from desktop_app.panels.orders.words import PRIORITIES
from desktop_app.themes.theme import Theme
from desktop_app.widgets.form_rows import Form
from desktop_app.widgets.layouts import label
from desktop_app.widgets.quantity_edit import QuantityEdit
from local_db.queries.order_story_queries import LineStory
from services.commands import OrderFields
from services.storage.tables import Order

_TEXTS = (
    ("note", "Note"),
    ("ship_name", "Deliver to"),
    ("ship_street", "Street"),
    ("ship_city", "Town"),
    ("ship_postcode", "Postcode"),
)


class FieldsDialog(DialogFrame):
    """Changes what may be changed after an order was placed. `on_change(expected, values)` carries only what differs."""

    def __init__(
        self,
        theme: Theme,
        order: Order,
        today: date,
        on_change: Callable[[OrderFields, OrderFields], object],
        parent: QWidget,
    ) -> None:
        super().__init__(
            theme, f"Change order {order.number}", "What is not touched stays as it is.", parent, width=480
        )
        self.setObjectName("orders.fields")
        self._order, self._today, self._on_change = order, today, on_change
        self._form = Form(beside=True)
        due = QLineEdit(order.due_on)
        due.setPlaceholderText("tomorrow, fri, 24/11; empty for none")
        self._form.add("due_on", "Due", due)
        priority = QComboBox()
        for value, words in PRIORITIES:
            priority.addItem(words, value)
        priority.setCurrentIndex(priority.findData(order.priority))
        self._form.add("priority", "Priority", priority)
        for name, title in _TEXTS:
            field = QLineEdit(getattr(order, name))
            field.setObjectName(f"orders.fields.{name}")
            self._form.add(name, title, field)
        due.setObjectName("orders.fields.due_on")
        priority.setObjectName("orders.fields.priority")
        self.body.addWidget(self._form)
        self.add_button("Cancel", self.reject, "quiet")
        self.add_button("Save changes", self._save, "primary").setObjectName("orders.fields.save")
        due.setFocus()

    def _save(self) -> None:
        values = self._form.values()
        written = str(values["due_on"])
        try:
            # A day that was there before may have passed; only a new one must lie ahead.
            due_on = written if written == self._order.due_on else read_day(written, self._today)
        except UnknownDay as wrong:
            self._form.show_errors({"due_on": str(wrong)})
            return
        wanted: dict[str, object] = {**values, "due_on": due_on}
        changed = {name: value for name, value in wanted.items() if value != getattr(self._order, name)}
        self.accept()
        if changed:
            seen = {name: getattr(self._order, name) for name in changed}
            self._on_change(_fields(seen), _fields(changed))


class QuantityDialog(DialogFrame):
    """Asks how many units a line is to have. `on_change(quantity)`; 0 cancels the line."""

    def __init__(
        self, theme: Theme, number: str, line: LineStory, on_change: Callable[[int], object], parent: QWidget
    ) -> None:
        super().__init__(theme, f"{line.sku} of {number}", line.name, parent, width=400)
        self.setObjectName("orders.quantity")
        self._line, self._on_change = line, on_change
        done = line.picked + line.consumed
        self._edit = QuantityEdit(theme, value=line.wanted, least=done, most=1_000_000)
        self._edit.setObjectName("orders.quantity.value")
        self._edit.setAccessibleName("Quantity")
        self._edit.entered.connect(self._save)
        self.body.addWidget(self._edit)
        least = f"{done:,} are picked or gone, fewer is not possible." if done else "0 cancels the line."
        self.body.addWidget(
            label(f"{max(0, line.available):,} more are free now. {least}", "label", wrap=True)
        )
        self.add_button("Cancel", self.reject, "quiet")
        self.add_button("Change", self._save, "primary").setObjectName("orders.quantity.save")
        self._edit.setFocus()
        self._edit.select_all()

    def _save(self) -> None:
        if not self.isVisible():
            return
        quantity = self._edit.value()
        self.accept()
        if quantity != self._line.wanted:
            self._on_change(quantity)


def _fields(values: dict[str, object]) -> OrderFields:
    return OrderFields(**{name: values.get(name, UNSET) for name in OrderFields.__struct_fields__})  # type: ignore[arg-type]
