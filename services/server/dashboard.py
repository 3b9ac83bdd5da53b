"""How everything stands, in figures: orders, stock, picking, delivery, fleet, alerts, sync, and what happened last."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection

from services.domain.order_states import OPEN
from services.server import listing
from services.server.health_checks import check_health
from services.server.parts import Parts
from services.storage.retention import DAY_MS
from services.storage.tables import Event

_ACTIVITY = 50


def dashboard(parts: Parts, site_id: str = "") -> dict[str, Any]:
    """The figures of one site, or of all."""
    now = parts.clock()
    with parts.database.reading() as connection:
        count = _Counts(connection, site_id)
        orders = count.by("order", "status")
        levels = count.row(
            "SELECT COUNT(*), SUM(l.on_hand), SUM(l.reserved), SUM(l.held), SUM(l.in_transit), SUM(l.backordered), "
            "SUM(CASE WHEN l.on_hand - l.reserved - l.held - l.leased <= 0 THEN 1 ELSE 0 END), "
            "SUM(CASE WHEN p.reorder_point > 0 AND l.on_hand - l.reserved - l.held - l.leased <= p.reorder_point "
            "THEN 1 ELSE 0 END) FROM stock_level l JOIN product p ON p.id = l.product_id",
            prefix="l.",
        )
        placed = count.row(
            'SELECT COUNT(*), SUM(total_minor) FROM "order"', "placed_at >= ?", now - DAY_MS, prefix=""
        )
        events, _ = listing.page(
            connection,
            Event,
            where=[("site_id = ?", site_id)] if site_id else [],
            order=("received_at", "id"),
            kinds=(int, str),
            cursor="",
            limit=_ACTIVITY,
            descending=True,
        )
        result: dict[str, Any] = {
            "timestamp": now,
            "site_id": site_id,
            "orders": {
                "by_status": orders,
                "open": sum(number for status, number in orders.items() if status in OPEN),
                "placed_24h": placed[0],
                "placed_24h_minor": placed[1],
            },
            "inventory": {
                "products": levels[0],
                "on_hand": levels[1],
                "reserved": levels[2],
                "held": levels[3],
                "in_transit": levels[4],
                "backordered": levels[5],
                "out_of_stock": levels[6],
                "low_stock": levels[7],
            },
            "picking": {"by_status": count.by("pick_task", "status")},
            "delivery": {
                "shipments_by_status": count.by("shipment", "status"),
                "routes_by_status": count.by("route", "status"),
            },
            "fleet": {"vehicles_by_state": count.by("vehicle", "state")},
            "alerts": {"by_status": count.by("alert", "status")},
            "sync": {
                "commands_by_outcome": _pairs(
                    connection, "SELECT status, COUNT(*) FROM command_log GROUP BY status"
                ),
                "jobs_by_status": _pairs(connection, "SELECT status, COUNT(*) FROM job GROUP BY status"),
                "terminals_connected": parts.hub.terminals,
            },
            "activity": [msgspec.to_builtins(_as_map(event)) for event in events],
        }
    return {**result, "health": check_health(parts)}


def _as_map(event: Event) -> dict[str, Any]:
    return {**msgspec.structs.asdict(event), "payload": msgspec.json.decode(event.payload or "{}")}


def _pairs(connection: Connection, sql: str) -> dict[str, int]:
    return {str(name): int(number) for name, number in connection.exec_driver_sql(sql)}


class _Counts:
    """Counts within one site, or over all."""

    def __init__(self, connection: Connection, site_id: str) -> None:
        self._connection = connection
        self._site_id = site_id
        self._mark = "?" if connection.dialect.name == "sqlite" else "%s"

    def by(self, table: str, column: str) -> dict[str, int]:
        """How many rows there are for each value of a column."""
        where = f" WHERE site_id = {self._mark}" if self._site_id else ""
        found = self._connection.exec_driver_sql(
            f'SELECT "{column}", COUNT(*) FROM "{table}"{where} GROUP BY "{column}"', self._parameters()
        )
        return {str(value): int(number) for value, number in found}

    def row(self, sql: str, condition: str = "", value: int = 0, *, prefix: str) -> list[int]:
        """One row of sums, empty ones as 0."""
        conditions = [condition.replace("?", self._mark)] if condition else []
        parameters: tuple[Any, ...] = (value,) if condition else ()
        if self._site_id:
            conditions.append(f"{prefix}site_id = {self._mark}")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        found = self._connection.exec_driver_sql(sql + where, (*parameters, *self._parameters())).one()
        return [int(number or 0) for number in found]

    def _parameters(self) -> tuple[str, ...]:
        return (self._site_id,) if self._site_id else ()
