"""What the reading of order files found: totals, counts by kind with examples, and every refusal with its reasons."""

from __future__ import annotations

from collections import Counter
from decimal import Context, Decimal
from typing import Final

import msgspec

from services.sample.history.line import HistoryLine, LineKind, RefusedRow, to_minor

EXAMPLES_KEPT: Final = 5
REFUSALS_KEPT: Final = 10_000

# Wide enough that no sum of amounts is ever rounded: the default of 28 digits is not, for a very long file.
_EXACT: Final = Context(prec=80)


class DamagedFile(msgspec.Struct, frozen=True):
    """A file whose rest could not be read. ``rows`` were, and are part of the totals."""

    file: str
    rows: int
    reason: str


class HistoryReport(msgspec.Struct):
    """Filled while the files are read. ``rows`` is always ``lines + refused``, and ``lines`` the sum of ``by_kind``.

    ``orders`` are distinct order numbers without a cancellation, ``cancelled_orders`` those with one. ``units`` is net
    of cancellations and returns; ``amounts`` is the exact sum of quantity times unit price for each currency. Both are
    the totals of the rows that were taken.
    """

    rows: int = 0
    blank_customers: int = 0
    units: int = 0
    refused: int = 0
    merged: int = 0
    """Rows taken that add to an earlier row of their order."""
    by_kind: Counter[LineKind] = msgspec.field(default_factory=Counter)
    examples: dict[LineKind, list[HistoryLine]] = msgspec.field(default_factory=dict)
    amounts: dict[str, Decimal] = msgspec.field(default_factory=dict)
    refused_rows: list[RefusedRow] = msgspec.field(default_factory=list)
    """The first REFUSALS_KEPT of them; ``on_refused`` of the reader is told all."""
    rows_by_file: dict[str, int] = msgspec.field(default_factory=dict)
    damaged_files: list[DamagedFile] = msgspec.field(default_factory=list)
    same_files: list[tuple[str, str]] = msgspec.field(default_factory=list)
    """Files left out because another one given before has the same content: (left out, taken)."""
    order_numbers: set[str] = msgspec.field(default_factory=set)
    cancelled_numbers: set[str] = msgspec.field(default_factory=set)

    @property
    def lines(self) -> int:
        """Rows that were taken, of any kind."""
        return self.rows - self.refused

    @property
    def orders(self) -> int:
        """Order numbers that are no cancellation."""
        return len(self.order_numbers)

    @property
    def cancelled_orders(self) -> int:
        """Order numbers that are a cancellation."""
        return len(self.cancelled_numbers)

    @property
    def cancel_lines(self) -> int:
        """Lines of cancelled orders."""
        return self.by_kind[LineKind.CANCELLATION]

    def amount_minor(self, currency: str) -> int:
        """The amount in a currency's minor unit, rounded once, at the end."""
        return to_minor(self.amounts.get(currency, Decimal()), currency)

    def take(self, line: HistoryLine) -> None:
        """Count a row that was read."""
        kind = line.kind
        self.by_kind[kind] += 1
        if self.by_kind[kind] <= EXAMPLES_KEPT:
            self.examples.setdefault(kind, []).append(line)
        if kind is LineKind.CANCELLATION:
            self.cancelled_numbers.add(line.order_number)
        else:
            self.order_numbers.add(line.order_number)
        self.merged += line.merged
        if line.walk_in:
            self.blank_customers += 1
        self.units += line.quantity
        quantity = Decimal(line.quantity)
        self.amounts[line.currency] = _EXACT.fma(
            quantity, line.unit_price, self.amounts.get(line.currency, Decimal())
        )

    def refuse(self, refusal: RefusedRow) -> None:
        """Count a row that was not taken."""
        self.refused += 1
        if len(self.refused_rows) < REFUSALS_KEPT:
            self.refused_rows.append(refusal)

    def totals(self, currency: str) -> dict[str, int]:
        """The figures that a source's own are compared with; ``amount`` in minor units of ``currency``."""
        return {
            "rows": self.rows,
            "orders": self.orders,
            "lines": self.lines,
            "cancellations": self.cancelled_orders,
            "units": self.units,
            "amount": self.amount_minor(currency),
            "refused": self.refused,
        }
