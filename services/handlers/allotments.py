"""Units set aside for terminals: filled by the server, drawn on by orders, taken back. ``leased`` follows each step.

A terminal and the server must draw alike, or an order that the desk called certain would find the allotment emptier than
the desk saw it. So only what stands in the command counts (the quantities that it names), never a clock, what else is
free, or how much of the order is open by now. A command that the server refuses, or takes into a draft, draws nothing
there: the terminal believed that less was left than there was, which breaks no promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from services.domain.allocation import is_expired
from services.domain.allotments import AllotmentState
from services.domain.days import day_of
from services.domain.identifiers import derive
from services.handlers.stock_alerts import watch_level
from services.handlers.stock_ledger import GOOD, change_level, level_of
from services.handlers.work import Work
from services.storage.tables import Allotment, Location, Product, Stock, Terminal


def allotment_id(site_id: str, terminal_id: str, product_id: str) -> str:
    """The id of a terminal's allotment of a product: there is one at the most, however often it is granted."""
    return derive("allotment", site_id, terminal_id, product_id)


def allotment_ids(site_id: str, terminal_id: str, product_ids: Iterable[str]) -> list[str]:
    """The ids of a terminal's allotments of products; none for work that comes from no terminal."""
    return [allotment_id(site_id, terminal_id, each) for each in product_ids] if terminal_id else []


class Asked(Protocol):
    """Units of a product that a command asks for."""

    @property
    def product_id(self) -> str:
        """Of which product."""
        ...

    @property
    def quantity(self) -> int:
        """How many units."""
        ...


def draw(work: Work, site_id: str, asked: Sequence[Asked]) -> int:
    """Free what is set aside for the acting terminal, as far as a command asks for it.

    It is promised right after, in the same command. Answers until when (ms UTC, the server's clock) that is certain; 0
    where more is asked for than was set aside.
    """
    terminal_id = work.context.terminal_id
    work.get_many(Allotment, allotment_ids(site_id, terminal_id, (each.product_id for each in asked)))
    until: list[int] = []
    for each in asked:
        row = work.get(Allotment, allotment_id(site_id, terminal_id, each.product_id))
        if row is None:
            until.append(0)
            continue
        part = min(each.quantity, row.quantity - row.used)
        if part:
            work.change(row, used=row.used + part)
            change_level(work, site_id, each.product_id, leased=-part)
        is_covered = part == each.quantity and row.status == AllotmentState.ACTIVE
        until.append(row.expires_at if is_covered else 0)
    return min(until, default=0)


def set_aside(
    work: Work, site_id: str, terminal_id: str, product: Product, units: int, *, expires_at: int
) -> None:
    """Let a terminal have up to so many more units of a product, and all it has until ``expires_at`` (ms UTC).

    Only what is available and lies where it can be picked: the rest nobody could be sure of.
    """
    level = level_of(work, site_id, product.id)
    sure = _pickable(work, site_id, product, expires_at) - level.leased
    more = max(0, min(units, level.available, sure))
    row_id = allotment_id(site_id, terminal_id, product.id)
    known = work.get(Allotment, row_id)
    unused = known.quantity - known.used if known is not None else 0
    if unused + more == 0:
        return
    work.put(
        Allotment(
            id=row_id,
            site_id=site_id,
            terminal_id=terminal_id,
            product_id=product.id,
            quantity=unused + more,
            used=0,
            leased_at=work.context.received_at,
            expires_at=expires_at,
            status=AllotmentState.ACTIVE.value,
        )
    )
    if more:
        change_level(work, site_id, product.id, leased=more)


def take_back(work: Work, row: Allotment) -> int:
    """End an allotment; what was not used of it may be promised to anybody. Answers how many units that were."""
    unused = row.quantity - row.used
    work.remove(row)
    if unused:
        level = change_level(work, row.site_id, row.product_id, leased=-unused)
        watch_level(work, work.need(Product, row.product_id), level, fell_by=-unused)
    return unused


def shrink(work: Work, site_id: str, product_id: str) -> None:
    """Where less is there than is promised, held and set aside, take the difference off the allotments, newest first.

    Reservations have given way before: they are known and keep their place in the queue, while what a terminal was
    allotted may be sold already, to somebody who was told that it is certain.
    """
    missing = -level_of(work, site_id, product_id).available
    if missing <= 0:
        return
    rows = work.find(Allotment, site_id=site_id, product_id=product_id)
    for row in sorted(rows, key=lambda row: (row.leased_at, row.id), reverse=True):
        part = min(missing, row.quantity - row.used)
        if part <= 0:
            continue
        row = work.change(row, quantity=row.quantity - part)
        change_level(work, site_id, product_id, leased=-part)
        sku = work.need(Product, product_id).sku
        words = f"{part} {sku} set aside for {terminal_words(work, row)} are not there any more"
        work.record("allotment.shrunk", row, words, units=part, terminal_id=row.terminal_id)
        missing -= part


def terminal_words(work: Work, row: Allotment) -> str:
    """The terminal of an allotment as people know it."""
    terminal = work.get(Terminal, row.terminal_id)
    return f"{terminal.code} {terminal.name}" if terminal is not None else "a terminal that is gone"


def _pickable(work: Work, site_id: str, product: Product, at: int) -> int:
    """The units that lie free in open bins and can still be sold at an instant (ms UTC)."""
    day = day_of(at)
    rows = [
        row
        for row in work.find(Stock, site_id=site_id, product_id=product.id)
        if row.status == GOOD and row.on_hand > row.allocated and not is_expired(row.expires_on, day)
    ]
    places = work.get_many(Location, {row.location_id for row in rows})
    return sum(row.on_hand - row.allocated for row in rows if places[row.location_id].active)
