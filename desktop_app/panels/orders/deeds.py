"""What can be done with orders that exist: each deed as a command, a message, and the command that takes it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.doing import Doer
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
    Wanted,
)
from services.domain.refusals import RuleViolation

Rows = Sequence[OrderListRow]
_MOST_REFUSALS: Final = 3


class _Outcome(NamedTuple):
    """Of several orders: those done, what was said of each, whether it is certain, and the refusals in words."""

    good: list[OrderListRow]
    said: list[str]
    certain: list[bool]
    refused: list[str]


class OrderDeeds(Doer):
    """The deeds of the panel. Of several orders, those refused are named, and the others go on."""

    def hold(self, rows: Rows) -> None:
        """Stop work on orders, for a reason."""

        def act(reason: str, note: str) -> None:
            why = f"{reason}: {note}"[:200] if note else reason
            self._each(
                rows, lambda row: HoldOrder(site_id=self.site_id, order_id=row.id, reason=why), "on hold",
                undo=lambda row: ResumeOrder(site_id=self.site_id, order_id=row.id),
            )  # fmt: skip

        self._ask("Put on hold", rows, HOLD_REASONS, act)

    def resume(self, rows: Rows) -> None:
        """Let work go on."""
        self._each(
            rows, lambda row: ResumeOrder(site_id=self.site_id, order_id=row.id), "resumed",
            undo=lambda row: HoldOrder(site_id=self.site_id, order_id=row.id, reason="Resumed by mistake"),
        )  # fmt: skip

    def cancel(self, rows: Rows) -> None:
        """Call orders off, for a reason. There is no way back but to order again."""

        def act(reason: str, note: str) -> None:
            why = f"{reason}: {note}"[:200] if note else reason
            self._each(
                rows, lambda row: CancelOrder(site_id=self.site_id, order_id=row.id, reason=why), "cancelled"
            )

        self._ask("Cancel", rows, CANCEL_REASONS, act)

    def retry(self, rows: Rows) -> None:
        """Look for stock again for what waits."""
        self._each(
            rows, lambda row: RetryOrder(site_id=self.site_id, order_id=row.id), "looked for stock again"
        )

    def close(self, rows: Rows) -> None:
        """Put delivered orders away."""
        self._each(rows, lambda row: CloseOrder(site_id=self.site_id, order_id=row.id), "closed")

    def confirm(self, rows: Rows) -> None:
        """Make drafts binding; what of them is set aside for this desk is certain."""
        read = self.context.desk.read

        def confirm(row: OrderListRow) -> ConfirmOrder:
            wanted = [(line.product_id, line.quantity - line.cancelled) for line in read.order_lines(row.id)]
            draws = tuple(Wanted(product_id=each, quantity=units) for each, units in wanted if units > 0)
            return ConfirmOrder(site_id=self.site_id, order_id=row.id, draws=draws)

        self._each(rows, confirm, "confirmed", if_certain=", certain: it is set aside for this desk")

    def release(self, rows: Rows) -> None:
        """Send orders to the pickers as one wave."""
        desk = self.context.desk
        identity = desk.identity  # type: ignore[attr-defined]
        number = f"W-{identity.terminal_code if identity else 'DESK'}-{datetime.now(UTC):%m%d-%H%M%S}"
        command = ReleaseOrders(
            site_id=self.site_id,
            wave_id=desk.new_id(),
            number=number,
            order_ids=tuple(row.id for row in rows),
        )
        self.do(
            command,
            f"Wave {number} with {count(len(rows), 'order')} released to picking",
            label=f"Releasing {number}",
        )

    def change_quantity(self, row: OrderListRow, line_id: str, sku: str, before: int, after: int) -> None:
        """Ask for more or fewer units of a line."""

        def command(expected: int, quantity: int) -> ChangeLine:
            return ChangeLine(
                site_id=self.site_id,
                order_id=row.id,
                line_id=line_id,
                expected_quantity=expected,
                quantity=quantity,
            )

        self.do(
            command(before, after), f"{row.number}: {sku} from {before} to {after}", label="Changing the quantity",
            undo=command(after, before), undo_words=f"{sku} of {row.number} to {after}",
        )  # fmt: skip

    def change_fields(self, row: OrderListRow, expected: OrderFields, values: OrderFields) -> None:
        """Change fields of an order; what the person saw goes along."""
        self.do(
            ChangeOrder(site_id=self.site_id, order_id=row.id, expected=expected, values=values),
            f"Order {row.number} changed",
            label="Changing the order",
            undo=ChangeOrder(site_id=self.site_id, order_id=row.id, expected=values, values=expected),
            undo_words=f"order {row.number} changed",
        )

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
        dialog = ReasonDialog(self.context.theme, title, f"{what}. Why?", reasons, act, parent.window())  # type: ignore[attr-defined]
        dialog.setObjectName("orders.reason")
        dialog.open()

    def _each(
        self,
        rows: Rows,
        command: Callable[[OrderListRow], Command],
        done: str,
        undo: Callable[[OrderListRow], Command] | None = None,
        if_certain: str = "",
    ) -> None:
        """A command for each order; those refused are named, the others stand. ``if_certain`` is said of one order that
        the server will take as it is."""
        if not rows:
            return
        desk = self.context.desk

        def work() -> _Outcome:
            answer = _Outcome([], [], [], [])
            for row in rows:
                try:
                    receipt = desk.do(command(row))
                except RuleViolation as refusal:
                    answer.refused.append(f"{row.number}: {refusal}")
                else:
                    answer.good.append(row)
                    answer.said.append(receipt.message)
                    answer.certain.append(receipt.status == "confirmed")
            return answer

        def then(answer: _Outcome) -> None:
            for words in answer.refused[:_MOST_REFUSALS]:
                self.say_refused(words)
            if (more := len(answer.refused) - _MOST_REFUSALS) > 0:
                self.say_refused(f"{count(more, 'more order')} refused in the same way")
            if not answer.good:
                return
            if undo is not None:
                for row in answer.good:
                    self.remember(f"order {row.number} {done}", undo(row))
            alone = len(answer.good) == 1
            words = f"Order {answer.good[0].number} {done}" if alone else f"{len(answer.good)} orders {done}"
            if alone and answer.certain[0]:
                words += if_certain
            self.say(words, more=answer.said[0] if alone else "", undo=undo is not None)

        self.run(work, then, label=f"Orders {done}")
