"""Where to put goods that have come in."""

from collections.abc import Iterable

import msgspec


class PutawayBin(msgspec.Struct, frozen=True):
    """A bin as a candidate. `same` are the units of this product (and lot) in it, `others` the units of
    anything else; `target` is how many of the product it should hold, 0 where nothing says so. Metres.
    """

    location_id: str
    kind: str
    same: int
    others: int
    x_m: float
    y_m: float
    pick_sequence: int
    target: int = 0


def suggest_putaway(
    quantity: int, bins: Iterable[PutawayBin], *, from_x_m: float, from_y_m: float
) -> PutawayBin | None:
    """The bin to suggest for `quantity` units, or None when no bin is free.

    In this order: the product's pick bin while it is below its target; a reserve bin that already holds it;
    an empty reserve bin; an empty pick bin; the product's pick bin though full. Bins with other goods are not
    suggested. Among equals the nearest (along the aisles) wins, then the pick sequence, then the id.
    """
    if quantity <= 0:
        return None
    ranked = [
        (rank, round(abs(b.x_m - from_x_m) + abs(b.y_m - from_y_m)), b.pick_sequence, b.location_id, b)
        for b in bins
        if (rank := _rank(b, quantity)) is not None
    ]
    return min(ranked, key=lambda entry: entry[:4])[4] if ranked else None


def _rank(bin_: PutawayBin, quantity: int) -> int | None:
    if bin_.others > 0 or bin_.kind not in ("pick", "reserve"):
        return None
    is_pick = bin_.kind == "pick"
    if bin_.same > 0:
        has_room = bin_.target > 0 and bin_.same + quantity <= bin_.target
        return (0 if has_room else 4) if is_pick else 1
    return 3 if is_pick else 2
