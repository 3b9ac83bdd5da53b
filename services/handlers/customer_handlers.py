"""Customers."""

from __future__ import annotations

from services.commands import SaveCustomer
from services.handlers.edits import apply_edit, new_row, refuse_duplicate
from services.handlers.work import Work
from services.storage.tables import Customer


def save_customer(work: Work, command: SaveCustomer) -> None:
    """Record a customer. Orders already placed keep the address they were placed with."""
    known = work.get(Customer, command.customer_id)
    if known is None:
        texts = ("email", "phone", "street", "city", "postcode", "country")
        defaults = {**dict.fromkeys(texts, ""), "latitude": None, "longitude": None}
        customer = work.put(new_row(Customer, command.customer_id, defaults, command.values, "code name"))
    else:
        customer = apply_edit(work, known, command.expected, command.values)
    refuse_duplicate(work, Customer, customer.id, "customer", code=customer.code)
    work.record(
        "customer.saved", customer, f"Customer {customer.name} {'added' if known is None else 'changed'}"
    )
