"""The first schema: every business table, the server's own tables and the feed."""

from __future__ import annotations

from alembic import op

from services.server.server_tables import server_metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in server_metadata().sorted_tables:
        op.create_table(table.name, *table.columns, *table.constraints, **table.dialect_kwargs)
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            op.create_index(index.name, table.name, [column.name for column in index.columns])


def downgrade() -> None:
    raise NotImplementedError("the server's database only goes forward; restore a backup to go back")
