"""Every panel of the desk, as data: the navigation rail and the first show of a panel are built from this."""

from typing import Final, Literal, NamedTuple

Group = Literal["Work", "Insight", "System"]


class PanelSpec(NamedTuple):
    """One panel. Its module is imported on first show, so that what is never opened costs nothing.

    `icon` names a file of resources/icons, `permission` what a person needs to see the panel (empty: everybody),
    `count_source` the key of the count that the rail shows beside the word (empty: none).
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


def _panel(
    id: str, title: str, icon: str, group: Group, shortcut: str, permission: str = "", count_source: str = ""
) -> PanelSpec:
    return PanelSpec(
        id, title, icon, group, f"desktop_app.panels.{id}.panel", "Panel", shortcut, permission, count_source
    )


PANELS: Final[tuple[PanelSpec, ...]] = (
    _panel("dashboard", "Dashboard", "dashboard", "Work", "Ctrl+1"),
    _panel("orders", "Orders", "order", "Work", "Ctrl+2", count_source="orders_waiting"),
    _panel("picking", "Picking", "pick", "Work", "Ctrl+3", count_source="picks_waiting"),
    _panel("dispatch", "Packing & dispatch", "box", "Work", "Ctrl+4", count_source="shipments_waiting"),
    _panel("inventory", "Inventory", "stock", "Work", "Ctrl+5", count_source="low_stock"),
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
