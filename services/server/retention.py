"""How much of each table terminals keep: rows past their days are not sent, and terminals drop them by themselves."""

from __future__ import annotations

from services.storage.row import Row, columns_of

DAY_MS = 24 * 3600 * 1000


def oldest_kept(cls: type[Row], now: int) -> tuple[int, int] | None:
    """The position of the column by which rows age, and the oldest instant still kept; None where all are kept.

    A row whose age is empty (an order not closed yet) is always kept.
    """
    if cls.table.kept_days is None:
        return None
    return columns_of(cls).index(cls.table.age_column), now - cls.table.kept_days * DAY_MS
