"""The card: the next bin in very large type, the item with its quantity, and what to scan now."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.panel_context import PanelContext
from desktop_app.panels.picking.walk import Stage, Walk
from desktop_app.themes.tokens import SPACE_8, SPACE_12, SPACE_16, SPACE_24
from desktop_app.widgets.buttons import button
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.layouts import column, holder, label, line, row
from desktop_app.widgets.pill import Pill
from local_db.queries.picking_queries import QueueFacts

_HOW = "Take the next batch, choose tasks at the left, or scan an order's label."
_SAY = {
    Stage.BIN: ("Scan the bin", "scan"),
    Stage.PRODUCT: ("Scan the product", "scan"),
    Stage.COUNT: ("Scan each, or confirm all", "check"),
    Stage.DONE: ("The walk is done", "check"),
}


class PickCard(QWidget):
    """Shows where the walk stands. ``on_confirm`` and ``on_short`` are what its two buttons do, ``on_batch`` begins a walk."""

    def __init__(
        self,
        context: PanelContext,
        on_confirm: Callable[[], object],
        on_short: Callable[[], object],
        on_batch: Callable[[], object],
    ) -> None:
        super().__init__()
        self._context = context
        self.setObjectName("picking.card")
        self._large = False
        self._bin = _big("picking.card.bin")
        self._quantity = _big("picking.card.quantity")
        self._unit = label("", "quiet")
        self._name = label("", "section", wrap=True)
        self._sku = label("", "quiet", wrap=True)
        self._order = label("", "quiet", wrap=True)
        self._progress = label("", "label")
        self._progress.setObjectName("picking.card.progress")
        self._say = label("", "section", wrap=True)
        self._say.setObjectName("picking.card.say")
        self._mark = Pill(context.theme)
        self.confirm = button(context.theme, "Confirm", on_confirm, kind="primary", icon="check")
        self.confirm.setObjectName("picking.confirm")
        self.short = button(context.theme, "Short", on_short, icon="warning")
        self.short.setObjectName("picking.short")
        self._nothing = EmptyState(
            context.theme, "pick", "Ready for the next walk", _HOW, ("Take the next batch", on_batch)
        )
        assert self._nothing.button is not None
        self._nothing.button.setObjectName("picking.card.batch")
        self._batch = self._nothing.button
        self._lay_out()
        self.enlarge(False)

    def enlarge(self, large: bool) -> None:
        """Terminal mode: type that is read from three metres, and buttons for gloves."""
        self._large = large
        for text, pixels in ((self._bin, 72 if large else 44), (self._quantity, 72 if large else 40)):
            font = text.font()
            font.setPixelSize(pixels)
            font.setBold(True)
            text.setFont(font)
            text.setStyleSheet(f"font-size: {pixels}px; font-weight: 700;")
        for made in (self.confirm, self.short, self._batch):
            made.setMinimumHeight(72 if large else 44)

    def show_facts(self, facts: QueueFacts) -> None:
        """How much there is to pick, and what this person has done today: said while there is no walk."""
        self._batch.setEnabled(facts.tasks > 0)
        done = (
            f"Today you picked {facts.my_units:,} pieces in {facts.my_picks:,} {'pick' if facts.my_picks == 1 else 'picks'}."
            if facts.my_picks
            else ""
        )
        if facts.tasks:
            self._nothing.say("Ready for the next walk", f"{_HOW}\n\n{done}".strip(), "pick")
        else:
            self._nothing.say(
                "Everything is picked", f"New orders appear by themselves.\n\n{done}".strip(), "check"
            )

    def show_walk(self, walk: Walk) -> None:
        """Show the present task of a walk."""
        task = walk.task
        self._task_card.setVisible(bool(walk.tasks))
        self._nothing.setVisible(not walk.tasks)
        self._foot.setVisible(bool(walk.tasks))
        words, _icon = _SAY[walk.stage]
        self._say.setText(words)
        self._progress.setText(walk.progress if walk.tasks else "")
        for piece in (self.confirm, self.short):
            piece.setEnabled(task is not None)
        if task is None:
            self._bin.setText("Done")
            self._quantity.setText("")
            for text in (self._name, self._sku, self._order, self._unit):
                text.setText("")
            self._mark.hide()
            self._say.setText("Drop the goods in staging: scan its code, or choose the next walk.")
            return
        self._bin.setText(task.location_code)
        self._quantity.setText(f"{walk.counted:,} / {walk.left:,}" if walk.counted else f"{walk.left:,}")
        self._unit.setText("pieces" if walk.left != 1 else "piece")
        self._name.setText(task.product_name)
        self._sku.setText(f"{task.sku}" + (f"   Lot {task.lot}" if task.lot else ""))
        self._order.setText(f"Order {task.order_number}" + (f", due {task.due_on}" if task.due_on else ""))
        self._mark.setVisible(task.provisional)
        if task.provisional:
            self._mark.show_status("Provisional", "provisional")
        self.confirm.setText(f"Confirm {walk.left:,}")

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_24, SPACE_24, SPACE_24, SPACE_16)
        layout.setSpacing(SPACE_8)
        self._task_card = holder(
            column(
                row(label("Next bin", "label"), "stretch", self._progress),
                self._bin,
                line(),
                SPACE_8,
                self._name,
                row(self._sku, "stretch", self._mark),
                self._order,
                SPACE_12,
                label("Take", "label"),
                row(self._quantity, self._unit, "stretch", gap=SPACE_12),
                "stretch",
            )
        )
        layout.addWidget(self._task_card, 1)
        layout.addWidget(self._nothing, 1)
        self._foot = holder(
            column(line(), SPACE_8, self._say, SPACE_8, row(self.confirm, self.short, gap=SPACE_12), gap=0)
        )
        layout.addWidget(self._foot)
        self.confirm.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)


def _big(name: str) -> QLabel:
    text = label("", "figure")
    text.setObjectName(name)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    return text
