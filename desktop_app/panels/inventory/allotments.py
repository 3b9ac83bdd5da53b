"""What is set aside for desks, as the inspector lists it, and how a supervisor takes it back."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from desktop_app import formats
from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.doing import Deed, Doer
from desktop_app.panels.inventory.words import units
from desktop_app.widgets.columns import Column
from local_db.queries.stock_story_queries import AllotmentRow, ProductStory
from services.commands import RevokeAllotment

PERMISSION: Final = "lease.revoke"
_REASONS: Final = tuple(
    (words.lower(), words)
    for words in ("Needed for another customer", "That desk is lost or broken", "Not sold there any more")
)


def allotment_words(row: AllotmentRow) -> str:
    """One allotment in a sentence."""
    name = f"{row.terminal_code} {row.terminal_name}".strip()
    until = "being given back" if row.is_called_back else f"until {formats.full_time(row.expires_at)}"
    return f"{name}: {units(row.unused)} not sold, {until}"


ALLOTMENTS: Final = (
    Column("desk", "Desk", lambda row: row.terminal_code, width=54, strong=True, sortable=False,
           tip=allotment_words),
    Column("name", "Name", lambda row: row.terminal_name + (", this desk" if row.is_here else ""), width=70,
           stretch=True, sortable=False, tip=allotment_words),
    Column("unused", "Units", lambda row: row.unused, "number", width=58, sortable=False, tip=allotment_words),
    Column("state", "", lambda row: "ending" if row.is_called_back else "", width=66, sortable=False, quiet=True,
           tone=lambda row: "warning" if row.is_called_back else None, tip=allotment_words),
)  # fmt: skip


def allotments_heading(story: ProductStory, *, may_revoke: bool) -> str:
    """What the list comes to."""
    rows = story.allotments
    total = units(sum(row.unused for row in rows))
    said = f"{total} for {units(len(rows), 'desk')}, certain offline"
    return f"{said}. Enter takes back." if rows and may_revoke else f"{said}."


def ask_to_revoke(doer: Doer, story: ProductStory, row: AllotmentRow, parent: QWidget) -> None:
    """Say what taking it back may break, ask why, and do it."""
    sku, name = story.row.sku, f"{row.terminal_code} {row.terminal_name}".strip()
    site_id = doer.site_id
    what = (
        f"{units(row.unused)} of {sku} go back to everybody. If {name} is offline it may have promised them to customers "
        "already: those orders then wait for stock."
    )

    def take_back(reason: str, note: str) -> None:
        told = f"{reason}: {note}"[:180] if note else reason
        command = RevokeAllotment(site_id=site_id, allotment_id=row.id, reason=told)
        doer.perform(lambda: Deed((command,), f"{units(row.unused)} of {sku} taken back from {name}"))

    ReasonDialog(doer.context.theme, f"Take {sku} back", what, _REASONS, take_back, parent).open()
