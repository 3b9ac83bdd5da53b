"""How often the server failed is counted for each command of a client, not for the last one alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())
    # The first step makes the tables of the program that runs it: then there is nothing left to do here.
    if "failing_id" not in {column["name"] for column in inspector.get_columns("client")}:
        return
    op.drop_column("client", "failing_id")
    op.drop_column("client", "failures")
    # What was failing has its tries once more.
    op.add_column("client", sa.Column("failing", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("the server's database only goes forward; restore a backup to go back")
