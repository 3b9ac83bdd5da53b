"""The business tables as SQLAlchemy Core tables, made from the row classes so that both databases agree."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, MetaData, SmallInteger, Table, Text, UniqueConstraint

from services.storage.row import Row, column_types
from services.storage.tables import TABLES

_SQL_TYPES = {str: Text, int: BigInteger, float: Float, bool: SmallInteger}


def business_table(metadata: MetaData, cls: type[Row], *, unique: bool) -> Table:
    """Add one class's table to ``metadata``; ``unique`` as the authority has it, without as a terminal has it."""
    spec = cls.table
    columns = [
        Column(name, _SQL_TYPES[kind](), primary_key=name == "id", nullable=nullable)
        for name, (kind, nullable) in column_types(cls).items()
    ]
    table = Table(spec.name, metadata, *columns)
    for group in spec.indexes:
        # What is kept unique has an index by that.
        if not (unique and group in spec.unique):
            Index(f"ix_{spec.name}_{'_'.join(group)}", *(table.c[name] for name in group))
    if unique:
        for group in spec.unique:
            table.append_constraint(UniqueConstraint(*(table.c[name] for name in group)))
    return table


def business_tables(metadata: MetaData, *, unique: bool) -> dict[type[Row], Table]:
    """Add every business table to ``metadata``."""
    return {cls: business_table(metadata, cls, unique=unique) for cls in TABLES}
