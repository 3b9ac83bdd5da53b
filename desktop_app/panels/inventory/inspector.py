"""The inspector of one product: its figures and trend, then bins, orders, movements, counts and codes in turn."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.panel_context import PanelContext
from desktop_app.panels.inventory.allotments import ALLOTMENTS, PERMISSION, allotments_heading
from desktop_app.panels.inventory.columns import BARCODES, BINS, HOLDERS, MOVES, PRODUCT_COUNTS
from desktop_app.panels.inventory.words import band_pill, units
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16
from desktop_app.widgets.buttons import action_button, button
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.layouts import label, line, row
from desktop_app.widgets.pill import Pill
from desktop_app.widgets.row_source import ListSource
from desktop_app.widgets.row_table import RowTable
from desktop_app.widgets.sparkline import Sparkline
from desktop_app.widgets.tabs import Tabs
from local_db.queries.stock_story_queries import ProductStory

_TABS: Final = (
    ("bins", "Bins", BINS, "Where it lies", ("bin", "It lies in no bin", "Receive some, or adjust a bin.")),
    ("holders", "Orders", HOLDERS, "Who holds this stock",
     ("order", "Promised to nobody", "Orders that have or wait for units appear here.")),
    ("allotments", "Desks", ALLOTMENTS, "Set aside for desks",
     ("lock", "Nothing is set aside", "The server sets some aside for desks that sell it.")),
    ("movements", "Moves", MOVES, "Latest movements",
     ("history", "Nothing has moved", "Receipts, moves, picks and adjustments appear here.")),
    ("counts", "Counts", PRODUCT_COUNTS, "Counts of this product",
     ("count", "Never counted", "Ctrl+Shift+C asks for a count.")),
    ("barcodes", "Codes", BARCODES, "Barcodes", ("tag", "No barcode", "Administration adds barcodes to products.")),
)  # fmt: skip
_BUTTONS: Final = (("inventory.adjust", "Adjust"), ("inventory.move", "Move"))
_MORE: Final = ("inventory.receive", "inventory.replenish", "-", "inventory.hold", "inventory.release", "-",
                "inventory.count", "inventory.request_count")  # fmt: skip


class ProductInspector(QWidget):
    """Shows one story. `bin_opened(location_id)`, `order_opened(order_id)`, `allotment_opened(row)` are Enter on a row."""

    bin_opened = Signal(str)
    order_opened = Signal(str)
    allotment_opened = Signal(object)

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        self.story: ProductStory | None = None
        self.setObjectName("inventory.inspector")
        theme = context.theme
        self._name = label("", "section", wrap=True)
        self._more = label("", "quiet", wrap=True, selectable=True)
        self._band, self._mark = Pill(theme), Pill(theme, "Provisional", "provisional")
        self._available = label("", "figure")
        self._figures = QGridLayout()
        self._trend = Sparkline(theme, "stock on hand")
        self._trend_words = label("", "label", wrap=True)
        self.tabs = Tabs(
            theme,
            "inventory.inspector.tab",
            [(key, title) for key, title, *_rest in _TABS],
            gap=0,
            narrow=True,
        )
        self.tabs.chosen.connect(self.show_tab)
        self.tables: dict[str, RowTable] = {}
        self._stack = QStackedWidget()
        self._heading = label("", "label")
        for key, _title, columns, heading, empty in _TABS:
            self.tabs.set_tip(key, heading)
            table = RowTable(
                theme, context.runner, columns, name=heading, key=_keys(key), multi=False,
                empty=EmptyState(theme, *empty), zone=context.session.time_zone,
            )  # fmt: skip
            table.setObjectName(f"inventory.inspector.{key}")
            self.tables[key] = table
            self._stack.addWidget(table)
        self.tables["bins"].opened.connect(lambda each: self.bin_opened.emit(each.location_id))
        self.tables["holders"].opened.connect(lambda each: self.order_opened.emit(each.order_id))
        self.tables["allotments"].opened.connect(self.allotment_opened)
        self._lay_out()
        self.show_tab("bins")

    def show_tab(self, key: str) -> None:
        """Show one of the lists."""
        self.tabs.choose(key)
        self._stack.setCurrentWidget(self.tables[key])
        self._say_heading()

    def show_story(self, story: ProductStory) -> None:
        """Show another product, or the same one as it is now."""
        other = self.story is None or self.story.row.id != story.row.id
        self.story = story
        row_, product = story.row, story.product
        self._name.setText(row_.name)
        price = formats.money(product.price_minor, product.currency)
        parts = [row_.category, price, f"{product.weight_g:,} g" if product.weight_g else "", product.gtin]
        self._more.setText(" · ".join(part for part in parts if part))
        self._band.show_status(*band_pill(row_.band, row_.available))
        self._mark.setVisible(row_.provisional)
        self._available.setText(formats.number(row_.available))
        self._show_figures(story)
        self._trend.set_values(row_.trend)
        self._trend.setVisible(bool(row_.trend))
        self._trend_words.setText(_trend_words(story))
        for key, table in self.tables.items():
            rows = list(getattr(story, key))
            table.set_source(ListSource(rows), first=rows[:200], count=len(rows), keep_place=not other)
            if other:
                table.clearSelection()
        self._say_heading()

    def _show_figures(self, story: ProductStory) -> None:
        row_ = story.row
        promised = sum(each.quantity for each in story.holders if not each.waits)
        figures: tuple[tuple[str, int | None], ...] = (
            ("On hand", row_.on_hand), ("Reserved", row_.reserved), ("Held", row_.held),
            ("In transit", row_.in_transit), ("Backordered", row_.backordered),
            ("Reorder at", row_.reorder_point or None),
        )  # fmt: skip
        if row_.leased:
            figures = (*figures[:3], ("Set aside", row_.leased), *figures[3:])
        while (item := self._figures.takeAt(0)) is not None:
            item.widget().deleteLater()
        for place, (title, value) in enumerate(figures):
            words, figure = label(title, "label"), label(formats.number(value), "strong")
            if title == "Reserved":
                figure.setToolTip(f"{promised:,} of them are promised to orders")
            at = place // 3 * 3
            self._figures.addWidget(words, at, place % 3)
            self._figures.addWidget(figure, at + 1, place % 3)
            self._figures.setRowMinimumHeight(at + 2, SPACE_8)

    def _lay_out(self) -> None:
        theme, actions = self._context.theme, self._context.actions
        for column in range(3):
            self._figures.setColumnStretch(column, 1)
        self._figures.setVerticalSpacing(0)
        self._figures.setHorizontalSpacing(SPACE_12)
        deeds = []
        for action_id, words in _BUTTONS:
            made = action_button(theme, actions, action_id, text=words)
            made.setObjectName(f"inventory.inspector.{action_id.removeprefix('inventory.')}")
            deeds.append(made)
        head = QVBoxLayout()
        head.setContentsMargins(SPACE_16, 0, SPACE_16, SPACE_8)
        head.setSpacing(SPACE_4)
        head.addWidget(self._name)
        head.addWidget(self._more)
        head.addSpacing(SPACE_8)
        head.addLayout(row(self._available, label("available", "quiet"), "stretch", self._band))
        head.addWidget(self._trend)
        head.addLayout(row(self._trend_words, self._mark))
        head.addSpacing(SPACE_8)
        head.addLayout(self._figures)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE_4)
        whole.addLayout(head)
        more = button(theme, "More", lambda: self._show_more(more))
        more.setObjectName("inventory.inspector.more")
        whole.addLayout(row(*deeds, more, "stretch", margins=(SPACE_16, SPACE_4, SPACE_16, SPACE_8)))
        whole.addWidget(line())
        whole.addLayout(row(self.tabs, "stretch", gap=0, margins=(SPACE_4, 0, SPACE_4, 0)))
        whole.addLayout(row(self._heading, margins=(SPACE_16, SPACE_4, SPACE_16, SPACE_4)))
        whole.addWidget(self._stack, 1)

    def _show_more(self, under: QWidget) -> None:
        menu = QMenu(self)
        for action_id in _MORE:
            if action_id == "-":
                menu.addSeparator()
            else:
                menu.addAction(self._context.actions.qaction(action_id))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(under.mapToGlobal(under.rect().bottomLeft()))

    def _say_heading(self) -> None:
        """What the list below comes to, in words."""
        key, story = self.tabs.current, self.story
        if story is not None and key == "allotments":
            self._heading.setText(allotments_heading(story, may_revoke=self._context.session.can(PERMISSION)))
        else:
            self._heading.setText(_heading(key, story) if story is not None else "")


def _keys(key: str) -> Any:
    if key == "holders":
        return lambda each: (each.order_id, each.waits)
    return lambda each: each.id


def _heading(key: str, story: ProductStory) -> str:
    if key == "bins":
        places = {each.location_id for each in story.bins}
        return f"{units(sum(each.on_hand for each in story.bins))} in {units(len(places), 'bin')}. Enter shows the bin."
    if key == "holders":
        has = sum(each.quantity for each in story.holders if not each.waits)
        waits = sum(each.quantity for each in story.holders if each.waits)
        return f"{units(has)} promised, {waits:,} waited for. Enter shows the order."
    if key == "movements":
        return f"The latest {len(story.movements)} of 30 days"
    if key == "counts":
        waiting = sum(each.status == "counted" for each in story.counts)
        return f"{waiting} to approve" if waiting else "None waits for approval"
    return "What a scanner may read for this product"


def _trend_words(story: ProductStory) -> str:
    trend, moves = story.row.trend, story.movements
    if not trend:
        return "Nothing moved in 30 days"
    last = f", last moved {formats.ago(moves[0].at)}" if moves else ""
    span = f"{min(trend):,}" if min(trend) == max(trend) else f"{min(trend):,} to {max(trend):,}"
    return f"30 days: {span} on hand{last}"
