"""What can be done with orders that exist: each deed as a command, a message, and the command that takes it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QObject

from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders.words import CANCEL_REASONS, HOLD_REASONS, count
from local_db.queries.order_queries import OrderListRow
from services.commands import (
    CancelOrder,
    ChangeLine,
    ChangeOrder,
    CloseOrder,
    Command,
    ConfirmOrder,
    HoldOrder,
    OrderFields,
    ReleaseOrders,
    ResumeOrder,
    RetryOrder,
)
from services.domain.refusals import RuleViolation

Rows = Sequence[OrderListRow]


class OrderDeeds(QObject):
    """Carries deeds out in the write lane. A refusal is said in its own words, and the other orders go on."""

    def __init__(self, context: PanelContext, site_id: str, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._site_id = context, site_id

    def hold(self, rows: Rows) -> None:
        """Stop work on orders, for a reason."""

        def act(reason: str, note: str) -> None:
            why = f"{reason}: {note}"[:200] if note else reason
            self._each(
                rows, lambda row: HoldOrder(site_id=self._site_id, order_id=row.id, reason=why), "on hold",
                undo=lambda row: ResumeOrder(site_id=self._site_id, order_id=row.id),
            )  # fmt: skip

        self._ask("Put on hold", rows, HOLD_REASONS, act)

    def resume(self, rows: Rows) -> None:
        """Let work go on."""
        self._each(
            rows, lambda row: ResumeOrder(site_id=self._site_id, order_id=row.id), "resumed",
            undo=lambda row: HoldOrder(site_id=self._site_id, order_id=row.id, reason="Resumed by mistake"),
        )  # fmt: skip

    def cancel(self, rows: Rows) -> None:
        """Call orders off, for a reason. There is no way back but to order again."""

        def act(reason: str, note: str) -> None:
            why = f"{reason}: {note}"[:200] if note else reason
            self._each(
                rows, lambda row: CancelOrder(site_id=self._site_id, order_id=row.id, reason=why), "cancelled"
            )

        self._ask("Cancel", rows, CANCEL_REASONS, act)

    def retry(self, rows: Rows) -> None:
        """Look for stock again for what waits."""
        self._each(
            rows, lambda row: RetryOrder(site_id=self._site_id, order_id=row.id), "looked for stock again"
        )

    def close(self, rows: Rows) -> None:
        """Put delivered orders away."""
        self._each(rows, lambda row: CloseOrder(site_id=self._site_id, order_id=row.id), "closed")

    def confirm(self, rows: Rows) -> None:
        """Make drafts on the server's books binding."""
        self._each(rows, lambda row: ConfirmOrder(site_id=self._site_id, order_id=row.id), "confirmed")

    def release(self, rows: Rows) -> None:
        """Send orders to the pickers as one wave."""
        desk = self._context.desk
        identity = desk.identity  # type: ignore[attr-defined]
        number = f"W-{identity.terminal_code if identity else 'DESK'}-{datetime.now(UTC):%m%d-%H%M%S}"
        command = ReleaseOrders(
            site_id=self._site_id,
            wave_id=desk.new_id(),  # type: ignore[attr-defined]
            number=number,
            order_ids=tuple(row.id for row in rows),
        )
        self._do(
            command,
            f"Wave {number} with {count(len(rows), 'order')} released to picking",
            f"Releasing {number}",
        )

    def change_quantity(self, row: OrderListRow, line_id: str, sku: str, before: int, after: int) -> None:
        """Ask for more or fewer units of a line."""

        def command(expected: int, quantity: int) -> ChangeLine:
            return ChangeLine(
                site_id=self._site_id,
                order_id=row.id,
                line_id=line_id,
                expected_quantity=expected,
                quantity=quantity,
            )

        self._do(
            command(before, after), f"{row.number}: {sku} from {before} to {after}", "Changing the quantity",
            undo=lambda: command(after, before), undo_words=f"{sku} of {row.number} to {after}",
        )  # fmt: skip

    def change_fields(self, row: OrderListRow, expected: OrderFields, values: OrderFields) -> None:
        """Change fields of an order; what the person saw goes along."""
        self._do(
            ChangeOrder(site_id=self._site_id, order_id=row.id, expected=expected, values=values),
            f"Order {row.number} changed",
            "Changing the order",
            undo=lambda: ChangeOrder(
                site_id=self._site_id, order_id=row.id, expected=values, values=expected
            ),
            undo_words=f"order {row.number} changed",
        )

    def print(self, kind: str, rows: Rows) -> None:
        """Print pick lists or packing slips of orders."""
        from desktop_app.printing import print_order

        print_order(self._context, kind, [row.id for row in rows])

    def _ask(
        self, verb: str, rows: Rows, reasons: Sequence[tuple[str, str]], act: Callable[[str, str], object]
    ) -> None:
        if not rows:
            return
        what = (
            f"Order {rows[0].number}, {rows[0].customer_name}"
            if len(rows) == 1
            else count(len(rows), "order")
        )
        title = f"{verb} {rows[0].number}" if len(rows) == 1 else f"{verb} {count(len(rows), 'order')}"
        parent = self.parent()
        dialog = ReasonDialog(self._context.theme, title, f"{what}. Why?", reasons, act, parent.window())  # type: ignore[attr-defined]
        dialog.setObjectName("orders.reason")
        dialog.open()

    def _each(
        self,
        rows: Rows,
        command: Callable[[OrderListRow], Command],
        done: str,
        undo: Callable[[OrderListRow], Command] | None = None,
    ) -> None:
        """A command for each order; those refused are named, the others stand."""
        if not rows:
            return
        desk = self._context.desk

        def work() -> tuple[list[OrderListRow], list[tuple[OrderListRow, RuleViolation]], list[str]]:
            good, bad, said = [], [], []
            for row in rows:
                try:
                    receipt = desk.do(command(row))
                except RuleViolation as refusal:
                    bad.append((row, refusal))
                else:
                    good.append(row)
                    said.append(getattr(receipt, "message", ""))
            return good, bad, said

        def then(
            answer: tuple[list[OrderListRow], list[tuple[OrderListRow, RuleViolation]], list[str]],
        ) -> None:
            good, bad, said = answer
            for row, refusal in bad[:3]:
                self._context.toasts.bad(f"{row.number}: {refusal}")
            if len(bad) > 3:
                self._context.toasts.bad(f"{len(bad) - 3} more orders were refused in the same way")
            if good:
                words = f"Order {good[0].number} {done}" if len(good) == 1 else f"{len(good)} orders {done}"
                if undo is not None:
                    for row in good:
                        self._remember(f"order {row.number} {done}", lambda row=row: undo(row))  # type: ignore[misc]
                self._say(words, said[0] if len(good) == 1 else "", undo is not None)

        self._context.runner.run(work, then, self, lane="write", label=f"Orders {done}")

    def _do(
        self,
        command: Command,
        words: str,
        doing: str,
        *,
        undo: Callable[[], Command] | None = None,
        undo_words: str = "",
    ) -> None:
        desk = self._context.desk

        def then(receipt: object) -> None:
            if undo is not None:
                self._remember(undo_words, undo)
            self._say(words, str(getattr(receipt, "message", "")), undo is not None)

        def failed(error: Exception) -> bool:
            if isinstance(error, RuleViolation):
                self._context.toasts.bad(str(error))
                return True
            return False

        self._context.runner.run(
            lambda: desk.do(command), then, self, failed=failed, lane="write", label=doing
        )

    def _remember(self, words: str, make: Callable[[], Command]) -> None:
        stack = getattr(self._context.shell, "undo_stack", None)
        if stack is not None:
            stack.remember(words, make)

    def _say(self, words: str, more: str, undo: bool) -> None:
        """What was done; ``more`` is what of it fell short."""
        text = f"{words}. {more}" if more else words
        self._context.toasts.show(
            text, "warning" if more else "ok", ("Undo", self._context.undo) if undo else None
        )
