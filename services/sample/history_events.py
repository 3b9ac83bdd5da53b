"""A company's past orders as events: facts for reports and forecasts, which touch no stock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from services.domain.identifiers import derive
from services.sample.history.line import WALK_IN
from services.sample.history.orders import HistoryOrder
from services.storage.tables import Event

IMPORTED: Final = "order.history"
CANCELLED: Final = "order.history_cancelled"
_PART: Final = 1_000


def history_events(orders: Sequence[HistoryOrder], site_id: str) -> Iterator[list[Event]]:
    """One event a document, a thousand at a time. The same document always gives the same event, so that an import that
    is begun again writes nothing twice.

    The payload has the customer's code, the currency, the goods as ``[sku, quantity, price]`` (the price in major units
    as text, exactly as in the file; quantities of cancellations are negative) and the other rows by what they are.
    """
    part: list[Event] = []
    for order in orders:
        part.append(_event(order, site_id))
        if len(part) == _PART:
            yield part
            part = []
    if part:
        yield part


def _event(order: HistoryOrder, site_id: str) -> Event:
    sign = -1 if order.cancellation else 1
    payload = {
        "number": order.number,
        "customer_code": order.customer_code,
        "country": order.country,
        "currency": order.currency,
        "lines": [[line.sku, sign * line.quantity, str(line.unit_price)] for line in order.goods],
        "others": [[row.kind.value, row.sku, row.quantity, str(row.unit_price)] for row in order.others],
    }
    whose = "a walk-in customer" if order.customer_code == WALK_IN else f"customer {order.customer_code}"
    what = "Cancellation" if order.cancellation else "Order"
    return Event(
        id=derive("history", site_id, order.number, order.ordered_at),
        site_id=site_id,
        kind=CANCELLED if order.cancellation else IMPORTED,
        subject="order",
        subject_id="",
        text=f"{what} {order.number} of {whose}, from the files",
        payload=msgspec.json.encode(payload).decode(),
        command_id="",
        actor_id="system",
        terminal_id="",
        at=order.ordered_at,
        received_at=order.ordered_at,
    )
