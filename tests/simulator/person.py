"""Somebody who works at a desk: orders, picks, counts, packs, drives and edits whatever the screen shows."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from local_db.command_runner import Receipt
from services import commands as c
from services.domain.refusals import RuleViolation
from services.storage.row import ORG, Row, columns_of
from services.storage.tables import (
    Alert,
    Allotment,
    Customer,
    CycleCount,
    Order,
    OrderLine,
    PickTask,
    Product,
    Shipment,
    Stock,
    StockTask,
    Terminal,
    Vehicle,
)
from tests.server.warehouse import CUSTOMER, OTHER_SITE, SITE, bin_id, product_id
from tests.simulator.stage import PRODUCTS

if TYPE_CHECKING:
    from tests.simulator.terminal import SimDesk

_TRIES = 12
_PEOPLE = ("user-supervisor", "user-supervisor", "user-administrator")


class Person:
    """Does one thing with a desk. ``salt`` is all the chance that it takes."""

    def __init__(self, desk: SimDesk, salt: int) -> None:
        self.desk = desk
        self.chance = random.Random(salt)
        desk.chance = self.chance
        desk.as_user(self.chance.choice(_PEOPLE))
        self.site = self.chance.choice([s.removeprefix("site:") for s in desk.scopes if s != ORG] or [SITE])

    def work(self) -> tuple[c.Command, Receipt] | None:
        """Give a command that is taken: answers it and its receipt. None where nothing was possible.

        Raises what the desk raises, but for refusals on the spot: then the person does something else.
        """
        for _ in range(_TRIES):
            command = self.chance.choices(_DEEDS, _WEIGHTS)[0](self)
            if command is None:
                continue
            try:
                return command, self.desk.do(command)
            except RuleViolation:
                continue
        return None

    # Deeds: each answers a command, or None where there is nothing to do it with

    def order(self) -> c.Command:
        """A customer calls."""
        return self._order(*self._lines())

    def _lines(self) -> tuple[c.NewLine, ...]:
        chance, desk = self.chance, self.desk
        return tuple(
            c.NewLine(line_id=desk.new_id(), product_id=product_id(p), quantity=chance.randint(1, 9), price_minor=100)
            for p in chance.sample(range(1, PRODUCTS + 1), chance.choice((1, 1, 2)))
        )  # fmt: skip

    def _order(self, *lines: c.NewLine, drafts: float = 0.1) -> c.Command:
        chance, desk = self.chance, self.desk
        return c.PlaceOrder(
            site_id=self.site, order_id=desk.new_id(), number=desk.next_order_number(), customer_id=CUSTOMER, lines=lines,
            currency="GBP", priority=chance.randint(1, 9), on_shortfall=chance.choice(("backorder", "refuse")),
            draft=chance.random() < drafts,
        )  # fmt: skip

    def pick(self) -> c.Command | None:
        """Goods were taken out of a bin."""
        task = self._any(PickTask, "status IN ('pending', 'picking')")
        if task is None:
            return None
        left = max(1, task.quantity - task.picked)
        quantity = left if self.chance.random() < 0.8 else self.chance.randint(1, left)
        return c.ConfirmPick(**_named(task), quantity=quantity)

    def short(self) -> c.Command | None:
        """Fewer were found."""
        task = self._any(PickTask, "status IN ('pending', 'picking')")
        found = 0 if task is None else self.chance.randint(0, max(0, task.quantity - task.picked - 1))
        return None if task is None else c.ShortPick(**_named(task), found=found, reason="too_few")

    def task(self) -> c.Command | None:
        """Tasks are claimed, given back, rolled back, staged."""
        task = self._any(PickTask)
        if task is None:
            return None
        ids: dict[str, Any] = {"site_id": self.site, "task_ids": (task.id,)}
        return self.chance.choice(
            (
                c.ClaimPicks(**ids), c.UnclaimPicks(**ids), c.StagePicks(**ids),
                c.UndoPick(site_id=self.site, task_id=task.id),
            )
        )  # fmt: skip

    def stock(self) -> c.Command:
        """Goods come in, are moved, set right, set aside."""
        chance = self.chance
        at: dict[str, Any] = {
            "site_id": self.site,
            "product_id": product_id(chance.randint(1, PRODUCTS)),
        }
        place = bin_id(self.site, chance.randint(1, 4))
        match chance.randrange(6):
            case 0:
                return c.AdjustStock(**at, location_id=place, delta=chance.randint(-4, 4), reason="found")
            case 1:
                return c.HoldStock(**at, location_id=place, quantity=chance.randint(1, 3), reason="damaged")
            case 2:
                held = self._any(Stock, "status = 'held' AND on_hand > 0")
                if held is None:
                    return c.AdjustStock(**at, location_id=place, delta=1, reason="found")
                return c.ReleaseStock(
                    site_id=self.site, product_id=held.product_id, location_id=held.location_id, quantity=1
                )
            case 3:
                other = bin_id(self.site, chance.randint(5, 8))
                return c.MoveStock(
                    **at, from_location_id=place, to_location_id=other, quantity=chance.randint(1, 5)
                )
            case _:
                return c.ReceiveStock(**at, location_id=place, quantity=chance.randint(1, 6))

    def change(self) -> c.Command | None:
        """An order is changed, held, called off."""
        chance, order = self.chance, self._any(Order, "status NOT IN ('cancelled', 'closed')")
        if order is None:
            return None
        named: dict[str, Any] = {"site_id": self.site, "order_id": order.id}
        if order.status == "on_hold" and chance.random() < 0.5:
            return c.ResumeOrder(**named)
        if order.status == "delivered" and chance.random() < 0.5:
            return c.CloseOrder(**named)
        note = f"note {chance.randint(1, 3)}"
        return chance.choice(
            (
                c.CancelOrder(**named, reason="call"), c.HoldOrder(**named, reason="call"), c.ResumeOrder(**named),
                c.RetryOrder(**named), self._confirm(order), c.CloseOrder(**named),
                c.ChangeOrder(
                    **named, expected=c.OrderFields(note=order.note), values=c.OrderFields(note=note)
                ),
                c.ReleaseOrders(
                    site_id=self.site, wave_id=self.desk.new_id(), number=note, order_ids=(order.id,)
                ),
            )
        )  # fmt: skip

    def confirm(self) -> c.Command | None:
        """A draft is made binding."""
        order = self._any(Order, "status = 'draft'")
        return None if order is None else self._confirm(order)

    def _confirm(self, order: Order) -> c.Command:
        wanted = self.desk.read.tuples(
            "SELECT product_id, quantity - cancelled FROM order_line "
            "WHERE order_id = ? AND quantity > cancelled ORDER BY id",
            (order.id,),
        )
        draws = tuple(c.Wanted(product_id=product, quantity=quantity) for product, quantity in wanted)
        return c.ConfirmOrder(site_id=self.site, order_id=order.id, draws=draws)

    def more(self) -> c.Command | None:
        """A customer wants something else too, as far as it is set aside for this desk, or whatever it is."""
        order = self._any(Order, "status NOT IN ('cancelled', 'closed')")
        if order is None:
            return None
        lines = (self._some_of_mine() if self.chance.random() < 0.7 else ()) or self._lines()
        draws = order.status != "draft"
        return c.AddLines(site_id=self.site, order_id=order.id, lines=lines, draws=draws)

    def line(self) -> c.Command | None:
        """A customer wants more, or fewer."""
        line = self._any(OrderLine)
        if line is None:
            return None
        return c.ChangeLine(
            site_id=self.site, order_id=line.order_id, line_id=line.id, quantity=self.chance.randint(0, 9),
            expected_quantity=line.quantity - line.cancelled,
        )  # fmt: skip

    def count(self) -> c.Command | None:
        """A bin is counted, a count decided."""
        row = self._any(CycleCount, "status IN ('queued', 'counted')")
        if row is None:
            stock = self._any(Stock)
            return None if stock is None else c.RequestCount(
                site_id=self.site, product_id=stock.product_id, location_id=stock.location_id
            )  # fmt: skip
        if row.status == "counted":
            return c.ApproveCount(site_id=self.site, count_id=row.id)
        return c.CountStock(
            site_id=self.site, count_id=row.id, product_id=row.product_id, location_id=row.location_id,
            counted=self.chance.randint(0, 20),
        )  # fmt: skip

    def pack(self) -> c.Command | None:
        """Parcels are made, and opened again."""
        order = self._any(Order, "status IN ('picked', 'packed')")
        if order is None:
            return None
        if order.status == "packed" and self.chance.random() < 0.5:
            return c.UnpackOrder(site_id=self.site, order_id=order.id)
        return c.PackOrder(site_id=self.site, order_id=order.id)

    def ship(self) -> c.Command | None:
        """Shipments are loaded, handed over, come back."""
        shipment = self._any(Shipment, "parcels > 0")
        if shipment is None:
            return None
        named: dict[str, Any] = {"site_id": self.site, "shipment_id": shipment.id}
        match shipment.status:
            case "loaded":
                leave = c.DepartRoute(site_id=self.site, route_id=shipment.route_id)
                return self.chance.choice((leave, c.UnloadShipment(**named)))
            case "en_route" | "arrived":
                done = c.DeliverShipment(**named, pod_name="Pat")
                return self.chance.choice((done, done, c.FailDelivery(**named, reason="nobody_there")))
            case "failed":
                return self.chance.choice(
                    (c.RetryDelivery(**named), c.ReturnShipment(**named, reason="refused"))
                )
            case "returning":
                return c.ReceiveReturn(**named, location_id=f"{self.site}-REC-1")
            case "delivered":
                return c.FinishRoute(site_id=self.site, route_id=shipment.route_id)
            case _:
                return self.chance.choice(
                    (c.LoadShipment(**named), c.LoadShipment(**named), c.UnassignShipment(**named))
                )

    def fleet(self) -> c.Command | None:
        """A vehicle's state."""
        vehicle = self._any(Vehicle)
        return None if vehicle is None else c.SetVehicleState(
            site_id=self.site, vehicle_id=vehicle.id, state=self.chance.choice(("idle", "error", "charging"))
        )  # fmt: skip

    def product(self) -> c.Command | None:
        """Something that the whole organisation shares is changed."""
        row = self._any(Product)
        return None if row is None else c.SaveProduct(
            product_id=row.id, expected=c.ProductFields(name=row.name),
            values=c.ProductFields(name=f"Name {self.chance.randint(1, 4)}"),
        )  # fmt: skip

    def customer(self) -> c.Command | None:
        """A customer moves."""
        row = self._any(Customer)
        return None if row is None else c.SaveCustomer(
            customer_id=row.id, expected=c.CustomerFields(city=row.city),
            values=c.CustomerFields(city=self.chance.choice(("Derby", "Corby", "Rugby"))),
        )  # fmt: skip

    def alert(self) -> c.Command | None:
        """An alert is dealt with."""
        row = self._any(Alert, "status <> 'resolved'")
        return None if row is None else c.ResolveAlert(site_id=row.site_id, alert_id=row.id)

    def stock_task(self) -> c.Command | None:
        """Goods are brought where a task wants them."""
        row = self._any(StockTask, "status = 'pending'")
        if row is None or not row.to_location_id:
            return None
        return c.MoveStock(
            site_id=self.site, product_id=row.product_id, from_location_id=row.from_location_id,
            to_location_id=row.to_location_id, quantity=row.quantity, task_id=row.id,
        )  # fmt: skip

    def sell(self) -> c.Command | None:
        """A few of what is set aside for this desk, or all of it."""
        lines = self._some_of_mine()
        return self._order(*lines, drafts=0.3) if lines else None

    def _some_of_mine(self) -> tuple[c.NewLine, ...]:
        mine = self.desk._store.terminal_id()
        allotment = self._any(Allotment, f"used < quantity AND terminal_id = '{mine}'")
        left = 0 if allotment is None else allotment.quantity - allotment.used
        if left <= 0:
            # A cache that could not be brought up for the one query, for want of room, may have been for the next.
            return ()
        units = self.chance.randint(1, left)
        line_id, product = self.desk.new_id(), allotment.product_id
        return (c.NewLine(line_id=line_id, product_id=product, quantity=units, price_minor=100),)

    def revoke(self) -> c.Command | None:
        """A supervisor takes something back that is set aside for some desk."""
        allotment = self._any(Allotment)
        return None if allotment is None else c.RevokeAllotment(
            site_id=self.site, allotment_id=allotment.id, reason="needed"
        )  # fmt: skip

    def sites(self) -> c.Command | None:
        """An administrator lets a desk work at another site too, or no longer at one."""
        terminal = self._any(Terminal)
        if terminal is None:
            return None
        self.desk.as_user("user-administrator")
        deed = self.chance.choice((c.GrantSite, c.WithdrawSite))
        site = self.chance.choice((SITE, OTHER_SITE, OTHER_SITE))
        return deed(terminal_id=terminal.id, held_site_id=site, reason="plans")

    def _any(self, cls: type[Row], where: str = "TRUE") -> Any:
        if "site_id" in columns_of(cls):
            where += f" AND site_id = '{self.site}'"
        ids = self.desk.read.values(f'SELECT id FROM "{cls.table.name}" WHERE {where} ORDER BY id')
        return self.desk.read.get(cls, self.chance.choice(ids)) if ids else None


def _named(task: PickTask) -> dict[str, Any]:
    return {
        "site_id": task.site_id, "task_id": task.id, "order_id": task.order_id, "line_id": task.line_id,
        "product_id": task.product_id, "location_id": task.location_id, "lot": task.lot,
    }  # fmt: skip


_MIX: dict[Callable[[Person], c.Command | None], float] = {
    Person.order: 4,
    Person.pick: 7,
    Person.short: 2,
    Person.task: 3,
    Person.stock: 5,
    Person.change: 4,
    Person.confirm: 4,
    Person.more: 3,
    Person.line: 2,
    Person.count: 3,
    Person.pack: 3,
    Person.ship: 5,
    Person.fleet: 1,
    Person.product: 2,
    Person.customer: 2,
    Person.alert: 1,
    Person.stock_task: 1,
    Person.sell: 6,
    Person.revoke: 0.4,
    Person.sites: 1.5,
}
_DEEDS, _WEIGHTS = list(_MIX), list(_MIX.values())
