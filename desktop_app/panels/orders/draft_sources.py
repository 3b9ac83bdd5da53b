"""Drafts that begin with something: a refused command, an order to add to, an order to have again. Run off the UI thread."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from desktop_app.panels.orders.draft import Draft, DraftCustomer, from_refused, with_product
from local_db.queries.order_entry_queries import orders_exist, products_now
from local_db.queries.order_story_queries import OrderStory
from services.storage.tables import Customer

log = logging.getLogger(__name__)


def not_placed(desk: Any, drafts: Sequence[Draft]) -> list[Draft]:
    """Those whose order is not on the books yet."""
    placed = orders_exist(desk.read, [draft.order_id for draft in drafts])
    for order_id in placed:
        log.info("the draft of order %s had been placed already", order_id)
    return [draft for draft in drafts if draft.order_id not in placed]


def draft_customer(row: Customer | None) -> DraftCustomer | None:
    """A customer as a draft shows them."""
    if row is None:
        return None
    place = ", ".join(part for part in (row.street, row.city, row.postcode) if part)
    return DraftCustomer(row.id, row.code, row.name, place, row.priority)


def draft_of_refused(desk: Any, site_id: str, item_id: int) -> Draft | None:
    """The order that was refused, as it was meant; None where somebody has dealt with it."""
    item = next((row for row in desk.read.needs_attention() if row.id == item_id), None)
    if item is None:
        return None
    meant = item.arguments
    ids = [str(line["product_id"]) for line in meant.get("lines", [])]
    return from_refused(
        meant,
        order_id=desk.new_id(),
        item_id=item_id,
        customer=draft_customer(desk.read.get(Customer, str(meant.get("customer_id", "")))),
        products=products_now(desk.read, site_id, ids),
    )


def draft_again(desk: Any, site_id: str, story: OrderStory) -> Draft:
    """The customer and lines of an order, at today's prices; what is no longer sold is left out."""
    lines = [line for line in story.lines if line.wanted]
    customer = draft_customer(story.customer)
    draft = Draft(desk.new_id(), customer=customer, priority=story.order.priority)
    now = products_now(desk.read, site_id, [line.product_id for line in lines])
    for line in lines:
        hit = now.get(line.product_id)
        if hit is not None and hit.active:
            draft = with_product(draft, hit, line.wanted)
    return draft


def draft_to_add(desk: Any, story: OrderStory) -> Draft:
    """An empty draft whose lines go to an order that exists."""
    return Draft(
        desk.new_id(),
        customer=draft_customer(story.customer),
        priority=story.order.priority,
        due=story.order.due_on,
        add_to=story.row.id,
        adds_to_draft=story.row.status == "draft",
        number=story.row.number,
    )
