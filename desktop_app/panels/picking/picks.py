"""The commands of a walk: claimed, picked, short, dropped in staging; each with its undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desktop_app.doing import ScannerDoer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.picking.short_dialog import ShortDialog
from desktop_app.panels.picking.walk import Walk
from local_db.queries.pick_tasks import PickTaskRow
from services.commands import ClaimPicks, Command, ConfirmPick, ShortPick, StagePicks, UndoPick

if TYPE_CHECKING:
    from desktop_app.panels.picking.panel import Panel


class Picks:
    """Sends what the picker did, and tells the panel when it is on the disk."""

    def __init__(self, context: PanelContext, panel: Panel) -> None:
        self._context, self._panel = context, panel
        self._doer = ScannerDoer(context, panel)
        self._under_way: set[str] = set()

    def claim(self, tasks: Sequence[PickTaskRow]) -> None:
        """Let others see whose these tasks are."""
        pending = tuple(task.id for task in tasks if task.status == "pending")
        if pending:
            self._doer.do(ClaimPicks(site_id=tasks[0].site_id, task_ids=pending))

    def confirm(self, task: PickTaskRow, quantity: int) -> None:
        """So many units of a task were taken."""
        if task.id in self._under_way:
            return
        command = ConfirmPick(
            site_id=task.site_id, task_id=task.id, order_id=task.order_id, line_id=task.line_id,
            product_id=task.product_id, location_id=task.location_id, lot=task.lot, quantity=quantity,
        )  # fmt: skip
        self._send(task, command, f"{quantity} {task.sku} picked")

    def ask_short(self) -> None:
        """Ask how many were found, and why."""
        walk = self._panel.walk
        task = walk.task
        if task is None:
            return
        what = f"{task.sku} {task.product_name} at {task.location_code}"
        ShortDialog(
            self._context.theme,
            what,
            walk.left,
            lambda found, reason: self._short(task, found, reason),
            self._panel,
        ).open()

    def drop(self, walk: Walk) -> None:
        """All that was picked on this walk lies in staging."""
        if not walk.done:
            return
        self._doer.do(
            StagePicks(site_id=walk.tasks[0].site_id, task_ids=tuple(sorted(walk.done))),
            f"{len(walk.done)} {'pick' if len(walk.done) == 1 else 'picks'} dropped in staging",
            then=lambda: self._panel.dropped(walk),
        )

    def _short(self, task: PickTaskRow, found: int, reason: str) -> None:
        command = ShortPick(
            site_id=task.site_id, task_id=task.id, order_id=task.order_id, line_id=task.line_id,
            product_id=task.product_id, location_id=task.location_id, lot=task.lot, found=found, reason=reason,
        )  # fmt: skip
        self._send(task, command, f"Short: {found} {task.sku} found", undo=False)

    def _send(self, task: PickTaskRow, command: Command, words: str, *, undo: bool = True) -> None:
        self._under_way.add(task.id)

        def done() -> None:
            self._under_way.discard(task.id)
            self._panel.picked(task)

        def doubted(reason: str) -> None:
            self._panel.walk.doubted[task.id] = reason

        def failed(_error: Exception) -> bool:
            self._under_way.discard(task.id)
            return False

        back = UndoPick(site_id=task.site_id, task_id=task.id) if undo else None
        self._doer.do(command, words, undo=back, then=done, doubted=doubted, failed=failed)
