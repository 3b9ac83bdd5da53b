"""Follows the order that was placed last, until each of its four effects is confirmed or refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.change_feed import FreshView
from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders import effects
from desktop_app.panels.orders.entry_side import EntrySide
from desktop_app.panels.orders.placing import Placed
from local_db.queries.order_story_queries import OrderStory, Refusal, order_refusals, order_story

_TABLES: Final = (
    "order",
    "order_line",
    "reservation",
    "shipment",
    "stop",
    "pick_task",
    "attention",
    "outbox",
)


class PlacedLadder(QObject):
    """Writes the ladder of the entry's side as the desk learns more."""

    def __init__(self, context: PanelContext, side: EntrySide, seen_with: QWidget) -> None:
        super().__init__(seen_with)
        self._context, self._side = context, side
        self._last: Placed | None = None
        self._fresh = FreshView(seen_with, context.feed, _TABLES, self._refresh)

    @property
    def order_id(self) -> str:
        """The order that is followed; empty before one was placed."""
        return self._last.order_id if self._last else ""

    def follow(self, placed: Placed) -> None:
        """Follow another order from now on."""
        self._last = placed
        self._refresh()

    def _refresh(self) -> None:
        last, read = self._last, self._context.desk.read
        if last is not None:
            self._context.runner.run(
                lambda: (order_story(read, last.order_id), order_refusals(read, last.order_id)),
                lambda found: self._show(last, *found),
                self,
                key="ladder",
            )

    def _show(self, last: Placed, story: OrderStory | None, refusals: Sequence[Refusal]) -> None:
        title = f"Order {last.number}"
        if story is not None:
            rungs = effects.effects_of(story, self._context.session.time_zone, is_certain=last.is_certain)
            self._side.show_order(title, last.customer, rungs)
        elif refusals:
            words = f"{last.customer}. It waits for you in the Outbox."
            self._side.show_order(title, words, effects.refused(refusals[0]))
