"""The codes that stand for a product: what a scanner may read, and for how many units."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4
from desktop_app.widgets.buttons import button, icon_button
from desktop_app.widgets.elided_label import ElidedLabel
from desktop_app.widgets.layouts import holder, label, row
from desktop_app.widgets.quantity_edit import QuantityEdit
from services.storage.tables import Barcode


class BarcodeBox(QWidget):
    """``add(code, quantity)`` and ``remove(barcode)`` are called when a person wants it."""

    def __init__(
        self,
        theme: Theme,
        may_edit: bool,
        add: Callable[[str, int], object],
        remove: Callable[[Barcode], object],
    ) -> None:
        super().__init__()
        self._theme, self._may_edit, self._remove, self._on_add = theme, may_edit, remove, add
        self.codes: tuple[Barcode, ...] = ()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.code = QLineEdit()
        self.code.setObjectName("admin.barcode.code")
        self.code.setPlaceholderText("Scan or type a code")
        self.code.setAccessibleName("New barcode")
        self.code.returnPressed.connect(self.add_typed)
        self.quantity = QuantityEdit(theme, value=1, least=1, most=1_000_000)
        self.quantity.setObjectName("admin.barcode.quantity")
        self.quantity.setAccessibleName("Units that the code stands for")
        self.quantity.entered.connect(self.add_typed)
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        adding = button(theme, "Add", self.add_typed, icon="plus")
        adding.setObjectName("admin.barcode.add")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE_4)
        whole.addWidget(label("Barcodes", "section"))
        whole.addLayout(self._rows)
        if may_edit:
            whole.addWidget(self.code)
            whole.addLayout(row(label("Stands for", "label"), self.quantity, "stretch", adding))
            whole.addWidget(self.problem)

    def show_codes(self, codes: Sequence[Barcode]) -> None:
        """Show the codes of the product."""
        if tuple(codes) == self.codes and self._rows.count():
            return
        self.codes = tuple(codes)
        while (item := self._rows.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        for each in self.codes:
            self._rows.addWidget(self._row(each))
        if not self.codes:
            self._rows.addWidget(label("No code stands for it yet.", "quiet"))

    def add_typed(self) -> None:
        """Add what stands in the field."""
        code = self.code.text().strip()
        if code:
            self._on_add(code, self.quantity.value())

    def added(self) -> None:
        """It was added: make room for the next."""
        self.code.clear()
        self.quantity.set_value(1)
        self.say("")

    def say(self, problem: str) -> None:
        """Why a code was not added."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _row(self, barcode: Barcode) -> QWidget:
        units = "1 unit" if barcode.quantity == 1 else f"{barcode.quantity:,} units"
        code = ElidedLabel(barcode.code)
        code.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        pieces: list[QWidget] = [code, label(units, "quiet")]
        if self._may_edit:
            cross = icon_button(
                self._theme, "trash", f"Remove the barcode {barcode.code}", lambda: self._remove(barcode)
            )
            cross.setObjectName(f"admin.barcode.remove.{barcode.code}")
            pieces.append(cross)
        layout = row(*pieces)
        layout.setStretch(0, 1)
        return holder(layout)
