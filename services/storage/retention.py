"""How much of each table terminals keep: rows past their days are not sent, and terminals drop them by themselves."""

from __future__ import annotations

from services.storage.row import Row
from services.storage.tables import BY_NAME

DAY_MS = 24 * 3600 * 1000


def kept(cls: type[Row], now: int, mark: str, schema: str = "") -> tuple[str, tuple[int, ...]] | None:
    """The SQL condition of the rows (as ``r``) that terminals keep, with its parameters; None where they keep all.

    A row whose age is empty, such as an order not closed yet, is kept, unless what it belongs to is past its days.
    ``now``: ms UTC; ``mark``: the driver's placeholder; ``schema``: before each table's name, with its dot.
    """
    parts: list[str] = []
    limits: list[int] = []
    spec = cls.table
    if spec.kept_days is not None:
        parts.append(f'(r."{spec.age_column}" IS NULL OR r."{spec.age_column}" >= {mark})')
        limits.append(now - spec.kept_days * DAY_MS)
    for name in spec.kept_with:
        above = BY_NAME[name].table
        assert above.kept_days is not None
        parts.append(
            f'NOT EXISTS (SELECT 1 FROM {schema}"{name}" AS above '
            f'WHERE above.id = r."{name}_id" AND above."{above.age_column}" < {mark})'
        )
        limits.append(now - above.kept_days * DAY_MS)
    return (" AND ".join(parts), tuple(limits)) if parts else None
