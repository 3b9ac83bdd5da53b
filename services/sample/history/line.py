"""One row of a company's order history: what was read, and what kind of row it is."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

import msgspec

from services.domain.money import exponent

WALK_IN: Final = "WALK-IN"
"""The customer code of every row whose own customer column is blank."""


class LineKind(StrEnum):
    """What a row of a history file says happened. Every row that can be read is exactly one of these."""

    SALE = "sale"
    """A product sold at a price."""
    CANCELLATION = "cancellation"
    """A line of a cancelled order: its number is marked as cancelled, and its quantity is negative."""
    RETURN_OR_CORRECTION = "return_or_correction"
    """A negative quantity on an order that is not marked as cancelled, and no word why."""
    CHARGE = "charge"
    """Postage, carriage, a fee, a discount, a manual entry: money, but no product."""
    GIFT_CARD = "gift_card"
    """A voucher: money paid for a promise, no stock behind it."""
    ADJUSTMENT = "adjustment"
    """Books put right: a negative price (bad debt), or units added without customer, price or description."""
    WAREHOUSE_NOTE = "warehouse_note"
    """No customer and no price, and a remark such as 'damaged' or 'found' where the description should be."""
    FREE_GOODS = "free_goods"
    """A product given away: a real description, and a price of zero."""


class Article(StrEnum):
    """What a row's code stands for, whichever way it went."""

    PRODUCT = "product"
    CHARGE = "charge"
    GIFT_CARD = "gift_card"


class HistoryLine(msgspec.Struct, frozen=True, gc=False):
    """A row that was read. ``row`` is the line (or sheet row) of ``file`` it starts on; the header is row 1.

    ``ordered_at`` is milliseconds since 1970 in UTC. ``unit_price`` is exact and in the currency's major unit, with as
    many decimals as the file has; ``currency`` is its ISO 4217 code.
    """

    file: str
    row: int
    kind: LineKind
    article: Article
    order_number: str
    sku: str
    description: str
    quantity: int
    ordered_at: int
    unit_price: Decimal
    customer_code: str
    country: str
    currency: str
    merged: bool = False
    """Whether it adds to an earlier row of its order: the same product at the same price."""

    @property
    def walk_in(self) -> bool:
        """Whether the file named no customer."""
        return self.customer_code == WALK_IN

    @property
    def amount(self) -> Decimal:
        """Quantity times unit price, exact, in the major unit."""
        return self.quantity * self.unit_price

    @property
    def unit_price_minor(self) -> int:
        """The unit price in the currency's minor unit, rounded half up."""
        return to_minor(self.unit_price, self.currency)


class FieldProblem(msgspec.Struct, frozen=True, gc=False):
    """Why one field of a row was refused. ``field`` is our name of it, ``column`` the file's own heading."""

    field: str
    column: str
    value: str
    reason: str


class RefusedRow(msgspec.Struct, frozen=True):
    """A row that was not taken, with every reason found."""

    file: str
    row: int
    problems: tuple[FieldProblem, ...]

    def __str__(self) -> str:
        reasons = "; ".join(f"{p.field}: {p.reason}" for p in self.problems)
        return f"{self.file}, row {self.row}: {reasons}"


def to_minor(amount: Decimal, currency: str) -> int:
    """An exact amount in the currency's minor unit (pence, cents, yen), rounded half up as money is everywhere."""
    return int(amount.scaleb(exponent(currency)).to_integral_value(rounding=ROUND_HALF_UP))
