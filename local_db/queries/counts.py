"""How much waits for a person, for the navigation rail."""

from __future__ import annotations

from local_db.reader import Reader

_COUNTS = {
    "orders_waiting": """SELECT count(*) FROM "order" WHERE site_id = ? AND status IN
                         ('draft', 'backordered', 'partially_allocated', 'on_hold')""",
    "picks_waiting": "SELECT count(*) FROM pick_task WHERE site_id = ? AND status IN ('pending', 'picking')",
    "shipments_waiting": """SELECT count(*) FROM "order" WHERE site_id = ? AND status IN ('picked', 'packed')""",
    "low_stock": "SELECT count(*) FROM alert WHERE site_id = ? AND status = 'open' AND kind = 'low_stock'",
    "fleet_alerts": """SELECT count(*) FROM alert WHERE site_id = ? AND status = 'open'
                       AND kind IN ('vehicle_error', 'vehicle_silent', 'delivery_failed')""",
}


def waiting_counts(reader: Reader, site_id: str) -> dict[str, int]:
    """How many of each kind wait at a site, by the names that the catalogue of panels uses."""
    with reader.snapshot():
        counts = {name: int(reader.value(sql, (site_id,)) or 0) for name, sql in _COUNTS.items()}
        counts["needs_attention"] = int(
            reader.value("SELECT count(*) FROM outbox.attention WHERE resolved_at IS NULL") or 0
        )
    return counts
