"""The list of products with their stock: search, filters, views, and its export."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from desktop_app.panel_context import PanelContext
from desktop_app.panels.inventory.columns import STOCK
from desktop_app.panels.inventory.export import export_stock
from desktop_app.panels.inventory.filters import BUILT_IN, filter_of, filters
from desktop_app.panels.inventory.views import NameDialog, SavedViews
from desktop_app.panels.inventory.words import band_pill
from desktop_app.themes.tokens import SPACE_8
from desktop_app.widgets.buttons import button
from desktop_app.widgets.chips import FilterChips
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.layouts import body_margins, holder, label, row
from desktop_app.widgets.row_source import QuerySource
from desktop_app.widgets.row_table import RowTable
from desktop_app.widgets.search_field import SearchField
from local_db.queries.inventory_queries import (
    InventoryFilter,
    InventoryRow,
    categories,
    inventory_count,
    inventory_page,
)

CONTEXT_ACTIONS = ("inventory.receive", "inventory.move", "inventory.replenish", "-", "inventory.adjust", "inventory.hold",
                   "inventory.release", "-", "inventory.count", "inventory.request_count")  # fmt: skip
_NO_STOCK = (
    "Nothing is stocked here yet",
    "Ctrl+R receives goods into a bin; scan the product and the bin.",
    "stock",
)
_NO_FIT = ("No product fits", "Take a filter away, or search for something else.", "filter")


class StockList(QWidget):
    """The table is `table`, the search field `search`. `filtered()` says that something else is asked for."""

    filtered = Signal()

    def __init__(self, context: PanelContext, site_id: str) -> None:
        super().__init__()
        self._context, self._site_id = context, site_id
        self.views = SavedViews(context.settings)
        self._view = "Everything"
        theme = context.theme
        self.search = SearchField(theme, "SKU, name or barcode")
        self.search.setObjectName("inventory.search")
        self.search.setFixedWidth(280)
        self._chips_row = row(margins=0)
        self.chips = self._make_chips(())
        self._count = label("", "label")
        self._count.setObjectName("inventory.figures")
        self._views_button = button(theme, self._view, self._show_views_menu, icon="star")
        self._views_button.setObjectName("inventory.views")
        self._views_button.setToolTip("Views: filters, search and order under a name")
        self._empty = EmptyState(theme, _NO_STOCK[2], *_NO_STOCK[:2])
        self.table = RowTable(
            theme, context.runner, STOCK, name="Stock", settings=context.settings, empty=self._empty,
            label="Loading stock", zone=context.session.time_zone,
        )  # fmt: skip
        self.table.setObjectName("inventory.table")
        self.table.set_context_actions(context.actions, CONTEXT_ACTIONS)
        self._lay_out()
        self.search.searched.connect(lambda _text: self.apply())
        self.search.left_down.connect(self._go_to_table)
        self.search.entered.connect(lambda _text: self._go_to_table())
        self.table.rows.loaded.connect(lambda _anew: self._show_count())
        read = context.desk.read
        context.runner.run(lambda: categories(read), self._take_categories, self, key="categories")

    @property
    def filter(self) -> InventoryFilter:
        """What is asked for now."""
        return filter_of(self.chips.values(), self._site_id, self.search.text().strip())

    def apply(self) -> None:
        """Show what the filters ask for."""
        wanted, read = self.filter, self._context.desk.read

        def page(
            offset: int, limit: int, after: InventoryRow | None, order: str, descending: bool
        ) -> list[InventoryRow]:
            return inventory_page(
                read, wanted, limit=limit, offset=offset, after=after, order=order, descending=descending,
                now=time.time_ns() // 1_000_000,
            )  # fmt: skip

        self._empty.say(*(_NO_STOCK if wanted == InventoryFilter(self._site_id) else _NO_FIT))
        self.table.set_source(QuerySource(lambda: inventory_count(read, wanted), page, "sku"))
        self.filtered.emit()

    def refresh(self) -> None:
        """Something changed: fetch again what is visible."""
        if self.table.rows.source is None:
            self.apply()
        else:
            self.table.refresh()

    def show_only(self, text: str) -> None:
        """Take every filter away and search for `text`."""
        self.chips.restore({})
        self._name_view("Everything")
        self.search.setText(text)
        self.apply()

    # -- views ---------------------------------------------------------------------------------------------------------

    def show_view(self, name: str) -> None:
        """Show a view by its name."""
        view = self.views.get(name)
        self.search.setText(str(view.get("text", "")))
        self.chips.restore(dict(view.get("chips", {})))
        order = view.get("order")
        self.apply()
        if isinstance(order, (list, tuple)) and len(order) == 2:
            self.table.order_by(str(order[0]), bool(order[1]))
        self._name_view(name)

    def save_view(self, name: str = "") -> None:
        """Keep what is shown under `name`, asking for it where it is empty."""
        if not name:
            suggested = "" if self._view in BUILT_IN else self._view
            NameDialog(self._context.theme, suggested, self.save_view, self).open()
            return
        self.views.save(name, self.state())
        self._name_view(name)
        self._context.toasts.good(f"View {name} saved")

    def state(self) -> dict[str, Any]:
        """What is to be remembered: chips, search, order."""
        order = self.table.header.order
        return {
            "chips": self.chips.values(),
            "text": self.search.text().strip(),
            "order": list(order) if order is not None else None,
        }

    def restore(self, state: Mapping[str, Any], view: str) -> None:
        """Bring filters and the name of the view back."""
        chips = state.get("chips")
        if isinstance(chips, dict):
            self._restored = chips
            self.chips.restore(chips)
        if view in (*BUILT_IN, *self.views.names()):
            self._name_view(view)

    @property
    def view(self) -> str:
        """The name of the view that was chosen last."""
        return self._view

    def _name_view(self, name: str) -> None:
        self._view = name
        self._views_button.setText(name)
        self._views_button.setAccessibleName(f"View: {name}")

    def _show_views_menu(self) -> None:
        menu = QMenu(self)
        for names in (tuple(BUILT_IN), tuple(self.views.names())):
            for name in names:
                entry = menu.addAction(name)
                entry.setCheckable(True)
                entry.setChecked(name == self._view)
                entry.triggered.connect(lambda _checked=False, name=name: self.show_view(name))
            menu.addSeparator()
        menu.addAction("Save this view...").triggered.connect(lambda _checked=False: self.save_view())
        if self._view not in BUILT_IN:
            name = self._view
            menu.addAction(f"Forget {name}").triggered.connect(lambda _checked=False: self._forget(name))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._views_button.mapToGlobal(self._views_button.rect().bottomLeft()))

    def _forget(self, name: str) -> None:
        self.views.forget(name)
        self._name_view("Everything")

    # -- export --------------------------------------------------------------------------------------------------------

    def export(self) -> None:
        """Ask where to, and write what is filtered."""
        path, _kind = QFileDialog.getSaveFileName(
            self,
            "Export what is filtered",
            "stock.xlsx",
            "Excel workbook (*.xlsx);;Comma-separated text (*.csv)",
        )
        if path:
            self.export_to(Path(path))

    def export_to(self, path: Path) -> None:
        """Write what is filtered to `path`, in the order that is shown."""
        wanted, read = self.filter, self._context.desk.read
        order = self.table.header.order or ("sku", False)
        self._context.runner.run(
            lambda: export_stock(
                read, wanted, order, path, lambda each: band_pill(each.band, each.available)[0]
            ),
            lambda written: self._context.toasts.good(f"{written:,} products written to {path.name}"),
            self,
            lane="files",
            label=f"Exporting to {path.name}",
        )

    # -- building ------------------------------------------------------------------------------------------------------

    _restored: Mapping[str, Any] | None = None

    def _make_chips(self, found: Sequence[str]) -> FilterChips:
        chips = FilterChips(self._context.theme, filters(found))
        chips.setObjectName("inventory.filters")
        chips.restore({})
        chips.changed.connect(lambda _values: self._on_chips())
        return chips

    def _take_categories(self, found: Sequence[str]) -> None:
        """The chip of categories needs to know them first."""
        if not found:
            return
        old, values = self.chips, {**(self._restored or {}), **self.chips.values()}
        self.chips = self._make_chips(found)
        self.chips.restore(dict(values))
        self._chips_row.replaceWidget(old, self.chips)
        old.deleteLater()
        if "categories" in values:
            self.apply()

    def _on_chips(self) -> None:
        self._restored = None
        self._name_view("Everything" if not self.chips.values() else self._view)
        self.apply()

    def _go_to_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.table.current_row() is None:
            self.table.select_number(0)

    def _show_count(self) -> None:
        found = self.table.row_count()
        self._count.setText(f"{found:,} product{'' if found == 1 else 's'}")

    def _lay_out(self) -> None:
        self._chips_row.addWidget(self.chips)
        head = QVBoxLayout()
        left, _top, right, bottom = body_margins()
        head.setContentsMargins(left, SPACE_8, right, bottom)
        head.setSpacing(SPACE_8)
        head.addLayout(row(self.search, self._views_button, "stretch", self._count))
        head.addLayout(self._chips_row)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(holder(head))
        whole.addWidget(self.table, 1)
