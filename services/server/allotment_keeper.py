"""Keeps stock set aside for terminals that are in touch: granted and filled by what they sell, called back when it is not needed.

The server never takes units back from a terminal that may have sold them: it only says that no more is to be promised from
an allotment, and the terminal's own ReturnAllotment, which comes behind all its orders, gives the rest back. A barred
terminal sends nothing any more, so its units go back at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial

import msgspec
from sqlalchemy import Connection

from services.domain.allotments import AllotmentState, Holding, Step, lendable, next_step, sized
from services.domain.identifiers import derive
from services.handlers.allotments import allotment_id, set_aside, take_back
from services.handlers.route_plans import setting
from services.handlers.settlement import settle_stock
from services.handlers.work import Context, Work
from services.server.authority import SYSTEM
from services.server.clock import Clock
from services.server.committer import Committer
from services.server.database import Database
from services.server.transaction import Transaction
from services.storage.retention import DAY_MS
from services.storage.tables import Allotment, Product, StockLevel, Terminal, TerminalSite
from services.storage.unit_of_work import UnitOfWork

_HOUR_MS = 3_600_000
_MOST_AT_ONCE = 500
"""Allotments that one commit changes; the next look goes on where this one stopped."""

Sold = dict[str, dict[str, int]]
"""Units by product and terminal."""

_SOLD = """
SELECT l.product_id, o.terminal_id, SUM(l.quantity - l.cancelled) FROM "order" o
JOIN order_line l ON l.order_id = o.id
WHERE o.site_id = ? AND o.placed_at >= ? AND o.terminal_id <> '' AND o.status <> 'draft'
GROUP BY l.product_id, o.terminal_id
"""


class Tuning(msgspec.Struct, frozen=True):
    """How demand is measured: units sold in ``demand_days`` give what is sold in ``cover_days``; looked up anew every
    ``demand_seconds``. A terminal is in touch for ``heard_seconds`` after it was heard, and has allotments of its
    ``products`` best-selling products."""

    demand_days: int
    cover_days: int
    demand_seconds: float
    heard_seconds: float
    products: int


class Change(msgspec.Struct, frozen=True):
    """One step about one terminal's allotment of a product."""

    terminal_id: str
    product_id: str
    step: Step
    target: int = 0


class AllotmentKeeper:
    """Looks at the allotments when it is told to. Each process looks after the terminals that speak to it."""

    def __init__(
        self,
        database: Database,
        committer: Committer,
        clock: Clock,
        heard: Callable[[], Mapping[str, int]],
        tuning: Tuning,
    ) -> None:
        """``heard``: when (ms UTC) each terminal was heard last, by its id."""
        self._database = database
        self._committer = committer
        self._clock = clock
        self._heard = heard
        self._tuning = tuning
        self._sold: dict[str, tuple[int, Sold]] = {}

    def look(self) -> None:
        """Do it now. Nothing is written where nothing is to be changed."""
        now = self._clock()
        within = now - int(self._tuning.heard_seconds * 1000)
        heard = {terminal_id for terminal_id, at in self._heard().items() if at >= within}
        with self._database.reading() as connection:
            unit = UnitOfWork(connection)
            rows = unit.find_many(TerminalSite, "terminal_id", heard).values()
            worked_at = {row.held_site_id for found in rows for row in found if row.until is None}
            holding = connection.exec_driver_sql("SELECT DISTINCT site_id FROM allotment").fetchall()
            due: dict[str, Sold] = {}
            for site_id in sorted(worked_at | {str(row[0]) for row in holding}):
                sold = self._sold_at(connection, site_id, now)
                if _plan(_work(unit, site_id, now), site_id, heard, sold, self._tuning):
                    due[site_id] = sold
        for site_id, sold in due.items():
            self._committer.run((f"site:{site_id}",), partial(_carry_out, site_id, heard, sold, self._tuning))

    def _sold_at(self, connection: Connection, site_id: str, now: int) -> Sold:
        """What terminals sold at a site: asked of the database now and then, for it reads weeks of orders."""
        at, known = self._sold.get(site_id, (0, None))
        if known is not None and abs(now - at) < self._tuning.demand_seconds * 1000:
            return known
        statement = _SOLD if connection.dialect.name == "sqlite" else _SOLD.replace("?", "%s")
        since = now - self._tuning.demand_days * DAY_MS
        rows = connection.exec_driver_sql(statement, (site_id, since)).fetchall()
        by_terminal: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for product_id, terminal_id, units in rows:
            if units > 0:
                by_terminal[str(terminal_id)].append((int(units), str(product_id)))
        sold: Sold = defaultdict(dict)
        for terminal_id, found in by_terminal.items():
            for units, product_id in sorted(found, reverse=True)[: self._tuning.products]:
                sold[product_id][terminal_id] = units
        self._sold[site_id] = (now, dict(sold))
        return self._sold[site_id][1]


def _work(unit: UnitOfWork, site_id: str, now: int) -> Work:
    context = Context(
        command_id=derive("allotments", site_id, now), actor_id=SYSTEM, terminal_id="", at=now, received_at=now
    )  # fmt: skip
    return Work(unit, context, site_id)


def _plan(work: Work, site_id: str, heard: set[str], sold: Sold, tuning: Tuning) -> list[Change]:
    """What is to be changed at a site now."""
    now, term_ms = work.context.received_at, _term_ms(work)
    share = setting(work, "allotment.share_percent")
    held: dict[str, dict[str, Allotment]] = defaultdict(dict)
    for row in work.find(Allotment, site_id=site_id):
        held[row.product_id][row.terminal_id] = row
    terminals = work.get_many(Terminal, {*heard, *(each for rows in held.values() for each in rows)})
    at_work = {
        terminal_id
        for terminal_id, rows in work.find_many(TerminalSite, "terminal_id", terminals).items()
        if terminals[terminal_id].active
        and any(row.held_site_id == site_id and row.until is None for row in rows)
    }
    here = at_work & heard
    asked = {product_id for product_id, by in sold.items() if here & by.keys()} if share > 0 else set()
    products = work.get_many(Product, {*asked, *held})
    levels = work.get_many(StockLevel, [derive("stock_level", site_id, each) for each in products])
    changes: list[Change] = []
    for product_id in sorted(products):
        rows, product = held.get(product_id, {}), products[product_id]
        level = levels.get(derive("stock_level", site_id, product_id))
        away = {terminal_id: row for terminal_id, row in rows.items() if terminal_id not in here}
        changes += [
            Change(terminal_id, product_id, step)
            for terminal_id, row in away.items()
            if (step := _step_away(row, terminals.get(terminal_id), now, terminal_id in at_work))
            is not Step.KEEP
        ]
        room = 0
        if level is not None and product.active:
            room = lendable(
                level.available, level.leased, level.backordered, product.reorder_point, share_percent=share
            ) - sum(row.quantity - row.used for row in away.values())
        demand = {each: units for each, units in sold.get(product_id, {}).items() if each in here}
        targets = sized(demand, room, days=tuning.demand_days, cover_days=tuning.cover_days)
        for terminal_id in sorted(here & (targets.keys() | rows.keys())):
            target = targets.get(terminal_id, 0)
            holding = _holding(rows.get(terminal_id))
            step = next_step(holding, target, now=now, term_ms=term_ms)
            if step is not Step.KEEP:
                changes.append(Change(terminal_id, product_id, step, target))
    return changes[:_MOST_AT_ONCE]


def _holding(row: Allotment | None) -> Holding | None:
    return None if row is None else Holding(row.quantity - row.used, row.status, row.expires_at)


def _step_away(row: Allotment, terminal: Terminal | None, now: int, is_at_work: bool) -> Step:
    """What to do about the allotment of a terminal that is not in touch, or does not work at the site any more: its time
    may be over, but its units are its own until it gives them back, or cannot any more."""
    if terminal is None or not terminal.active:
        return Step.DROP
    is_over = row.expires_at <= now or not is_at_work
    return Step.CLOSE if is_over and row.status == AllotmentState.ACTIVE else Step.KEEP


def _carry_out(site_id: str, heard: set[str], sold: Sold, tuning: Tuning, transaction: Transaction) -> None:
    work = _work(transaction.unit, site_id, transaction.received_at)
    expires_at = transaction.received_at + _term_ms(work)
    for change in _plan(work, site_id, heard, sold, tuning):
        row_id = allotment_id(site_id, change.terminal_id, change.product_id)
        row = work.get(Allotment, row_id)
        match change.step:
            case Step.FILL:
                unused = row.quantity - row.used if row is not None else 0
                product, more = work.need(Product, change.product_id), max(0, change.target - unused)
                set_aside(work, site_id, change.terminal_id, product, more, expires_at=expires_at)
            case Step.CLOSE if row is not None:
                work.change(row, status=AllotmentState.CLOSING.value)
            case Step.DROP if row is not None and take_back(work, row):
                settle_stock(work, site_id, change.product_id)
            case _:
                pass


def _term_ms(work: Work) -> int:
    return int(setting(work, "allotment.hours") * _HOUR_MS)
