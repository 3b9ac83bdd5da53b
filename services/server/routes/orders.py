"""Orders: taken, listed, looked at and tried again."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Query, Request, Response

from services.commands import RetryOrder
from services.server import listing
from services.server.api_desk import resolve_site
from services.server.door import Answer, Desk
from services.server.errors import ApiError
from services.server.order_placing import NewOrder, place
from services.server.order_view import effects_of, order_head, order_view
from services.server.paging import LARGEST_PAGE
from services.server.parts import Parts
from services.server.requests import PartsOfServer, SignedIn
from services.storage.row import scope_of
from services.storage.statements import bind_list, listed
from services.storage.tables import Order
from services.storage.unit_of_work import UnitOfWork

router = APIRouter(prefix="/api/orders", tags=["Orders"])


@router.post("", status_code=201)
def place_order(body: NewOrder, request: Request, parts: PartsOfServer, person: SignedIn) -> Response:
    """Place an order. 409 with every short product where stock does not suffice; nothing is sold twice."""
    site = resolve_site(parts.database, body.site_id)
    return parts.door.answer(
        request,
        person,
        (f"site:{site.id}",),
        lambda desk: place(desk, body, site),
        body.model_dump_json().encode(),
    )


@router.get("")
def list_orders(
    parts: PartsOfServer,
    person: SignedIn,
    cursor: str = "",
    limit: int = Query(50, ge=1, le=LARGEST_PAGE),
    site_id: str = "",
    status: str = "",
    customer_id: str = "",
    channel: str = "",
    number: str = "",
    placed_from: int | None = None,
    placed_until: int | None = None,
) -> dict[str, Any]:
    """Orders, the newest first. ``status`` may name several, joined by commas; ``number`` is how it begins."""
    person.need("view")
    where: list[listing.Condition] = [
        (f"{column} = ?", value)
        for column, value in (("site_id", site_id), ("customer_id", customer_id), ("channel", channel))
        if value
    ]
    statuses = [part for part in status.split(",") if part]
    if statuses:
        dialect = parts.database.engine.dialect.name
        where.append((f"status {listed(dialect)}", bind_list(statuses)))
    if number:
        where.append(("number >= ?", number))
        where.append(("number < ?", number + "\U0010ffff"))
    if placed_from is not None:
        where.append(("placed_at >= ?", placed_from))
    if placed_until is not None:
        where.append(("placed_at < ?", placed_until))
    with parts.database.reading() as connection:
        orders, following = listing.page(
            connection,
            Order,
            where=where,
            order=("placed_at", "id"),
            kinds=(int, str),
            cursor=cursor,
            limit=limit,
            descending=True,
        )
    return {"orders": [order_head(order) for order in orders], "next_cursor": following}


@router.get("/{order_id}")
def get_order(order_id: str, parts: PartsOfServer, person: SignedIn) -> dict[str, Any]:
    """One order with its lines, shipments and picks."""
    person.need("view")
    with parts.database.reading() as connection:
        unit = UnitOfWork(connection)
        order = _known(unit.get(Order, order_id), order_id)
        return {**order_view(unit, order), "effects": effects_of(unit, order_id)}


@router.post("/{order_id}/retry")
def retry_order(order_id: str, request: Request, parts: PartsOfServer, person: SignedIn) -> Response:
    """Look again for stock that the order is waiting for."""
    order = stored_order(parts, order_id)

    def work(desk: Desk) -> Answer:
        effect = desk.must(RetryOrder(site_id=order.site_id, order_id=order_id))
        view = order_view(desk.unit, desk.unit.get(Order, order_id))
        return Answer(200, {**view, "outcome": {"status": effect.status, "message": effect.message}})

    return parts.door.answer(request, person, (scope_of(order),), work, b"")


def stored_order(parts: Parts, order_id: str) -> Order:
    """The order with this id. Raises ApiError 404."""
    with parts.database.reading() as connection:
        return _known(UnitOfWork(connection).get(Order, order_id), order_id)


def _known(order: Order | None, order_id: str) -> Order:
    if order is None:
        raise ApiError(404, "There is no such order.", "not_found", [{"order_id": order_id}])
    return order
