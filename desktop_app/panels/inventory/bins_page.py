"""Bins: every bin of the site at the left, what lies in the chosen one at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop_app.panel_context import PanelContext
from desktop_app.panels.inventory.columns import BIN_CONTENT, BIN_LIST
from desktop_app.panels.inventory.words import LOCATION_KINDS, units
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_16
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.layouts import body_margins, holder, label, row
from desktop_app.widgets.row_source import ListSource, QuerySource
from desktop_app.widgets.row_table import RowTable
from desktop_app.widgets.search_field import SearchField
from local_db.queries.lookups import get
from local_db.queries.stock import StockRow
from local_db.queries.stock_story_queries import BinRow, bin_content, bin_count, bin_page
from services.storage.tables import Location

_CONTEXT = ("inventory.move", "inventory.adjust", "inventory.hold", "inventory.release", "-", "inventory.count",
            "inventory.request_count")  # fmt: skip


class BinsPage(QWidget):
    """`product_opened(product_id)` is Enter on something in a bin; `content` is the table of what lies there."""

    product_opened = Signal(str)

    def __init__(self, context: PanelContext, site_id: str) -> None:
        super().__init__()
        self._context, self._site_id = context, site_id
        self.location_id = ""
        theme = context.theme
        self.search = SearchField(theme, "Bin")
        self.search.setObjectName("inventory.bins.search")
        self.bins = RowTable(
            theme, context.runner, BIN_LIST, name="Bins", multi=False, settings=context.settings,
            empty=EmptyState(theme, "bin", "No such bin", "Scan a bin's label, or type a part of its code."),
        )  # fmt: skip
        self.bins.setObjectName("inventory.bins.table")
        self.content = RowTable(
            theme, context.runner, BIN_CONTENT, name="In the bin", multi=False, settings=context.settings,
            empty=EmptyState(theme, "bin", "The bin is empty", "Ctrl+R receives stock into it, Ctrl+M moves some here."),
        )  # fmt: skip
        self.content.setObjectName("inventory.bins.content")
        self.content.set_context_actions(context.actions, _CONTEXT)
        self._title, self._words = label("Choose a bin", "title"), label("", "quiet")
        self.search.searched.connect(lambda _text: self._apply())
        self.search.left_down.connect(lambda: self.bins.setFocus(Qt.FocusReason.OtherFocusReason))
        self.search.entered.connect(lambda _text: self.bins.select_number(0))
        self.bins.current_changed.connect(self._on_bin)
        self.content.opened.connect(lambda each: self.product_opened.emit(each.product_id))
        self.content.current_changed.connect(lambda _row: context.actions.refresh())
        self._lay_out()

    def refresh(self) -> None:
        """Something changed: fetch again what is visible."""
        if self.bins.rows.source is None:
            self._apply()
        else:
            self.bins.refresh()
        if self.location_id:
            self.show_bin(self.location_id)

    def show_bin(self, location_id: str) -> None:
        """Show what lies in a bin."""
        read, self.location_id = self._context.desk.read, location_id
        self._context.runner.run(
            lambda: (get(read, Location, location_id), bin_content(read, location_id)),
            lambda found: self._show(*found),
            self,
            key="content",
        )
        self.bins.select_key(location_id)

    def _apply(self) -> None:
        read, site_id, text = self._context.desk.read, self._site_id, self.search.text()

        def page(
            offset: int, limit: int, after: BinRow | None, _order: str, _descending: bool
        ) -> list[BinRow]:
            return bin_page(read, site_id, text, limit=limit, offset=offset, after=after)

        self.bins.set_source(QuerySource(lambda: bin_count(read, site_id, text), page))

    def _on_bin(self, row_: BinRow | None) -> None:
        if row_ is not None and row_.id != self.location_id:
            self.show_bin(row_.id)

    def _show(self, place: Location | None, rows: list[StockRow]) -> None:
        if place is None or place.id != self.location_id:
            return
        self._title.setText(place.code)
        kind = LOCATION_KINDS.get(place.kind, place.kind)
        blocked = "" if place.active else ", blocked"
        total, products = sum(each.on_hand for each in rows), len({each.product_id for each in rows})
        there = f"{units(total)} of {units(products, 'product')}" if total else "nothing in it"
        self._words.setText(f"{kind}{blocked}, {there}")
        self.content.set_source(ListSource(rows), first=rows[:200], count=len(rows), keep_place=True)
        if self.content.current_row() is None and rows:
            self.content.select_number(0)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addLayout(row(self.search, margins=(body_margins()[0], SPACE_8, SPACE_8, SPACE_8)))
        left.addWidget(self.bins, 1)
        right = QVBoxLayout()
        right.setContentsMargins(0, SPACE_8, 0, 0)
        right.setSpacing(SPACE_4)
        right.addLayout(row(self._title, SPACE_8, self._words, "stretch", margins=(SPACE_16, 0, SPACE_16, 0)))
        right.addWidget(self.content, 1)
        body = QSplitter()
        body.setHandleWidth(1)
        body.setChildrenCollapsible(False)
        body.addWidget(holder(left))
        body.addWidget(holder(right))
        body.setSizes([360, 640])
        body.setStretchFactor(1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(body)
