"""The bin map: a hall from above, its shelves, and the walk of a pick list through them."""

from __future__ import annotations

from desktop_app.widgets.bin_map.bin_map import BinMap
from desktop_app.widgets.bin_map.colours import BinMapColours, bin_map_colours
from desktop_app.widgets.bin_map.marks import BinMark, PickStop

__all__ = ["BinMap", "BinMapColours", "BinMark", "PickStop", "bin_map_colours"]
