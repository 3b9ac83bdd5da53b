"""Work on the floor in few words: what a picker, packer or driver does to an order of a small warehouse."""

from __future__ import annotations

from typing import Any

from services import commands as c
from services.handlers.dispatch import Effect
from services.storage.row import Row
from services.storage.tables import Alert, Location, PickTask, Route, Shipment, Stock
from tests.helpers.books import SITE, Books


def receive(books: Books, product: str, place: str, quantity: int, **fields: Any) -> Effect:
    """Goods come in."""
    return books.must(
        c.ReceiveStock(site_id=SITE, product_id=product, location_id=place, quantity=quantity, **fields)
    )


def pick_of(task: PickTask, quantity: int | None = None, **other: Any) -> c.ConfirmPick:
    """The fact that a task was picked, whole unless said otherwise."""
    fields: dict[str, Any] = {
        "site_id": SITE,
        "task_id": task.id,
        "order_id": task.order_id,
        "line_id": task.line_id,
        "product_id": task.product_id,
        "location_id": task.location_id,
        "lot": task.lot,
        "quantity": task.quantity - task.picked if quantity is None else quantity,
    }
    return c.ConfirmPick(**{**fields, **other})


def short_of(task: PickTask, found: int, reason: str = "too_few") -> c.ShortPick:
    """The fact that only so many of a task were found."""
    return c.ShortPick(
        site_id=SITE,
        task_id=task.id,
        order_id=task.order_id,
        line_id=task.line_id,
        product_id=task.product_id,
        location_id=task.location_id,
        lot=task.lot,
        found=found,
        reason=reason,
    )


def pick_all(books: Books, order_id: str) -> None:
    """Everything that is promised to an order is picked."""
    for task in books.tasks(order_id, "pending", "picking"):
        books.must(pick_of(task))


def pack(books: Books, order_id: str, parcels: int = 1) -> Shipment:
    """An order is picked and packed: answers its shipment."""
    pick_all(books, order_id)
    books.must(c.PackOrder(site_id=SITE, order_id=order_id, parcels=parcels))
    return shipment(books, order_id)


def load(books: Books, order_id: str) -> Shipment:
    """An order is picked, packed and loaded."""
    row = pack(books, order_id)
    books.must(c.LoadShipment(site_id=SITE, shipment_id=row.id))
    return shipment(books, order_id)


def depart(books: Books, order_id: str) -> Shipment:
    """An order leaves the site with the van of its route."""
    row = load(books, order_id)
    books.must(c.DepartRoute(site_id=SITE, route_id=row.route_id))
    return books.get(Shipment, row.id)


def deliver(books: Books, order_id: str) -> Shipment:
    """An order is handed over at the door."""
    row = depart(books, order_id)
    books.must(c.DeliverShipment(site_id=SITE, shipment_id=row.id, pod_name="Pat Doorman"))
    return books.get(Shipment, row.id)


def shipment(books: Books, order_id: str) -> Shipment:
    """An order's only shipment."""
    [row] = books.find(Shipment, order_id=order_id)
    return row


def shipments(books: Books, order_id: str) -> list[Shipment]:
    """An order's shipments by number, without those called off."""
    rows = [row for row in books.find(Shipment, order_id=order_id) if row.status != "cancelled"]
    return sorted(rows, key=lambda row: row.number)


def in_bin(books: Books, product: str, place: str, status: str = "good") -> int:
    """How many units the books have of a product in a bin and status."""
    rows = books.find(Stock, location_id=place)
    return sum(row.on_hand for row in rows if row.product_id == product and row.status == status)


def open_alerts(books: Books, kind: str) -> list[Alert]:
    """The open alerts of a kind."""
    return [alert for alert in books.find(Alert, site_id=SITE, status="open") if alert.kind == kind]


def was_contradicted(books: Books, effect: Effect, subject: Row) -> bool:
    """Whether a fact was taken, changed nothing, and somebody is asked to look at what it was about."""
    alerted = {alert.subject_id for alert in open_alerts(books, "contradiction")}
    return (effect.status, effect.code) == ("adjusted", "contradiction") and subject.id in alerted


def foreign_bin(books: Books) -> Location:
    """A bin of another site."""
    row = books.unit.put(Location("FAR-1", "site-2", "FAR-1", "F", "", "", "", "pick", 0.0, 0.0, 0))
    books.unit.flush()
    return row


def route(books: Books, route_id: str) -> Route:
    """A route by its id."""
    return books.get(Route, route_id)
