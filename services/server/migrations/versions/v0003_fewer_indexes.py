"""Indexes that nothing looks rows up by are gone, and a failing command is remembered by its id."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_GONE = {
    "allocation": ("order_id",),
    "backorder": ("line_id",),
    "barcode": ("code",),
    "customer": ("code",),
    "handling_unit": ("order_id",),
    "order_line": ("product_id",),
    "pick_task": ("line_id", "wave_id"),
    "product": ("sku",),
    "reservation": ("line_id", "order_id"),
    "shipment": ("vehicle_id",),
    "stock": ("handling_unit_id",),
    "stock_movement": ("order_id",),
    "stock_task": ("order_id", "product_id"),
    "user": ("username",),
    "vehicle": ("code",),
}


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())
    # The first step makes the tables of the program that runs it: then there is nothing left to do here.
    if "failing_n" not in {column["name"] for column in inspector.get_columns("client")}:
        return
    for table, columns in _GONE.items():
        for column in columns:
            op.drop_index(f"ix_{table}_{column}", table)
    op.drop_column("client", "failing_n")
    # What was failing has its tries once more.
    op.add_column("client", sa.Column("failing_id", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("the server's database only goes forward; restore a backup to go back")
