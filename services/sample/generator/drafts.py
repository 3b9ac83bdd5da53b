"""A document of the order book while it is being made: before it has a number."""

from __future__ import annotations

import msgspec

from services.sample.generator.records import SampleOrderLine


class Draft(msgspec.Struct):
    """An order, a cancellation or a correction of stock, by its instant (milliseconds UTC) and its customer's code."""

    at: int
    customer_code: str
    country: str
    lines: list[SampleOrderLine]
    cancellation: bool = False
    priority: int = 5
    due_on: str = ""
