"""Past orders as events: facts for reports and forecasts, which touch no stock and are kept once."""

from __future__ import annotations

from collections.abc import Sequence

from services.imports.counter import Counter
from services.sample.history.orders import HistoryOrder
from services.sample.history_events import history_events
from services.storage.tables import Event, Site


def remember_orders(counter: Counter, site: Site, documents: Sequence[HistoryOrder]) -> set[str]:
    """Write the events of documents that have none yet. Answers the numbers of those that were new."""
    events = [event for part in history_events(documents, site.id) for event in part]
    known = counter.unit.get_many(Event, [event.id for event in events])
    new: set[str] = set()
    for document, event in zip(documents, events, strict=True):
        if event.id not in known:
            counter.unit.put(event)
            new.add(document.number)
    return new
