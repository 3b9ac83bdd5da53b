"""The four effects of an order as the ladder shows them, worked out from its story."""

from __future__ import annotations

from desktop_app import formats
from desktop_app.panels.orders.words import count, status_of
from desktop_app.widgets.ladder import EFFECTS, Effect
from local_db.queries.order_story_queries import OrderStory, Refusal, ShipmentStory

_GONE = ("shipped", "partially_shipped", "delivered", "closed", "returned")
_ENDED = ("cancelled", "returned")


def waiting() -> tuple[Effect, ...]:
    """Before anything was placed."""
    return tuple(Effect(name) for name in EFFECTS)


def refused(refusal: Refusal) -> tuple[Effect, ...]:
    """The server refused the order as a whole: nothing of it stands."""
    return (
        Effect("Order", "failed", "Refused", refusal.message),
        *(Effect(name, "waiting", "Not done", "Nothing was kept of it") for name in EFFECTS[1:]),
    )


def effects_of(story: OrderStory, zone: str, *, is_certain: bool = False) -> tuple[Effect, ...]:
    """Order, Inventory, Delivery and Warehouse as they are now; times in the site's ``zone``.

    ``is_certain``: all of it was set aside for this desk when it was placed.
    """
    return _order(story, is_certain), _inventory(story, is_certain), _delivery(story, zone), _warehouse(story)


def _order(story: OrderStory, is_certain: bool) -> Effect:
    row = story.row
    word = status_of(row.status)[0]
    said = f"{row.number}, {count(row.lines, 'line')}"
    if row.status == "cancelled":
        return Effect("Order", "failed", "Cancelled", _latest(story, "order.cancelled") or said)
    if row.status == "on_hold":
        return Effect("Order", "attention", "On hold", _latest(story, "order.held") or said)
    if row.mark == "at_risk":
        return Effect(
            "Order", "attention", "At risk", "May no longer fit when it is sent; the server decides"
        )
    if row.mark == "provisional" and is_certain:
        return Effect("Order", "provisional", "Confirmed", f"{said}; certain, not sent yet")
    if row.mark == "provisional":
        return Effect("Order", "provisional", "Provisional", f"{said}; waits for the server")
    if row.status == "draft":
        return Effect("Order", "waiting", "Draft", f"{said}; nothing is promised yet")
    return Effect("Order", "done", word if row.status in _GONE else "Confirmed", said)


def _inventory(story: OrderStory, is_certain: bool) -> Effect:
    lacking = [line for line in story.lines if line.backordered]
    promised = sum(line.reserved for line in story.lines)
    left = sum(line.consumed for line in story.lines)
    provisional = any(line.provisional for line in story.lines)
    if story.row.status in (*_ENDED, "draft"):
        return Effect("Inventory", "waiting", "None", "Nothing is promised to it")
    if lacking:
        units = sum(line.backordered for line in lacking)
        skus = ", ".join(f"{line.backordered} {line.sku}" for line in lacking[:3])
        more = f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""
        word = "Short, provisional" if provisional else "Short"
        return Effect("Inventory", "attention", word, f"{count(units, 'unit')} on backorder: {skus}{more}")
    if not promised and left:
        return Effect("Inventory", "done", "Left", f"{count(left, 'unit')} have left the site")
    said = f"{count(promised, 'unit')} reserved"
    if provisional and is_certain:
        return Effect("Inventory", "provisional", "Certain", f"{said}, set aside for this desk")
    if provisional:
        return Effect("Inventory", "provisional", "Provisional", said)
    return Effect("Inventory", "done", "Reserved", said)


def _delivery(story: OrderStory, zone: str) -> Effect:
    live = [shipment for shipment in story.shipments if shipment.status != "cancelled"]
    if not live:
        said = (
            "Nothing to send yet" if story.row.status not in (*_ENDED, "draft") else "Nothing is to be sent"
        )
        return Effect("Delivery", "waiting", "None", said)
    shipment = live[-1]
    said = delivery_in_words(shipment, zone)
    if shipment.status == "failed":
        return Effect("Delivery", "failed", "Failed", said)
    if shipment.status == "created":
        word = "No route, provisional" if shipment.provisional else "No route"
        return Effect("Delivery", "attention", word, "No open route has room and time for it")
    if shipment.provisional:
        return Effect("Delivery", "provisional", "Provisional", said)
    words = {"assigned": "Scheduled", "loaded": "Loaded", "en_route": "On the way", "arrived": "At the door"}
    return Effect("Delivery", "done", words.get(shipment.status, shipment.status.capitalize()), said)


def delivery_in_words(shipment: ShipmentStory, zone: str) -> str:
    """`VAN-03, stop 4, due 14:20`."""
    if shipment.delivered_at:
        by = f" to {shipment.pod_name}" if shipment.pod_name else ""
        return f"Delivered {formats.clock(shipment.delivered_at, zone)}{by}"
    parts = [shipment.vehicle_code]
    if shipment.stop_position:
        parts.append(f"stop {shipment.stop_position}")
    if shipment.eta:
        parts.append(f"ETA {formats.clock(shipment.eta, zone)}")
    if shipment.failure_reason:
        parts.append(shipment.failure_reason.replace("_", " "))
    return ", ".join(part for part in parts if part)


def _warehouse(story: OrderStory) -> Effect:
    tasks, status = story.tasks, story.row.status
    if not tasks.tasks:
        return Effect(
            "Warehouse",
            "waiting",
            "None",
            "Nothing to pick yet" if status not in _ENDED else "Nothing to pick",
        )
    said = f"{count(tasks.tasks, 'pick')} in {count(tasks.bins, 'bin')}, {count(tasks.units, 'unit')}"
    if status in _GONE:
        return Effect("Warehouse", "done", "Done", f"{count(tasks.units_picked, 'unit')} picked")
    if tasks.provisional:
        return Effect("Warehouse", "provisional", "Provisional", said)
    if status == "packed":
        return Effect("Warehouse", "done", "Packed", f"{count(tasks.units_picked, 'unit')} packed")
    if tasks.done == tasks.tasks:
        return Effect("Warehouse", "done", "Picked", f"{count(tasks.units_picked, 'unit')} picked")
    if tasks.done or tasks.units_picked:
        who = f" by {tasks.pickers}" if tasks.pickers else ""
        return Effect(
            "Warehouse", "done", "Picking", f"{tasks.done} of {count(tasks.tasks, 'pick')} done{who}"
        )
    return Effect("Warehouse", "done", "Queued", said)


def _latest(story: OrderStory, kind: str) -> str:
    """The newest event of a kind, in its own words."""
    return next((event.text for event in story.history if event.kind == kind), "")
