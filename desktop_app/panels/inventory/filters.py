"""The filters of the stock list, and the views that are there from the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from local_db.queries.inventory_queries import InventoryFilter
from services.domain.stock_rules import GREEN_ABOVE, RED_BELOW, Band

if TYPE_CHECKING:
    from desktop_app.widgets.chips import Filter

SWITCHES: Final = (("low", "To reorder"), ("out", "Out"), ("held", "On hold"), ("backordered", "Backordered"))
_BANDS: Final = (
    (Band.RED.value, f"Short: below {RED_BELOW} or to reorder"),
    (Band.YELLOW.value, f"Fair: {RED_BELOW} to {GREEN_ABOVE}"),
    (Band.GREEN.value, f"Plenty: above {GREEN_ABOVE}"),
)
BUILT_IN: Final[Mapping[str, Mapping[str, Any]]] = {
    "Everything": {},
    "To reorder": {"low": "low"},
    "Out of stock": {"out": "out"},
    "On hold": {"held": "held"},
    "Customers wait for it": {"backordered": "backordered"},
}
"""Views by name: the chips that are set in them."""


def filters(categories: Sequence[str]) -> tuple[Filter, ...]:
    """The chips; the categories are those of the catalogue."""
    # Imported late: a window's first glance asks for the filter, and shows no chips.
    from desktop_app.widgets.chips import Filter

    switches = tuple(Filter(key, title, ((key, title),)) for key, title in SWITCHES)
    level = Filter("bands", "Level", _BANDS, several=True)
    if not categories:
        return (*switches, level)
    return (
        *switches,
        level,
        Filter("categories", "Category", tuple((each, each) for each in categories), several=True),
    )


def filter_of(values: Mapping[str, Any], site_id: str, text: str) -> InventoryFilter:
    """What the chips and the search field ask for."""
    return InventoryFilter(
        site_id,
        text=text,
        shows=tuple(key for key, _title in SWITCHES if key in values),
        bands=tuple(values.get("bands", ())),
        categories=tuple(values.get("categories", ())),
    )
