"""The Inventory panel: stock by product, bins with what lies in them, and counts."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_app.change_feed import FreshView
from desktop_app.doing import Doer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.inventory import allotments
from desktop_app.panels.inventory.bins_page import BinsPage
from desktop_app.panels.inventory.counts_page import CountsPage
from desktop_app.panels.inventory.form_dialog import StockForm
from desktop_app.panels.inventory.forms import FORMS
from desktop_app.panels.inventory.inspector import ProductInspector
from desktop_app.panels.inventory.stock_list import StockList
from desktop_app.printing import Paper, offer_print
from desktop_app.scanner import ScanTarget
from desktop_app.widgets.buttons import TextButton, action_button
from desktop_app.widgets.layouts import body_margins, holder, row
from desktop_app.widgets.tabs import Tabs
from local_db.queries.inventory_queries import InventoryRow
from local_db.queries.search import location_by_code
from local_db.queries.stock_story_queries import (
    AllotmentRow,
    CountRow,
    ProductStory,
    product_of,
    product_story,
)

_STOCK_TABLES: Final = ("stock_level", "product", "stock_movement")
_BIN_TABLES: Final = ("stock", "location", "product")
_COUNT_TABLES: Final = ("cycle_count",)
_STORY_TABLES: Final = ("stock", "stock_level", "stock_movement", "reservation", "backorder", "order", "cycle_count",
                        "product", "barcode", "allotment", "terminal")  # fmt: skip
_PAGES: Final = (("stock", "Stock"), ("bins", "Bins"), ("counts", "Counts"))


class Panel(QWidget):
    """The Inventory panel."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        self._doer = Doer(context, self)
        self._wanted = ""
        self._opened_inspector = False
        self._bind()
        site_id = self._doer.site_id
        self.stock = StockList(context, site_id)
        self.bins = BinsPage(context, site_id)
        self.counts = CountsPage(context, self._doer)
        self.table, self.search_field = self.stock.table, self.stock.search
        self.product = ProductInspector(context)
        # It belongs to the panel until the window takes it.
        self.product.setParent(self)
        self.product.hide()
        self._stack = QStackedWidget()
        self.tabs = Tabs(context.theme, "inventory.tab", _PAGES)
        self.tabs.chosen.connect(self.show_page)
        self._pages: dict[str, QWidget] = {"stock": self.stock, "bins": self.bins, "counts": self.counts}
        for page in self._pages.values():
            self._stack.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        left, top, right, _bottom = body_margins()
        whole.addWidget(holder(row(self.tabs, "stretch", *self._buttons(), margins=(left, top, right, 0))))
        whole.addWidget(self._stack, 1)
        self._connect()
        self._fresh = (
            FreshView(self.stock, context.feed, _STOCK_TABLES, self.stock.refresh),
            FreshView(self.bins, context.feed, _BIN_TABLES, self.bins.refresh),
            FreshView(self.counts, context.feed, _COUNT_TABLES, self.counts.refresh),
            FreshView(self.product, context.feed, _STORY_TABLES, self._load_story),
        )

    # -- what the window calls -----------------------------------------------------------------------------------------

    def activate(self) -> None:
        """Refresh if stale, and take the keyboard."""
        for fresh in self._fresh:
            fresh.refresh_if_stale()
        offer_print(self._context, self, self._paper)
        page = self.page
        table = self.table if page == "stock" else self.bins.bins if page == "bins" else self.counts.table
        table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._context.actions.refresh()

    def search(self, text: str) -> None:
        """Search the list."""
        self.show_page("stock")
        self.stock.search.setText(text)

    def inspector(self) -> QWidget | None:
        """The inspector of the product that is marked."""
        return self.product if self._product_id() else None

    def scan_targets(self) -> Sequence[ScanTarget]:
        """A bin shows what lies in it; a product is looked up and shown."""
        return (
            ScanTarget("bin", lambda scan: str(scan.kind) == "bin", self._on_bin_scan),
            ScanTarget("product", lambda scan: str(scan.kind) in ("gtin", "unknown"), self._on_product_scan),
        )

    def reveal(self, kind: str, item_id: str) -> None:
        """`product`: select it in the list; `location`: show what lies in it; `view`: a view by name; `counts`."""
        if kind == "product":
            self.show_page("stock")
            self._wanted = item_id
            read, site_id = self._context.desk.read, self._doer.site_id
            self._context.runner.run(
                lambda: product_story(read, site_id, item_id, now=_now()),
                self._show_wanted,
                self,
                key="reveal",
            )
        elif kind == "location":
            self.show_page("bins")
            self.bins.show_bin(item_id)
        elif kind == "view":
            self.show_page("stock")
            self.stock.show_view(item_id)
        elif kind == "counts":
            self.show_page("counts")

    def state(self) -> Mapping[str, object]:
        """The page, the filters and the view."""
        kept = self.stock.state()
        return {"page": self.page, "chips": kept["chips"], "view": self.stock.view}

    def restore(self, state: Mapping[str, object]) -> None:
        """The page, filters and view of last time."""
        self.stock.restore(state, str(state.get("view", "")))
        page = str(state.get("page", "stock"))
        if page in self._pages:
            self.show_page(page)

    # -- pages ---------------------------------------------------------------------------------------------------------

    @property
    def page(self) -> str:
        """The page that is shown: stock, bins or counts."""
        return self.tabs.current

    def show_page(self, page: str) -> None:
        """Show one of the three pages."""
        self.tabs.choose(page)
        self._stack.setCurrentWidget(self._pages[page])
        self._export.setVisible(page == "stock")
        for each in (self._move, self._receive):
            each.setVisible(page != "counts")
        self._context.actions.refresh()
        if not self._product_id():
            self._context.shell.hide_inspector()

    def open_form(self, form_id: str, **known: object) -> StockForm:
        """Open a form with what is known of the selection, and ``known`` besides."""
        form = StockForm(
            self._context, self._doer, FORMS[form_id], {**self._known(form_id), **known}, self._on_done, self
        )
        form.open()
        return form

    # -- building ------------------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        actions = self._context.actions
        for form_id in FORMS:
            actions.bind(f"inventory.{form_id}", lambda form_id=form_id: self.open_form(form_id))
        actions.bind("inventory.approve", lambda: self.counts.approve())
        actions.bind("inventory.reject", lambda: self.counts.reject())
        actions.bind("inventory.export", lambda: self.stock.export())
        actions.bind("app.export", lambda: self.stock.export())
        actions.when("can_export", lambda: self.isVisible() and self.page == "stock")
        actions.bind("inventory.save_view", lambda: self.stock.save_view())
        actions.when("inventory_count_selected", lambda: hasattr(self, "counts") and self._can_decide())

    def _buttons(self) -> list[TextButton]:
        theme, actions = self._context.theme, self._context.actions
        self._export = action_button(theme, actions, "inventory.export", text="Export", kind="quiet")
        self._move = action_button(theme, actions, "inventory.move", text="Move")
        self._receive = action_button(theme, actions, "inventory.receive", text="Receive", kind="primary")
        count = action_button(theme, actions, "inventory.count", text="Enter a count")
        return [self._export, count, self._move, self._receive]

    def _connect(self) -> None:
        self.table.current_changed.connect(self._on_current)
        self.table.rows.loaded.connect(self._on_loaded)
        self.table.opened.connect(lambda row_: self._inspect(row_.id, row_.sku))
        self.bins.product_opened.connect(lambda product_id: self.reveal("product", product_id))
        self.bins.content.current_changed.connect(self._on_content)
        self.counts.opened.connect(self._on_count)
        self.product.bin_opened.connect(lambda location_id: self.reveal("location", location_id))
        self.product.allotment_opened.connect(self._on_allotment)
        self.product.order_opened.connect(
            lambda order_id: self._context.navigate("orders", "order", order_id)
        )

    def _on_allotment(self, row_: AllotmentRow) -> None:
        if self.product.story is not None and self._context.session.can(allotments.PERMISSION):
            allotments.ask_to_revoke(self._doer, self.product.story, row_, self)

    def _can_decide(self) -> bool:
        return self.page == "counts" and bool(self.counts.decidable)

    # -- the selection -------------------------------------------------------------------------------------------------

    def _paper(self) -> Paper | None:
        """Labels: of the bin that is shown, or of the selected products."""
        if self.page == "bins":
            return Paper("bin", [self.bins.location_id]) if self.bins.location_id else None
        return (
            Paper("product", [each.id for each in self.table.selected_rows()])
            if self.page == "stock"
            else None
        )

    def _product_id(self) -> str:
        if self.page == "bins":
            line = self.bins.content.current_row()
            return line.product_id if line is not None else ""
        row_ = self.table.current_row()
        return row_.id if row_ is not None and self.page == "stock" else ""

    def _known(self, form_id: str) -> dict[str, object]:
        """What the selection says about a form's fields."""
        line: Any = None
        if self.page == "counts":
            line = self.counts.table.current_row()
        elif self.page == "bins":
            line = self.bins.content.current_row()
            if line is None and self.bins.location_id:
                place = self.bins.bins.current_row()
                return {"location": place.code} if place is not None else {}
        elif self.product.isVisible() and self.product.story is not None:
            line = self.product.tables["bins"].current_row()
            bins = self.product.story.bins
            if line is None and len({each.location_code for each in bins}) == 1 and form_id != "receive":
                line = bins[0]
        if line is not None:
            return {"product": line.sku, "location": line.location_code, "lot": line.lot}
        row_: InventoryRow | None = self.table.current_row() if self.page == "stock" else None
        return {"product": row_.sku} if row_ is not None else {}

    def _on_current(self, row_: InventoryRow | None) -> None:
        self._context.actions.refresh()
        if row_ is None:
            return
        if self.isVisible() and (self.product.isVisible() or not self._opened_inspector):
            self._opened_inspector = True
            self._context.shell.show_inspector(row_.sku, self.product)
        self._load_story()

    def _on_content(self, line: Any) -> None:
        if line is None and self.page == "bins":
            self._context.shell.hide_inspector()
        elif line is not None and self.isVisible() and self._opened_inspector:
            self._context.shell.show_inspector(line.sku, self.product)
        self._load_story()

    def _inspect(self, product_id: str, sku: str) -> None:
        self._context.shell.show_inspector(sku, self.product)
        self._load_story()

    def _load_story(self) -> None:
        product_id = self._product_id()
        if not product_id:
            return
        read, site_id = self._context.desk.read, self._doer.site_id
        self._context.runner.run(
            lambda: product_story(read, site_id, product_id, now=_now()), self._show_story, self, key="story"
        )

    def _show_story(self, story: ProductStory | None) -> None:
        if story is None or story.row.id != self._product_id():
            return
        self.product.show_story(story)
        if self.product.isVisible():
            self._context.shell.show_inspector(story.row.sku, self.product)
        self._context.actions.refresh()

    def _on_loaded(self, anew: bool) -> None:
        if not anew:
            return
        wanted, self._wanted = self._wanted, ""
        is_marked = self.table.select_key(wanted) if wanted else self.table.current_row() is not None
        # While somebody types, nothing is marked for them.
        if not is_marked and self.table.row_count() and not self.search_field.hasFocus():
            self.table.select_number(0)

    def _show_wanted(self, story: ProductStory | None) -> None:
        if story is None:
            self._context.toasts.show("This product is not on this desk.", "warning")
            return
        if self.table.rows.find(story.row.id) is not None:
            self._wanted = ""
            self.table.select_key(story.row.id)
        else:
            self.stock.show_only(story.row.sku)
        self._context.shell.show_inspector(story.row.sku, self.product)

    # -- what was done, scanned, opened --------------------------------------------------------------------------------

    def _on_done(self, sku: str) -> None:
        self._context.actions.refresh()

    def _on_count(self, count: CountRow) -> None:
        self.open_form("count", product=count.sku, location=count.location_code, lot=count.lot)

    def _on_bin_scan(self, scan: Any) -> None:
        read, site_id = self._context.desk.read, self._doer.site_id
        self._context.runner.run(
            lambda: location_by_code(read, scan.code, site_id=site_id),
            lambda place: self._found_bin(scan.code, place),
            self,
            key="scan",
        )

    def _found_bin(self, code: str, place: Any) -> None:
        if place is None:
            self._context.scanner.bad(f"There is no bin {code} here")
            return
        self._context.scanner.good(place.code)
        self.reveal("location", place.id)

    def _on_product_scan(self, scan: Any) -> None:
        read = self._context.desk.read
        self._context.runner.run(
            lambda: product_of(read, scan.code),
            lambda found: self._found_product(scan.code, found),
            self,
            key="scan",
        )

    def _found_product(self, code: str, found: Any) -> None:
        if found is None:
            self._context.scanner.bad(f"{code} is no product of ours")
            return
        self._context.scanner.good(found[0].sku)
        self.reveal("product", found[0].id)


def _now() -> int:
    return time.time_ns() // 1_000_000
