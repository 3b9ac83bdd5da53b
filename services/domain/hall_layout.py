"""Where bins stand that nobody has measured: aisle beside aisle, bay behind bay, as their addresses count them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.domain.walking_floor import to_micrometres

_AISLE_M: Final = 3.0
"""From the middle of an aisle to that of the next: a rack on each side and the way between them."""
_BAY_M: Final = 1.2
_FRONT_M: Final = 2.4
"""Open floor before the first bay: staging and docks that nobody has measured stand at its front."""


def derived_places(bins: Iterable[tuple[str, str, str]]) -> dict[str, tuple[float, float]]:
    """Places in metres for bins (id, aisle, bay), aisles and bays in the order of their names; without aisle: none."""
    known = [each for each in bins if each[1]]
    aisles = {aisle: at for at, aisle in enumerate(sorted({aisle for _id, aisle, _bay in known}))}
    bays = {bay: at for at, bay in enumerate(sorted({bay for _id, _aisle, bay in known}), start=1)}
    return {
        bin_id: (aisles[aisle] * _AISLE_M, to_micrometres(_FRONT_M + bays[bay] * _BAY_M))
        for bin_id, aisle, bay in known
    }
