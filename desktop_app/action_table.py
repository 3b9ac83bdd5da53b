"""The one table of actions. Add a row here, bind it where the work is done; menus, palette and keys follow.

Shortcuts always carry Ctrl, Alt or are function keys: a scanner types bare letters and digits.
"""

from typing import Final

from desktop_app.actions import Action
from desktop_app.panels.catalogue import PANELS

SHELL_# The menus from left to right; one that no action names is not shown.
MENUS: Final = ("File", "Edit", "View", "Go", "Order", "Picking", "Dispatch", "Stock", "Fleet", "Outbox", "Admin", "Link", "Help")

ACTIONS: Final[tuple[Action, ...]] = (
    *SHELL_ACTIONS,
    *(Action(f"go.{spec.id}", f"Go to {spec.title}", spec.icon, spec.shortcut, "Go", permission=spec.permission) for spec in PANELS),
    *PANEL_ACTIONS,
)
