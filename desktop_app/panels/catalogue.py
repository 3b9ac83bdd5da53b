"""Every panel of the desk, as data: the navigation rail and the first show of a panel are built from this."""

from typing import Final, Literal, NamedTuple

Group = Literal["Work", "Insight", "System"]


class PanelSpec(NamedTuple):
    """One panel. Its module is imported on first show, so that what is never opened costs nothing.

    `icon` names a file of resources/icons, `permission` what a person needs to see the panel (empty: everybody),
    `count_source` the key of the count that the rail shows beside the word (empty: none).
    `first_rows` names a module that reads the first rows of the panel's list for a glance of it before the desk is open
    (see desktop_app.first_rows), and `first_table` that list (empty: none).
    """

    id: str
    title: str
    icon: str
    group: Group
    module_path: str
    class_name: str = "Panel"
    shortcut: str = ""
    permission: str = ""
    count_source: str = ""
    first_rows: str = ""
    first_table: str = ""


def _panel(
    id: str,
    title: str,
    icon: str,
    group: Group,
    shortcut: str,
    permission: str = "",
    count_source: str = "",
    first_table: str = "",
) -> PanelSpec:
    folder = f"desktop_app.panels.{id}"
    first_rows = f"{folder}.first_rows" if first_table else ""
    return PanelSpec(
        id, title, icon, group, f"{folder}.panel", "Panel", shortcut, permission, count_source, first_rows, first_table
    )  # fmt: skip


PANELS: Final[tuple[PanelSpec, ...]] = (
    _panel("dashboard", "Dashboard", "dashboard", "Work", "Ctrl+1"),
    _panel(
        "orders",
        "Orders",
        "order",
        "Work",
        "Ctrl+2",
        count_source="orders_waiting",
        first_table="orders.table",
    ),
    _panel(
        "picking",
        "Picking",
        "pick",
        "Work",
        "Ctrl+3",
        count_source="picks_waiting",
        first_table="picking.queue",
    ),
    _panel("dispatch", "Packing & dispatch", "box", "Work", "Ctrl+4", count_source="shipments_waiting"),
    _panel(
        "inventory",
        "Inventory",
        "stock",
        "Work",
        "Ctrl+5",
        count_source="low_stock",
        first_table="inventory.table",
    ),
    _panel("fleet", "Fleet", "van", "Work", "Ctrl+6", count_source="fleet_alerts"),
    _panel("outbox", "Outbox", "outbox", "System", "Ctrl+7", count_source="needs_attention"),
    _panel("admin", "Admin", "admin", "System", "Ctrl+8"),
)

# A count of these means that something waits for a person because it went wrong; the rail shows it in the warning tone.
ALARMING_COUNTS: Final = frozenset({"needs_attention", "fleet_alerts", "low_stock"})


def panel_spec(panel_id: str) -> PanelSpec:
    """The panel called `panel_id`. Raises KeyError where there is none."""
    for spec in PANELS:
        if spec.id == panel_id:
            return spec
    raise KeyError(panel_id)
