"""The order that is marked in the list: its story in the inspector, and what is asked about it there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.change_feed import FreshView
from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders.deeds import OrderDeeds
from desktop_app.panels.orders.inspector import OrderInspector
from desktop_app.panels.orders.order_dialogs import FieldsDialog, QuantityDialog
from desktop_app.widgets.layouts import scrolled
from local_db.queries.order_queries import OrderListRow
from local_db.queries.order_story_queries import LineStory, OrderStory, order_story, stock_holders


class MarkedOrder(QObject):
    """``current()`` is the row that is marked now; ``widget`` goes into the window's inspector."""

    def __init__(
        self,
        context: PanelContext,
        deeds: OrderDeeds,
        current: Callable[[], OrderListRow | None],
        today: Callable[[], date],
        tables: tuple[str, ...],
        panel: QWidget,
    ) -> None:
        """``tables`` are those whose changes the story tells of."""
        super().__init__(panel)
        self._context, self._deeds, self._current, self._today = context, deeds, current, today
        self._panel = panel
        self.view = OrderInspector(context, today)
        self.widget = scrolled(self.view)
        # It belongs to the panel until the window takes it.
        self.widget.setParent(panel)
        self.widget.hide()
        self.was_opened = False
        self.view.line_opened.connect(self.change_quantity)
        self._fresh = FreshView(self.view, context.feed, tables, self.load)

    @property
    def story(self) -> OrderStory | None:
        """What is shown."""
        return self.view.story

    @property
    def line(self) -> LineStory | None:
        """The line of it that is marked, or the only one there is."""
        return self.view.current_line()

    def open(self, row: OrderListRow) -> None:
        """Show it in the inspector."""
        self.was_opened = True
        self._context.shell.show_inspector(row.number, self.widget)
        self.load()

    def load(self) -> None:
        """Read the story anew."""
        row = self._current()
        if row is None:
            return
        read, order_id = self._context.desk.read, row.id
        self._context.runner.run(lambda: order_story(read, order_id), self._show, self, key="story")

    def ask_holders(self) -> None:
        """Show who holds the stock of the line."""
        line = self.line
        if line is None:
            return
        read, site_id, product_id = self._context.desk.read, self._deeds.site_id, line.product_id
        self._context.runner.run(
            lambda: stock_holders(read, site_id, product_id),
            lambda holders: self.view.show_holders(line, holders),
            self,
            key="holders",
        )

    def change_quantity(self, line: LineStory | None = None) -> None:
        """Ask how many units of a line are wanted."""
        chosen, story = line or self.line, self.story
        if chosen is None or story is None or not self._context.actions.is_enabled("order.quantity"):
            return
        row = story.row
        QuantityDialog(
            self._context.theme,
            row.number,
            chosen,
            lambda wanted: self._deeds.change_quantity(row, chosen.id, chosen.sku, chosen.wanted, wanted),
            self._panel.window(),
        ).open()

    def change_fields(self) -> None:
        """Ask for another due day, priority, address or note."""
        story = self.story
        if story is None:
            return
        row = story.row
        FieldsDialog(
            self._context.theme,
            story.order,
            self._today(),
            lambda seen, values: self._deeds.change_fields(row, seen, values),
            self._panel.window(),
        ).open()

    def _show(self, story: OrderStory | None) -> None:
        current = self._current()
        if story is not None and current is not None and current.id == story.row.id:
            self.view.show_story(story)
