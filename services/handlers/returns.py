"""Goods that come back: turned around on the road or sent back by the customer, and held until inspected."""

from __future__ import annotations

from services.domain.refusals import refuse
from services.domain.shipment_states import ShipmentState, advance
from services.handlers import stock_ledger as ledger
from services.handlers.order_progress import refresh_order
from services.handlers.promises import quantities_of, store_line
from services.handlers.work import Work
from services.storage.tables import Location, Order, OrderLine, Product, Shipment, ShipmentLine


def turn_back(work: Work, shipment: Shipment, reason: str) -> None:
    """A shipment is on its way back. What was delivered is in transit again."""
    if shipment.status == ShipmentState.DELIVERED:
        for row in work.find(ShipmentLine, shipment_id=shipment.id):
            ledger.change_level(work, row.site_id, row.product_id, in_transit=row.quantity)
        state = ShipmentState.RETURNING
    else:
        state = advance(shipment.status, "return")
    shipment = work.change(shipment, status=state.value, failure_reason=reason)
    work.resolve_alert("delivery_failed", shipment)
    words = reason.replace("_", " ")
    work.record(
        "shipment.returning", shipment, f"Shipment {shipment.number} is coming back: {words}", reason=reason
    )


def take_in(work: Work, shipment: Shipment, location_id: str) -> None:
    """Put a returned shipment's goods on hold at a place, and count them back on their lines."""
    state = advance(shipment.status, "receive")
    place = work.need(Location, location_id)
    if place.site_id != shipment.site_id:
        refuse("invalid_value", field="location_id", problem="that place is at another site")
    for row in work.find(ShipmentLine, shipment_id=shipment.id):
        product = work.need(Product, row.product_id)
        ledger.add(
            work, product, place, row.quantity, kind="return", lot=row.lot, status=ledger.HELD,
            expires_on=row.expires_on, reason=shipment.failure_reason, order_id=shipment.order_id,
        )  # fmt: skip
        ledger.change_level(work, row.site_id, row.product_id, in_transit=-row.quantity)
        line = work.get(OrderLine, row.line_id)
        if line is not None:
            store_line(work, line, quantities_of(line).come_back(row.quantity))
    shipment = work.change(shipment, status=state.value)
    refresh_order(work, work.need(Order, shipment.order_id))
    work.record("shipment.returned", shipment, f"Shipment {shipment.number} is back at {place.code}, on hold")
