"""The stock rule, checked over whole databases: what must be true of stock, promises and movements at every moment."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence that must hold, and the query whose rows break it: (what, is, should be)."""

    sentence: str
    broken: str


_LEVEL_SUM = """
SELECT l.site_id || ' ' || l.product_id, l.{column}, COALESCE(s.total, 0) FROM "stock_level" l LEFT JOIN (
  SELECT site_id, product_id, SUM({expression}) AS total FROM "{table}" {where} GROUP BY site_id, product_id
) s ON s.site_id = l.site_id AND s.product_id = l.product_id WHERE l.{column} <> COALESCE(s.total, 0)
"""


def _level(column: str, table: str, expression: str, where: str = "") -> str:
    return _LEVEL_SUM.format(column=column, table=table, expression=expression, where=where)


RULES: tuple[Rule, ...] = (
    Rule("on hand is the sum of all movements", _level("on_hand", "stock_movement", "delta")),
    Rule("on hand is the sum over the bins", _level("on_hand", "stock", "on_hand")),
    Rule(
        "held is the sum over the bins that are not good",
        _level("held", "stock", "on_hand", "WHERE status <> 'good'"),
    ),
    Rule("reserved is the sum of all reservations", _level("reserved", "reservation", "quantity")),
    Rule("leased is the sum of what no allotment has used", _level("leased", "allotment", "quantity - used")),
    Rule(
        "no allotment is overdrawn, and a terminal has one of a product at the most",
        """SELECT a.id, a.used, a.quantity FROM "allotment" a WHERE a.used < 0 OR a.used > a.quantity
        OR EXISTS (SELECT 1 FROM "allotment" b WHERE b.terminal_id = a.terminal_id AND b.product_id = a.product_id
        AND b.site_id = a.site_id AND b.id <> a.id)""",
    ),
    Rule("backordered is the sum of all backorders", _level("backordered", "backorder", "quantity")),
    Rule(
        "every bin's stock has its totals",
        """SELECT s.id, s.on_hand, 0 FROM "stock" s WHERE NOT EXISTS (SELECT 1 FROM "stock_level" l
        WHERE l.site_id = s.site_id AND l.product_id = s.product_id)""",
    ),
    Rule(
        "0 <= reserved <= on hand, and nothing is below zero",
        """SELECT site_id || ' ' || product_id, reserved, on_hand FROM "stock_level"
        WHERE reserved < 0 OR held < 0 OR leased < 0 OR in_transit < 0 OR backordered < 0 OR reserved > on_hand""",
    ),
    Rule(
        "reserved, held and leased together are at most on hand",
        """SELECT site_id || ' ' || product_id, reserved + held + leased, on_hand FROM "stock_level"
        WHERE reserved + held + leased > on_hand""",
    ),
    Rule(
        "a bin holds at least what is tied to it",
        """SELECT id, allocated, on_hand FROM "stock" WHERE allocated < 0 OR on_hand < 0 OR allocated > on_hand
        OR (allocated > 0 AND status <> 'good')""",
    ),
    Rule(
        "what is tied to a bin is the sum of its allocations",
        """SELECT s.id, s.allocated, COALESCE(a.total, 0) FROM "stock" s LEFT JOIN (
        SELECT stock_id, SUM(quantity) AS total FROM "allocation" GROUP BY stock_id) a ON a.stock_id = s.id
        WHERE s.allocated <> COALESCE(a.total, 0)""",
    ),
    Rule(
        "every allocation is of a bin that exists, and more than nothing",
        """SELECT a.id, a.quantity, 0 FROM "allocation" a LEFT JOIN "stock" s ON s.id = a.stock_id
        WHERE s.id IS NULL OR a.quantity <= 0""",
    ),
    Rule(
        "a line's reservation is what the line says",
        """SELECT l.id, l.reserved, COALESCE(r.quantity, 0) FROM "order_line" l
        LEFT JOIN "reservation" r ON r.line_id = l.id WHERE l.reserved <> COALESCE(r.quantity, 0)""",
    ),
    Rule(
        "a line's allocations add up to what the line says",
        """SELECT l.id, l.allocated, COALESCE(a.total, 0) FROM "order_line" l LEFT JOIN (
        SELECT line_id, SUM(quantity) AS total FROM "allocation" GROUP BY line_id) a ON a.line_id = l.id
        WHERE l.allocated <> COALESCE(a.total, 0)""",
    ),
    Rule(
        "no order line is filled twice",
        """SELECT id, reserved + consumed + cancelled, quantity FROM "order_line"
        WHERE reserved + consumed + cancelled > quantity OR picked > allocated OR allocated > reserved
        OR delivered + returned > consumed OR picked < 0""",
    ),
    Rule(
        "the open pick tasks of a bin and line are what is tied there and not picked",
        """SELECT l.id, l.allocated - l.picked, COALESCE(t.total, 0) FROM "order_line" l LEFT JOIN (
        SELECT line_id, SUM(quantity - picked) AS total FROM "pick_task" WHERE status IN ('pending', 'picking')
        GROUP BY line_id) t ON t.line_id = l.id WHERE l.allocated - l.picked <> COALESCE(t.total, 0)""",
    ),
    Rule(
        "goods in waiting parcels are tied to their line where they lie",
        """SELECT sl.line_id || ' ' || sl.stock_id, SUM(sl.quantity), COALESCE(MAX(a.quantity), 0)
        FROM "shipment_line" sl LEFT JOIN "allocation" a ON a.line_id = sl.line_id AND a.stock_id = sl.stock_id
        WHERE sl.stock_id <> '' GROUP BY sl.line_id, sl.stock_id
        HAVING SUM(sl.quantity) > COALESCE(MAX(a.quantity), 0)""",
    ),
    Rule(
        "no more of a line is in waiting parcels than is picked for it",
        """SELECT l.id, SUM(sl.quantity), l.picked FROM "shipment_line" sl JOIN "order_line" l ON l.id = sl.line_id
        WHERE sl.stock_id <> '' GROUP BY l.id, l.picked HAVING SUM(sl.quantity) > l.picked""",
    ),
    Rule(
        "what a shipment's parcels hold lies here until it leaves, and no longer",
        """SELECT sl.id, sh.status, sl.stock_id FROM "shipment_line" sl JOIN "shipment" sh ON sh.id = sl.shipment_id
        WHERE (sl.stock_id = '') = (sh.status IN ('created', 'assigned', 'loaded'))""",
    ),
    Rule(
        "a waiting shipment has parcels exactly where something is in them",
        """SELECT sh.id, sh.parcels, sh.status FROM "shipment" sh WHERE sh.status IN ('created', 'assigned', 'loaded')
        AND (sh.parcels > 0) <> EXISTS (SELECT 1 FROM "shipment_line" sl WHERE sl.shipment_id = sh.id)""",
    ),
    Rule(
        "in transit is what departed and has neither arrived nor come back",
        """SELECT l.site_id || ' ' || l.product_id, l.in_transit, COALESCE(s.total, 0) FROM "stock_level" l LEFT JOIN (
        SELECT sl.site_id, sl.product_id, SUM(sl.quantity) AS total FROM "shipment_line" sl
        JOIN "shipment" sh ON sh.id = sl.shipment_id
        WHERE sh.status IN ('en_route', 'arrived', 'failed', 'returning') GROUP BY sl.site_id, sl.product_id
        ) s ON s.site_id = l.site_id AND s.product_id = l.product_id WHERE l.in_transit <> COALESCE(s.total, 0)""",
    ),
)
"""Rules of the authority. A terminal that keeps only recent movements cannot check the first one."""


def stock_problems(connection: Connection, *, whole: bool = True, most: int = 20) -> list[str]:
    """Every break of the stock rule in words, at most ``most`` for each sentence; empty where all is well.

    ``whole``: the database holds every movement ever made, as the authority's does.
    """
    problems: list[str] = []
    for rule in RULES if whole else RULES[1:]:
        rows = connection.exec_driver_sql(rule.broken).fetchmany(most)
        problems += [
            f"{rule.sentence}: {what} has {is_now}, should be {should}" for what, is_now, should in rows
        ]
    return problems
