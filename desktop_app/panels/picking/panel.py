"""The Picking panel: queue at the left, the walk through the hall in the centre, the card at the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.change_feed import FreshView
from desktop_app.panel_context import PanelContext
from desktop_app.panels.picking.card import PickCard
from desktop_app.panels.picking.hall_map import HallMap
from desktop_app.panels.picking.picks import Picks
from desktop_app.panels.picking.queue import PickQueue
from desktop_app.panels.picking.side_work import SideWork
from desktop_app.panels.picking.walk import Stage, Walk
from desktop_app.printing import Paper, offer_print
from desktop_app.scanner import ScanFeedback, ScanTarget
from desktop_app.widgets.buttons import button
from desktop_app.widgets.layouts import body_margins, holder, row
from desktop_app.widgets.tabs import Tabs
from local_db.queries.pick_tasks import PickTaskRow
from local_db.queries.picking_queries import done_in_walk, offered_tasks, order_by_number

_TABLES: Final = ("pick_task", "order", "wave", "stock_task", "cycle_count", "outbox")
_CODE_KINDS: Final = frozenset({"gtin", "unknown"})


class Panel(QWidget):
    """The Picking panel."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        self.walk = Walk()
        self.picks = Picks(context, self)
        self.queue = PickQueue(context, self._start_walk, lambda facts: self.card.show_facts(facts))
        self.side = SideWork(context)
        self.card = PickCard(context, self.confirm, self.picks.ask_short, self.queue.walk_batch)
        self.hall = HallMap(context)
        self._terminal = False
        self._lay_out()
        self._bind()
        self._fresh = FreshView(self, context.feed, _TABLES, self._load)
        # Bins come while one works: a site gets its staging place with its first pick.
        self._fresh_hall = FreshView(self, context.feed, ("location",), self.hall.load)

    # -- what the window calls -------------------------------------------------------------------------------------

    def activate(self) -> None:
        """Refresh if stale, and take the keyboard."""
        self._fresh.refresh_if_stale()
        self._fresh_hall.refresh_if_stale()
        offer_print(self._context, self, self._paper)
        self.queue.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def reveal(self, kind: str, item_id: str) -> None:
        """Walk an order's tasks (`order`)."""
        if kind == "order":
            self.walk_order(item_id)

    def state(self) -> Mapping[str, object]:
        """Terminal mode or not, and the queue's filters."""
        return {"terminal": self._terminal, "queue": self.queue.state()}

    def restore(self, state: Mapping[str, object]) -> None:
        """As it was left."""
        self.set_terminal(bool(state.get("terminal")))
        self.queue.restore(state.get("queue"))

    def scan_targets(self) -> Sequence[ScanTarget]:
        """A bin or product of the walk first; then an order to walk; then other work on stock."""
        return (
            *self.side.scan_targets(),
            ScanTarget("bin", lambda scan: scan.kind == "bin" and self.walk.task is not None, self._on_bin),
            ScanTarget("staging", self._is_staging, lambda _scan: self.picks.drop(self.walk)),
            ScanTarget(
                "product",
                lambda scan: scan.kind in _CODE_KINDS and self.walk.task is not None,
                self._on_product,
            ),
            ScanTarget("order", lambda scan: scan.kind == "order", self._on_order),
        )

    # -- the walk --------------------------------------------------------------------------------------------------

    def walk_order(self, order_id: str) -> None:
        """Walk all open tasks of an order."""
        desk, site_id = self._context.desk, self._context.session.site_id
        self._context.runner.run(
            lambda: offered_tasks(desk.read, site_id, order_id=order_id),
            self._start_walk,
            self,
            key="walk",
            label="Finding the tasks",
        )

    def confirm(self) -> None:
        """All that is left of the present task was taken."""
        task = self.walk.task
        if task is None:
            return
        if self.walk.stage is Stage.BIN:
            self._context.scanner.bad(f"First scan the bin {task.location_code}")
            return
        if self.walk.stage is Stage.PRODUCT:
            self._context.scanner.bad(f"First scan the product {task.sku}")
            return
        self.picks.confirm(task, self.walk.left)

    def picked(self, task: PickTaskRow) -> None:
        """A task is durable: on to the next."""
        if self.walk.task is not None and self.walk.task.id == task.id:
            self.walk.next()
        self._show_walk()

    def dropped(self, walk: Walk) -> None:
        """What was picked on a walk lies in staging: the walk is over, and the card is ready for the next."""
        if walk is self.walk:
            self.walk = Walk()
        self._show_walk()

    def _paper(self) -> Paper:
        """The pick lists of the orders that are walked; before a walk, of those selected in the queue."""
        tasks = self.walk.tasks if self.walk.task is not None else self.queue.table.selected_rows()
        return Paper("pick_list", list(dict.fromkeys(task.order_id for task in tasks)))

    def _start_walk(self, tasks: Sequence[PickTaskRow]) -> None:
        self.walk = Walk.over(self.hall.hall.in_walking_order(tasks))
        if tasks:
            self.picks.claim(tasks)
        self._show_walk()
        if not tasks:
            self._context.toasts.show("There is nothing to pick there.", "neutral")

    def _show_walk(self) -> None:
        self.card.show_walk(self.walk)
        self.hall.show_walk(self.walk)
        self.queue.show_walk(self.walk)
        self._context.actions.refresh()

    def _load(self) -> None:
        self.queue.refresh()
        self.side.refresh()
        if not self.walk.tasks:
            self._show_walk()
            return
        desk, ids = self._context.desk, [task.id for task in self.walk.tasks]
        self._context.runner.run(lambda: done_in_walk(desk.read, ids), self._settle, self, key="settle")

    def _settle(self, done: set[str]) -> None:
        self.walk.settle(done)
        self._show_walk()

    # -- scans -----------------------------------------------------------------------------------------------------

    def _on_bin(self, scan: Any) -> ScanFeedback | None:
        task = self.walk.task
        assert task is not None
        if scan.code != task.location_code:
            return ScanFeedback(False, f"This is {scan.code}. Go to {task.location_code}")
        if self.walk.stage is Stage.COUNT:
            # The same bin again after the product: the picker has all of them.
            self.confirm()
            return None
        self.walk.found_bin()
        self._show_walk()
        return ScanFeedback(True, f"{task.location_code}: take {self.walk.left} {task.sku}")

    def _on_product(self, scan: Any) -> ScanFeedback | None:
        task = self.walk.task
        assert task is not None
        if self.walk.stage is Stage.BIN:
            return ScanFeedback(False, f"First scan the bin {task.location_code}")
        desk = self._context.desk
        self._context.runner.run(
            lambda: desk.read.product_by_code(scan.code) or desk.read.product_by_code(scan.raw),
            lambda found: self._on_found(task, found, scan),
            self,
            key="product",
        )
        return None

    def _on_found(self, task: PickTaskRow, found: Any, scan: Any) -> None:
        if self.walk.task is None or self.walk.task.id != task.id:
            return
        if found is None or found.product_id != task.product_id:
            what = found.sku if found is not None else scan.raw
            self._context.scanner.bad(f"This is {what}. Take {task.sku}")
            return
        if scan.lot and task.lot and scan.lot != task.lot:
            self._context.scanner.bad(f"This is lot {scan.lot}. Take lot {task.lot}")
            return
        self.walk.found_product(found.quantity * (scan.quantity or 1))
        if self.walk.counted >= self.walk.left:
            self.picks.confirm(task, self.walk.left)
        else:
            self._context.scanner.good(f"{self.walk.counted} of {self.walk.left}")
        self._show_walk()

    def _is_staging(self, scan: Any) -> bool:
        return self.walk.stage is Stage.DONE and bool(self.walk.tasks) and self.hall.is_staging(scan.code)

    def _on_order(self, scan: Any) -> ScanFeedback | None:
        desk, site_id = self._context.desk, self._context.session.site_id
        self._context.runner.run(
            lambda: order_by_number(desk.read, site_id, scan.code),
            lambda order_id: self._found_order(scan.code, order_id),
            self,
            key="order",
        )
        return None

    def _found_order(self, number: str, order_id: str | None) -> None:
        if order_id is None:
            self._context.scanner.bad(f"Order {number} is not known here")
            return
        self._context.scanner.good(f"Order {number}")
        # Scanned twice, as hands do: the walk goes on where it is.
        if not self.walk.is_over_order(order_id):
            self.walk_order(order_id)

    # -- building --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        theme = self._context.theme
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        self._left = QStackedWidget()
        pages = {"queue": self.queue, "side": self.side}
        for page in pages.values():
            self._left.addWidget(page)
        tabs = Tabs(theme, "picking.tab", (("queue", "To pick"), ("side", "Other work")))
        tabs.chosen.connect(lambda key: self._left.setCurrentWidget(pages[key]))
        mode = button(
            theme, "Terminal mode", lambda: self.set_terminal(not self._terminal), kind="quiet", icon="expand"
        )
        mode.setObjectName("picking.terminal")
        head = row(tabs, "stretch", mode, margins=body_margins())
        left.addWidget(holder(head))
        left.addWidget(self._left, 1)
        self._left_side = holder(left)
        self._body = QSplitter(Qt.Orientation.Horizontal)
        self._body.setHandleWidth(1)
        self._body.setChildrenCollapsible(False)
        for piece, share in (
            (self._left_side, 4),
            (self.hall, 4),
            (holder(_wrapped(self.card), "surface"), 3),
        ):
            self._body.addWidget(piece)
            self._body.setStretchFactor(self._body.count() - 1, share)
        self._body.setSizes([460, 420, 360])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._body)

    def set_terminal(self, on: bool) -> None:
        """Show only the card, large, or everything."""
        self._terminal = on
        self._left_side.setVisible(not on)
        self.hall.setVisible(not on)
        self.card.enlarge(on)

    def _bind(self) -> None:
        actions = self._context.actions
        self.queue.table.selection_changed.connect(actions.refresh)
        actions.when("pick_walk", lambda: self.walk.task is not None, "Begin a walk first.")
        actions.when("pick_selected", lambda: bool(self.queue.table.selected_count()),
                     "Choose tasks in the queue first.")  # fmt: skip
        actions.bind("pick.confirm", self.confirm)
        actions.bind("pick.short", self.picks.ask_short)
        actions.bind("pick.terminal", lambda: self.set_terminal(not self._terminal))
        actions.bind("pick.claim", self.queue.walk_selected)


def _wrapped(widget: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(widget)
    return layout
