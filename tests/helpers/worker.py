"""Somebody who does at a desk what comes to mind: orders, picks, receives, counts, changes."""

from __future__ import annotations

import random
from typing import Any

from local_db import Desk
from services import commands as c
from services.domain.refusals import RuleViolation
from services.storage.tables import CycleCount, Order, PickTask, Stock
from tests.helpers.warehouse_names import CUSTOMER, SITE, product_id

_PRODUCTS = 4


class Worker:
    """Does one thing after the other with a desk, as ``chance`` says."""

    def __init__(self, desk: Desk, chance: random.Random) -> None:
        self._desk, self._chance = desk, chance

    def work(self) -> tuple[str, c.Command] | None:
        """Give a command: answers its id and what it is. None where there was nothing to do it with, or where it was refused
        on the spot: then the person was told, and nothing was queued."""
        deed = self._chance.choice(
            (
                self._order, self._order, self._pick, self._pick, self._short, self._stock, self._change, self._count
            )
        )  # fmt: skip
        command = deed()
        if command is None:
            return None
        try:
            return self._desk.do(command).id, command
        except RuleViolation:
            return None

    def _order(self) -> c.Command:
        chance, desk = self._chance, self._desk
        lines = tuple(
            c.NewLine(
                line_id=desk.new_id(),
                product_id=product_id(p),
                quantity=chance.randint(1, 12),
                price_minor=100,
            )
            for p in chance.sample(range(1, _PRODUCTS + 1), chance.randint(1, 3))
        )
        return c.PlaceOrder(
            site_id=SITE, order_id=desk.new_id(), number=desk.next_order_number(), customer_id=CUSTOMER, lines=lines,
            currency="GBP", priority=chance.randint(1, 9),
        )  # fmt: skip

    def _pick(self) -> c.Command | None:
        task = self._any(PickTask, "status IN ('pending', 'picking')")
        if task is None:
            return None
        return c.ConfirmPick(
            **_named(task), quantity=self._chance.randint(1, max(1, task.quantity - task.picked))
        )

    def _short(self) -> c.Command | None:
        task = self._any(PickTask, "status IN ('pending', 'picking') AND quantity > picked + 1")
        if task is None:
            return None
        return c.ShortPick(**_named(task), found=self._chance.randint(0, 1), reason="too_few")

    def _stock(self) -> c.Command | None:
        chance, row = self._chance, self._any(Stock, "status = 'good'")
        if row is None:
            return None
        named: dict[str, Any] = {
            "site_id": SITE,
            "product_id": row.product_id,
            "location_id": row.location_id,
        }
        return chance.choice(
            (
                c.ReceiveStock(**named, quantity=chance.randint(1, 9)),
                c.AdjustStock(**named, delta=chance.randint(-4, 4), reason="found"),
                c.HoldStock(**named, quantity=chance.randint(1, 3), reason="damaged"),
            )
        )

    def _change(self) -> c.Command | None:
        chance, order = self._chance, self._any(Order, "status NOT IN ('cancelled', 'closed')")
        if order is None:
            return None
        named = {"site_id": SITE, "order_id": order.id}
        return chance.choice(
            (
                c.CancelOrder(**named, reason="call"),
                c.HoldOrder(**named, reason="call"),
                c.ResumeOrder(**named),
                c.RetryOrder(**named),
                c.PackOrder(**named),
                c.ChangeOrder(
                    **named,
                    expected=c.OrderFields(note=order.note),
                    values=c.OrderFields(note=f"note {chance.randint(1, 3)}"),
                ),
            )
        )

    def _count(self) -> c.Command | None:
        row = self._any(CycleCount, "status IN ('queued', 'counted')")
        if row is None:
            return None
        if row.status == "counted":
            return c.ApproveCount(site_id=SITE, count_id=row.id)
        return c.CountStock(
            site_id=SITE, count_id=row.id, product_id=row.product_id, location_id=row.location_id,
            counted=self._chance.randint(0, 20),
        )  # fmt: skip

    def _any(self, cls: Any, where: str) -> Any:
        ids = self._desk.read.values(f'SELECT id FROM "{cls.table.name}" WHERE {where} ORDER BY id')
        return self._desk.read.get(cls, self._chance.choice(ids)) if ids else None


def _named(task: PickTask) -> dict[str, Any]:
    return {
        "site_id": SITE, "task_id": task.id, "order_id": task.order_id, "line_id": task.line_id,
        "product_id": task.product_id, "location_id": task.location_id, "lot": task.lot,
    }  # fmt: skip
