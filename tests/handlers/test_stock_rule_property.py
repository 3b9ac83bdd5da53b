"""Whatever commands come, in whatever order, stock adds up after each of them (Books.do checks that)."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from services import commands as c
from services.storage.tables import Allotment, CycleCount, Order, PickTask, Route, Shipment, Stock, StockTask
from tests.helpers.books import SITE, Books

PRODUCTS = st.sampled_from(["prod-1", "prod-2", "prod-3"])
BINS = st.sampled_from(["A-01-01-1", "A-01-02-1", "A-02-01-1", "R-01-01-3", "REC-1", "STG-1", "DOCK-1"])
UNITS = st.integers(1, 12)
TERMINALS = st.sampled_from(["term-1", "term-2"])


class Warehouse(RuleBasedStateMachine):
    """Commands of the whole life of orders and stock, sensible and not."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.count = 0

    @initialize()
    def first_receipts(self) -> None:
        for product in ("prod-1", "prod-2"):
            self.books.must(
                c.ReceiveStock(site_id=SITE, product_id=product, location_id="A-01-01-1", quantity=15)
            )

    def teardown(self) -> None:
        self.books.close()

    def any_of(self, data: st.DataObject, cls: Any) -> Any:
        rows = self.books.find(cls, site_id=SITE)
        return data.draw(st.sampled_from(rows)) if rows else None

    @rule(
        lines=st.lists(st.tuples(PRODUCTS, UNITS), min_size=1, max_size=3),
        priority=st.integers(1, 9),
        terminal=TERMINALS,
    )
    def place(self, lines: list[tuple[str, int]], priority: int, terminal: str) -> None:
        self.books.order(*lines, priority=priority, terminal=terminal)

    @rule(terminal=TERMINALS, product=PRODUCTS, units=UNITS)
    def allot(self, terminal: str, product: str, units: int) -> None:
        self.books.allot(terminal, product, units)

    @rule(data=st.data(), revoked=st.booleans())
    def end_allotment(self, data: st.DataObject, revoked: bool) -> None:
        if row := self.any_of(data, Allotment):
            named = {"site_id": SITE, "allotment_id": row.id}
            ended = c.RevokeAllotment(**named, reason="test") if revoked else c.ReturnAllotment(**named)
            self.books.do(ended, terminal=row.terminal_id)

    @rule(product=PRODUCTS, place=BINS, quantity=UNITS)
    def receive(self, product: str, place: str, quantity: int) -> None:
        self.books.must(
            c.ReceiveStock(site_id=SITE, product_id=product, location_id=place, quantity=quantity)
        )

    @rule(product=PRODUCTS, source=BINS, goal=BINS, quantity=UNITS)
    def move(self, product: str, source: str, goal: str, quantity: int) -> None:
        self.books.do(
            c.MoveStock(
                site_id=SITE,
                product_id=product,
                from_location_id=source,
                to_location_id=goal,
                quantity=quantity,
            )
        )

    @rule(product=PRODUCTS, place=BINS, delta=st.integers(-10, 10))
    def adjust(self, product: str, place: str, delta: int) -> None:
        self.books.do(
            c.AdjustStock(site_id=SITE, product_id=product, location_id=place, delta=delta, reason="test")
        )

    @rule(product=PRODUCTS, place=BINS, quantity=UNITS)
    def hold(self, product: str, place: str, quantity: int) -> None:
        self.books.do(
            c.HoldStock(
                site_id=SITE, product_id=product, location_id=place, quantity=quantity, reason="damaged"
            )
        )

    @rule(product=PRODUCTS, place=BINS, quantity=UNITS)
    def release_hold(self, product: str, place: str, quantity: int) -> None:
        self.books.do(c.ReleaseStock(site_id=SITE, product_id=product, location_id=place, quantity=quantity))

    @rule(
        data=st.data(),
        part=st.integers(1, 12),
        elsewhere=st.none() | BINS,
        drop=st.sampled_from(["", "DOCK-1"]),
    )
    def pick(self, data: st.DataObject, part: int, elsewhere: str | None, drop: str) -> None:
        task = self.any_of(data, PickTask)
        if task is not None:
            self.books.do(
                c.ConfirmPick(
                    site_id=SITE, task_id=task.id, order_id=task.order_id, line_id=task.line_id,
                    product_id=task.product_id, location_id=elsewhere or task.location_id,
                    quantity=min(part, max(1, task.quantity)), to_location_id=drop,
                )
            )  # fmt: skip

    @rule(data=st.data())
    def pick_whole_order(self, data: st.DataObject) -> None:
        order = self.any_of(data, Order)
        for task in self.books.tasks(order.id, "pending", "picking") if order else []:
            self.books.do(
                c.ConfirmPick(
                    site_id=SITE, task_id=task.id, order_id=task.order_id, line_id=task.line_id,
                    product_id=task.product_id, location_id=task.location_id, quantity=task.quantity - task.picked,
                )
            )  # fmt: skip
        if order:
            self.books.do(c.PackOrder(site_id=SITE, order_id=order.id))

    @rule(data=st.data(), found=st.integers(0, 5))
    def short(self, data: st.DataObject, found: int) -> None:
        task = self.any_of(data, PickTask)
        if task is not None:
            self.books.do(
                c.ShortPick(
                    site_id=SITE, task_id=task.id, order_id=task.order_id, line_id=task.line_id,
                    product_id=task.product_id, location_id=task.location_id, found=found, reason="too_few",
                )
            )  # fmt: skip

    @rule(data=st.data())
    def undo_pick(self, data: st.DataObject) -> None:
        if task := self.any_of(data, PickTask):
            self.books.do(c.UndoPick(site_id=SITE, task_id=task.id))

    @rule(
        data=st.data(), what=st.sampled_from(["hold", "resume", "cancel", "retry", "pack", "unpack", "close"])
    )
    def order_step(self, data: st.DataObject, what: str) -> None:
        if order := self.any_of(data, Order):
            named = {"site_id": SITE, "order_id": order.id}
            self.books.do(
                {
                    "hold": lambda: c.HoldOrder(**named, reason="call"),
                    "resume": lambda: c.ResumeOrder(**named),
                    "cancel": lambda: c.CancelOrder(**named, reason="call"),
                    "retry": lambda: c.RetryOrder(**named),
                    "pack": lambda: c.PackOrder(**named),
                    "unpack": lambda: c.UnpackOrder(**named),
                    "close": lambda: c.CloseOrder(**named),
                }[what]()
            )

    @rule(data=st.data(), quantity=st.integers(0, 15))
    def change_line(self, data: st.DataObject, quantity: int) -> None:
        if order := self.any_of(data, Order):
            line = data.draw(st.sampled_from(self.books.lines(order.id)))
            self.books.do(
                c.ChangeLine(
                    site_id=SITE, order_id=order.id, line_id=line.id, quantity=quantity,
                    expected_quantity=line.quantity - line.cancelled,
                )
            )  # fmt: skip

    @rule(data=st.data())
    def count(self, data: st.DataObject) -> None:
        row = self.any_of(data, CycleCount)
        if row is not None:
            self.books.do(
                c.CountStock(
                    site_id=SITE, count_id=row.id, product_id=row.product_id, location_id=row.location_id,
                    counted=data.draw(st.integers(0, 20)),
                )
            )  # fmt: skip

    @rule(data=st.data(), yes=st.booleans())
    def decide_count(self, data: st.DataObject, yes: bool) -> None:
        if row := self.any_of(data, CycleCount):
            named = {"site_id": SITE, "count_id": row.id}
            self.books.do(c.ApproveCount(**named) if yes else c.RejectCount(**named, reason="odd"))

    @rule(data=st.data())
    def do_stock_task(self, data: st.DataObject) -> None:
        task = self.any_of(data, StockTask)
        if task is not None and task.to_location_id:
            self.books.do(
                c.MoveStock(
                    site_id=SITE, product_id=task.product_id, from_location_id=task.from_location_id,
                    to_location_id=task.to_location_id, quantity=task.quantity, task_id=task.id,
                )
            )  # fmt: skip

    @rule(
        data=st.data(),
        what=st.sampled_from(["load", "unload", "deliver", "fail", "retry", "return", "receive"]),
    )
    def shipment_step(self, data: st.DataObject, what: str) -> None:
        if shipment := self.any_of(data, Shipment):
            named = {"site_id": SITE, "shipment_id": shipment.id}
            self.books.do(
                {
                    "load": lambda: c.LoadShipment(**named),
                    "unload": lambda: c.UnloadShipment(**named),
                    "deliver": lambda: c.DeliverShipment(**named, pod_name="Pat"),
                    "fail": lambda: c.FailDelivery(**named, reason="nobody_there"),
                    "retry": lambda: c.RetryDelivery(**named),
                    "return": lambda: c.ReturnShipment(**named, reason="refused"),
                    "receive": lambda: c.ReceiveReturn(**named, location_id="REC-1"),
                }[what]()
            )

    @rule(data=st.data())
    def send_off(self, data: st.DataObject) -> None:
        route = self.any_of(data, Route)
        for shipment in self.books.find(Shipment, route_id=route.id):
            self.books.do(c.LoadShipment(site_id=SITE, shipment_id=shipment.id))
        self.books.do(c.DepartRoute(site_id=SITE, route_id=route.id))

    @rule(data=st.data())
    def send_off_what_is_loaded(self, data: st.DataObject) -> None:
        self.books.do(c.DepartRoute(site_id=SITE, route_id=self.any_of(data, Route).id))

    @precondition(lambda self: self.count < 3)
    @rule(data=st.data())
    def come_home(self, data: st.DataObject) -> None:
        self.count += 1
        self.books.do(c.FinishRoute(site_id=SITE, route_id=self.any_of(data, Route).id))
        self.books.open_route(f"route-{self.count + 1}")

    @rule()
    def nothing_is_below_zero(self) -> None:
        assert all(stock.on_hand >= 0 for stock in self.books.find(Stock, site_id=SITE))


TestWarehouse = Warehouse.TestCase
TestWarehouse.settings = settings(
    max_examples=100,
    phases=(Phase.generate,),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
