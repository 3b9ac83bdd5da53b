"""Stock as it changes, for whoever watches over the WebSocket: it follows the feed, and sends deltas only."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from services.server import feed
from services.server.clock import Clock
from services.server.database import Database
from services.server.log import log_of
from services.server.mailbox import Mailbox
from services.storage.statements import bind_list, listed

_log = log_of("live_stock")

_LEVELS = (
    "SELECT l.product_id, p.sku, p.name, SUM(l.on_hand), SUM(l.reserved), SUM(l.held), SUM(l.leased) "
    "FROM stock_level l JOIN product p ON p.id = l.product_id {where} "
    "GROUP BY l.product_id, p.sku, p.name ORDER BY p.sku"
)


class StockOfProduct(msgspec.Struct, frozen=True):
    """A product's totals over all sites."""

    product_id: str
    sku: str
    name: str
    on_hand: int
    reserved: int
    held: int
    leased: int

    @property
    def available(self) -> int:
        """What may be promised now."""
        return self.on_hand - self.reserved - self.held - self.leased


class StockUpdate(msgspec.Struct, frozen=True):
    """One product's change, as watchers are told of it."""

    product_id: str
    available_quantity: int
    action: str
    sku: str
    location_id: str
    quantity_change: int


Box = Mailbox[str, StockUpdate]


class LiveStock:
    """Follows the feed in a thread while somebody watches, and tells the watchers what changed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._boxes: set[Box] = set()
        self._moved = threading.Event()
        self._stopping = False
        # What watchers were told last; read and written under the lock, by the thread and by new watchers.
        self._lock = threading.Lock()
        self._cursors: dict[str, int] | None = None
        self._told: dict[str, int] = {}
        # The first message that is being made and the one after it; on the loop only.
        self._making: asyncio.Task[str] | None = None
        self._next: asyncio.Task[str] | None = None
        self._thread = threading.Thread(target=self._follow, name="holdfast-live-stock", daemon=True)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to follow, and send on this event loop."""
        self._loop = loop
        self._thread.start()

    def stop(self) -> None:
        """Follow no more."""
        self._stopping = True
        self._moved.set()
        if self._thread.is_alive():
            self._thread.join()
        self._loop = None

    def moved_on(self, _versions: Mapping[str, int]) -> None:
        """Some scope has a new version (a watcher of the heads)."""
        self._moved.set()

    @property
    def watchers(self) -> int:
        """How many are watching."""
        return len(self._boxes)

    def attach(self) -> Box:
        """A mailbox for a new watcher; on the loop only. Take a snapshot after this, so that nothing is missed."""
        box: Box = Mailbox(self._frames)
        self._boxes.add(box)
        return box

    def detach(self, box: Box) -> None:
        """A watcher has gone; on the loop only."""
        self._boxes.discard(box)

    async def first_message(self) -> str:
        """Every product's stock as it is from now on; on the loop only. Whoever asks meanwhile gets the same one.

        One is made at a time, so that a crowd takes one thread, and not all that answer other requests.
        """
        if self._next is None:
            self._next = asyncio.create_task(self._made_after(self._making))
        # One watcher who goes must not take it away from the others.
        return await asyncio.shield(self._next)

    async def _made_after(self, before: asyncio.Task[str] | None) -> str:
        if before is not None:
            await asyncio.wait((before,))
        # It is read from here on: who comes later must not get it, for a change may lie between.
        self._making, self._next = self._next, None
        return (await run_in_threadpool(self.snapshot)).decode()

    def snapshot(self) -> bytes:
        """Every product's stock, as the first message of a watcher; blocks."""
        with self._lock, self._database.reading() as connection:
            products = stock_of_products(connection)
            if self._cursors is None:
                self._cursors = _versions(connection)
                self._told = {product.product_id: product.available for product in products}
        data = [
            {
                "product_id": product.product_id,
                "sku": product.sku,
                "name": product.name,
                "available_quantity": product.available,
                "on_hand": product.on_hand,
                "reserved": product.reserved,
                "held": product.held,
            }
            for product in products
        ]
        return msgspec.json.encode({"type": "inventory_snapshot", "timestamp": self._clock(), "data": data})

    def _follow(self) -> None:
        while True:
            self._moved.wait()
            self._moved.clear()
            if self._stopping:
                return
            if not self._boxes:
                with self._lock:
                    self._cursors = None
                continue
            try:
                updates = self._changes()
            except DBAPIError:
                _log.warning("live stock could not read the feed; trying at the next change", exc_info=True)
                continue
            loop = self._loop
            if updates and loop is not None:
                loop.call_soon_threadsafe(self._send, updates)

    def _changes(self) -> list[StockUpdate]:
        with self._lock, self._database.reading() as connection:
            if self._cursors is None:
                return []
            before, self._cursors = self._cursors, _versions(connection)
            changed, movements = _since(connection, before)
            touched = sorted(changed | movements.keys())
            if not touched:
                return []
            updates = []
            for product in stock_of_products(connection, touched):
                difference = product.available - self._told.get(product.product_id, 0)
                self._told[product.product_id] = product.available
                # Goods that only changed their place are told of, too; totals that only moved between columns are not.
                if not difference and product.product_id not in movements:
                    continue
                kind, location_id = movements.get(
                    product.product_id, ("reserve" if difference < 0 else "release", "")
                )
                updates.append(
                    StockUpdate(
                        product.product_id, product.available, kind, product.sku, location_id, difference
                    )
                )
            return updates

    def _send(self, updates: Sequence[StockUpdate]) -> None:
        news = {update.product_id: update for update in updates}
        frames = self._frames(news)
        for box in self._boxes:
            box.offer(news, frames)

    def _frames(self, news: Mapping[str, StockUpdate]) -> Sequence[bytes]:
        if len(news) == 1:
            (update,) = news.values()
            return [
                msgspec.json.encode(
                    {"type": "inventory_update", **_one(update), "metadata": _metadata(update)}
                )
            ]
        updates = [_one(update) for update in news.values()]
        return [
            msgspec.json.encode(
                {"type": "inventory_batch_update", "timestamp": self._clock(), "updates": updates}
            )
        ]


def _one(update: StockUpdate) -> dict[str, Any]:
    return {
        "product_id": update.product_id,
        "available_quantity": update.available_quantity,
        "action": update.action,
    }


def _metadata(update: StockUpdate) -> dict[str, Any]:
    return {
        "sku": update.sku,
        "location_id": update.location_id,
        "quantity_change": update.quantity_change,
    }


def stock_of_products(
    connection: Connection, product_ids: Sequence[str] | None = None
) -> list[StockOfProduct]:
    """Totals of these products (all that have stock at a site, where none are named), by sku."""
    dialect = connection.dialect.name
    if product_ids is None:
        found = connection.exec_driver_sql(_LEVELS.format(where=""))
    else:
        where = f"WHERE l.product_id {listed(dialect)}"
        found = connection.exec_driver_sql(_LEVELS.format(where=where), (bind_list(product_ids),))
    # PostgreSQL's sums are of a type of their own.
    return [StockOfProduct(*row[:3], *(int(value) for value in row[3:])) for row in found]


def _versions(connection: Connection) -> dict[str, int]:
    return {
        str(scope): int(version)
        for scope, version in connection.exec_driver_sql("SELECT scope, version FROM scope_head")
    }


def _since(connection: Connection, cursors: Mapping[str, int]) -> tuple[set[str], dict[str, tuple[str, str]]]:
    """Products whose totals changed since, and of each its latest movement: kind and place."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    changed: set[str] = set()
    movements: dict[str, tuple[str, str]] = {}
    for scope, head in feed.heads(connection, _versions(connection)).items():
        if head.version <= cursors.get(scope, 0):
            continue
        parameters = (head.id, cursors.get(scope, 0))
        joined = (
            f"JOIN {{table}} r ON r.id = c.pk WHERE c.scope_id = {mark} AND c.version > {mark} "
            "AND c.\"table\" = '{table}' ORDER BY c.version, r.id"
        )
        for (product_id,) in connection.exec_driver_sql(
            f"SELECT r.product_id FROM change c {joined.format(table='stock_level')}", parameters
        ):
            changed.add(product_id)
        for product_id, kind, source, target in connection.exec_driver_sql(
            "SELECT r.product_id, r.kind, r.from_location_id, r.to_location_id FROM change c "
            + joined.format(table="stock_movement"),
            parameters,
        ):
            movements[product_id] = (kind, target or source)
    return changed, movements
