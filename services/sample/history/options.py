"""What a person may say about order files that the files do not say themselves."""

from __future__ import annotations

from datetime import UTC, tzinfo
from decimal import Decimal

import msgspec


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to read the values of order files. ``None`` means: find out from the file."""

    zone: tzinfo = UTC
    """Where times without a zone were noted."""
    currency: str = "GBP"
    """ISO 4217 code of prices in a file without a currency column."""
    decimal_mark: str | None = None
    """Whether 1,234 is one thousand (".") or a little over one (",")."""
    day_first: bool | None = None
    """Whether 3/4/2011 is in April."""
    cancel_prefix: str = "C"
    """What a cancelled order's number has before its digits; "" where the files mark none."""
    ordered_at: int | None = None
    """The instant (milliseconds UTC) of rows without a date of their own, such as orders that are still open."""
    max_quantity: int = 1_000_000
    max_unit_price: Decimal = Decimal(10_000_000)
    max_code_length: int = 64
    max_description_length: int = 500
