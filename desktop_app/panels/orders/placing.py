"""Puts a draft on the desk's books: as a new order, or as more lines of one that exists."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QObject

from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders.draft import Draft, to_command
from services.commands import CancelOrder

log = logging.getLogger(__name__)


class Placed(NamedTuple):
    """An order that is durable here. ``message`` says what of it fell short; ``is_certain``: the server will take it as
    it is, for all of it was set aside for this desk."""

    order_id: str
    number: str
    customer: str
    message: str
    added_lines: int = 0
    is_certain: bool = False


class Placer(QObject):
    """Places one draft at a time, in the write lane."""

    def __init__(self, context: PanelContext, site_id: str, currency: str, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._site_id, self._currency = context, site_id, currency
        self.is_busy = False

    def place(
        self,
        draft: Draft,
        due_on: str,
        then: Callable[[Placed], object],
        failed: Callable[[Exception, Draft], bool],
    ) -> None:
        """Place `draft`; `failed(error, draft)` gets it with the number that was drawn for it, so that none is wasted."""
        desk: object = self._context.desk
        drawn = [draft.number] if draft.number else []

        def work() -> Placed:
            if not drawn:
                drawn.append(desk.next_order_number())  # type: ignore[attr-defined]
            command = to_command(
                draft,
                site_id=self._site_id,
                number=drawn[0],
                currency=self._currency,
                due_on=due_on,
                new_id=desk.new_id,  # type: ignore[attr-defined]
            )
            receipt = desk.do(command)  # type: ignore[attr-defined]
            desk.drafts.drop(draft.key)  # type: ignore[attr-defined]
            if draft.resend_item:
                self._resolve(draft.resend_item)
            customer = draft.customer.name if draft.customer else ""
            added = len(draft.lines) if draft.add_to else 0
            is_certain = receipt.status == "confirmed"
            return Placed(
                draft.add_to or draft.order_id, drawn[0], customer, receipt.message, added, is_certain
            )

        def done(placed: Placed) -> None:
            self.is_busy = False
            if not placed.added_lines:
                self._remember_undo(placed)
            then(placed)

        def refused(error: Exception) -> bool:
            self.is_busy = False
            return failed(error, replace(draft, number=drawn[0]) if drawn else draft)

        self.is_busy = True
        self._context.runner.run(work, done, self, failed=refused, lane="write", label="Placing the order")

    def _resolve(self, item_id: int) -> None:
        try:
            self._context.desk.resolve_attention(item_id, "edited")  # type: ignore[attr-defined]
        except LookupError:
            # Somebody dealt with the item meanwhile; the new order stands on its own.
            log.info("attention item %d was resolved before its order was placed again", item_id)

    def _remember_undo(self, placed: Placed) -> None:
        site_id = self._site_id
        self._context.shell.undo_stack.remember(
            f"order {placed.number} placed",
            lambda: CancelOrder(site_id=site_id, order_id=placed.order_id, reason="Entered by mistake"),
        )
