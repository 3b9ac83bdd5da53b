"""This program as its next version: a column of a row, a step of the outbox, a migration, and a command's version 2.

It is a copy of the program with the lines that docs/contributing.md names, so that an upgrade meets a real one.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from services.protocol.messages import SCHEMA
from tests.faults.desks import REPOSITORY

UPCAST = "upcast"
"""The reference of receipts that were given by the version before and read by this one."""

_CHANGES = {
    "services/protocol/messages.py": [(f"\nSCHEMA = {SCHEMA}\n", f"\nSCHEMA = {SCHEMA + 1}\n")],
    "services/storage/tables/catalogue.py": [
        (
            '    table: ClassVar = TableSpec("product"',
            '    brand: str = ""\n\n    table: ClassVar = TableSpec("product"',
        )
    ],
    "services/commands/stock.py": [
        ('CommandSpec(Kind.FACT, "stock.receive")', 'CommandSpec(Kind.FACT, "stock.receive", 2)')
    ],
    "services/commands/codec.py": [
        (
            "UPCASTS: dict[tuple[str, int], Upcast] = {}",
            "UPCASTS: dict[tuple[str, int], Upcast] = {\n"
            f'    ("ReceiveStock", 1): lambda fields: fields | {{"reference": "{UPCAST}"}}\n}}',
        )
    ],
    "local_db/client_tables.py": [
        (
            '    ),\n)\n"""The outbox\'s schema',
            "    ),\n    (\"ALTER TABLE draft ADD COLUMN title TEXT NOT NULL DEFAULT 'none'\",),\n)\n"
            '"""The outbox\'s schema',
        )
    ],
}
_MIGRATION = '''"""Products have a brand."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("product", sa.Column("brand", sa.Text, nullable=False, server_default=""))
'''


def make_newer(folder: Path) -> Path:
    """Write it into a folder, and answer that."""
    for name in ("services", "local_db", "desktop_app"):
        if name == "desktop_app":
            (folder / name).symlink_to(REPOSITORY / name)
        else:
            shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests").symlink_to(REPOSITORY / "tests")
    for name, changes in _CHANGES.items():
        file = folder / name
        text = file.read_text(encoding="utf-8")
        for before, after in changes:
            assert text.count(before) == 1, f"{name} is no longer as this expects it: {before}"
            text = text.replace(before, after)
        file.write_text(text, encoding="utf-8")
    versions = folder / "services/server/migrations/versions"
    (newest,) = re.findall(
        r'^revision = "(\d+)"', max(versions.glob("v*.py")).read_text(encoding="utf-8"), re.MULTILINE
    )
    (versions / "v9999_brand.py").write_text(_MIGRATION.format(revision="9999", before=newest))
    return folder
