"""The sites of terminals are rows with a past, and no longer a text of the client's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.domain.identifiers import derive
from services.server import feed
from services.storage.row import ORG

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    # The first step makes the tables of the program that runs it: then there is nothing left to do here.
    if "scopes" not in {column["name"] for column in sa.inspect(connection).get_columns("client")}:
        return
    held = op.create_table(
        "terminal_site",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("terminal_id", sa.Text, nullable=False),
        sa.Column("held_site_id", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_terminal_site_terminal_id", "terminal_site", ["terminal_id"])
    rows: dict[str, dict[str, object]] = {}
    for terminal_id, scopes, since in connection.exec_driver_sql(
        "SELECT terminal_id, scopes, enrolled_at FROM client ORDER BY enrolled_at, id"
    ):
        for site_id in (scope.removeprefix("site:") for scope in scopes.split(",") if scope != ORG):
            row_id = derive(terminal_id, "terminal_site", site_id)
            rows.setdefault(
                row_id,
                {
                    "id": row_id,
                    "terminal_id": terminal_id,
                    "held_site_id": site_id,
                    "since": since,
                    "until": None,
                    "reason": "",
                },
            )
    if rows:
        op.bulk_insert(held, list(rows.values()))
        feed.write(connection, {ORG: {"terminal_site": dict.fromkeys(rows, False)}})
    op.drop_column("client", "scopes")
    op.add_column(
        "client", sa.Column("given_through", sa.BigInteger, nullable=False, server_default=sa.text("0"))
    )


def downgrade() -> None:
    raise NotImplementedError("the server's database only goes forward; restore a backup to go back")
