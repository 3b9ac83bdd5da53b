"""Integrated operations: one order through all systems, its status carried on, and how everything stands."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.server.api_desk import resolve_site
from services.server.dashboard import dashboard
from services.server.door import Answer, Desk
from services.server.errors import ApiError
from services.server.order_placing import NewOrder, place
from services.server.order_steps import STEPS, OrderSteps
from services.server.order_view import effects_of, order_view
from services.server.requests import PartsOfServer, SignedIn
from services.server.routes.orders import stored_order
from services.storage.row import scope_of
from services.storage.tables import Order

router = APIRouter(prefix="/api/integration", tags=["Integrated operations"])


class IntegratedOrder(NewOrder):
    """An order whose shortfall is left to backorder unless it says otherwise."""

    on_shortfall: str = Field("backorder", pattern="^(refuse|backorder)$")  # type: ignore[assignment]


class NewStatus(BaseModel):
    """Where an order is now. ``fast_forward`` records the steps between."""

    model_config = ConfigDict(extra="forbid")

    status: str = Field(min_length=1, max_length=40)
    fast_forward: bool = False
    reason: str = Field("reported by API", min_length=1, max_length=200)
    pod_name: str = Field("reported by API", min_length=1, max_length=200)


@router.post("/order", status_code=201)
def integrated_order(
    body: IntegratedOrder, request: Request, parts: PartsOfServer, person: SignedIn
) -> Response:
    """Order, stock, shipment and pick tasks in one transaction; the customer is told by a job."""
    site = resolve_site(parts.database, body.site_id)
    return parts.door.answer(
        request,
        person,
        (f"site:{site.id}",),
        lambda desk: place(desk, body, site),
        body.model_dump_json().encode(),
    )


@router.post("/order/{order_id}/status")
def order_status(
    order_id: str, body: NewStatus, request: Request, parts: PartsOfServer, person: SignedIn
) -> Response:
    """Carry a status on to stock, shipment, picking and feed; what is not ready is refused with what is missing."""
    status = body.status.strip().lower().replace(" ", "_").replace("-", "_")
    if status not in STEPS:
        details = [{"field": "status", "possible": sorted(STEPS)}]
        raise ApiError(422, f"There is no status {body.status!r}.", "invalid_value", details)
    order = stored_order(parts, order_id)

    def work(desk: Desk) -> Answer:
        OrderSteps(
            desk, order, fast_forward=body.fast_forward, reason=body.reason, pod_name=body.pod_name
        ).bring_to(status)
        view = order_view(desk.unit, desk.unit.get(Order, order_id))
        return Answer(200, {**view, "effects": effects_of(desk.unit, order_id)})

    return parts.door.answer(request, person, (scope_of(order),), work, body.model_dump_json().encode())


@router.get("/dashboard")
def read_dashboard(parts: PartsOfServer, person: SignedIn, site_id: str = "") -> dict[str, Any]:
    """Figures of every system, what happened last, and the health of each part."""
    person.need("view")
    return dashboard(parts, site_id)
