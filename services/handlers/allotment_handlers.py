"""Giving back what was set aside for a terminal, by the terminal itself or by a supervisor's word."""

from __future__ import annotations

from services.commands import ReturnAllotment, RevokeAllotment
from services.handlers.allotments import take_back, terminal_words
from services.handlers.settlement import settle_stock
from services.handlers.work import Work
from services.storage.tables import Allotment, Product


def return_allotment(work: Work, command: ReturnAllotment) -> None:
    """The terminal gives its unused units back; where it has none any more, nothing is left to do.

    So it is where somebody took them back before, and where the terminal has enrolled again: the allotment is that of
    the terminal it was, whose other copy may still sell from it. Nobody did this by hand, so nobody is told.
    """
    row = work.get(Allotment, command.allotment_id)
    if row is None or row.terminal_id != work.context.terminal_id:
        return
    take_back(work, row)
    settle_stock(work, row.site_id, row.product_id)


def revoke_allotment(work: Work, command: RevokeAllotment) -> None:
    """Unused units go back to everybody, whatever the terminal has sold of them without being in touch."""
    row = work.need(Allotment, command.allotment_id)
    unused = take_back(work, row)
    product = work.need(Product, row.product_id)
    work.record(
        "allotment.revoked", product,
        f"{unused} {product.sku} set aside for {terminal_words(work, row)} taken back: {command.reason}",
        site_id=row.site_id, units=unused, terminal_id=row.terminal_id, reason=command.reason,
    )  # fmt: skip
    settle_stock(work, row.site_id, product.id)
