"""Runs commands on the cache as the authority would, provisionally: their effects can be taken back."""

from __future__ import annotations

import logging

import msgspec

from local_db.cache import Cache
from local_db.dependencies import keep_makers
from local_db.files import DatabaseError
from services.commands.command import Command
from services.handlers.dispatch import Effect, run_command
from services.handlers.work import Context
from services.storage.row import Row
from services.storage.tables import (
    Alert,
    Barcode,
    Customer,
    CycleCount,
    Driver,
    Location,
    Order,
    PickTask,
    Product,
    Route,
    Shipment,
    Site,
    StockTask,
    Stop,
    Terminal,
    User,
    Vehicle,
    Wave,
)

log = logging.getLogger(__name__)

FAILED_HERE = "failed_here"
_FAILED_WORDS = (
    "This desk could not work out what this changes. "
    "It is kept and will be sent; the server decides about it."
)

# The rows that commands name in their arguments.
_NAMED: tuple[type[Row], ...] = (
    Order,
    PickTask,
    Shipment,
    Route,
    Stop,
    Wave,
    CycleCount,
    StockTask,
    Product,
    Barcode,
    Customer,
    Location,
    Vehicle,
    Driver,
    Alert,
    Site,
    User,
    Terminal,
)


class Provisional:
    """Handlers over the cache, within its owner's transaction."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def try_out(self, command: Command, context: Context) -> Effect:
        """What the command would do; nothing is written before ``keep``. Raises whatever its handler raises."""
        return run_command(self._cache.unit, command, context)

    def run(self, command: Command, context: Context) -> Effect:
        """What a command that is kept in any case does. Raises only what the database raises."""
        try:
            return self.try_out(command, context)
        except DatabaseError:
            raise
        except Exception:
            # A fault of this program must not stop the rest of the queue, nor lose what a person did.
            log.exception("the handler of %s failed", type(command).__name__)
            return Effect(status="rejected", code=FAILED_HERE, message=_FAILED_WORDS)

    def keep(self, n: int, effect: Effect) -> set[str]:
        """Write what was done as command ``n``, or that it no longer fits. Answers the tables that changed."""
        if effect.status == "rejected":
            details = msgspec.json.encode(effect.details).decode()
            self._cache.mark_at_risk(n, effect.code, effect.message, details)
            return set()
        self._cache.footprint.bound()
        unit = self._cache.unit
        made = unit.created(_NAMED)
        if made:
            keep_makers(self._cache.connection, n, made)
        return {cls.table.name for cls in unit.flush()}

    def context(self, command_id: str, actor_id: str, terminal_id: str, issued_at: int) -> Context:
        """Who gave a command, where and when; the authority's own time is not known yet."""
        return Context(
            command_id=command_id,
            actor_id=actor_id,
            terminal_id=terminal_id,
            at=issued_at,
            received_at=issued_at,
        )
