"""How much of each product lies in the hall, and where: what sells well at hand, enough of it, and some too little."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from services.sample.generator.chance import Chance
from services.sample.goods import Goods
from services.sample.layout import PALLET_ML, SHELF_ML, Hall, SampleBin, golden, plan_hall
from services.sample.replenishment import reorder_point

# Shares of the products, best selling first, and the days of sales that lie in the hall of each.
_CLASSES: Final = ((0.2, "A", 23, 32), (0.5, "B", 26, 45), (1.0, "C", 35, 90))
_LOW: Final = 0.05
_OUT: Final = 0.015
_HELD: Final = 0.004
"""Shares of the products that are below their reorder point, sold out, and partly on hold."""
_FILL: Final = 0.85
"""How much of a bin's space goods ever fill."""
_HEAVY_G: Final = 6_000
"""A pack heavier than this is not lifted onto the top shelf."""
_HIGHEST_FOR_HEAVY: Final = 2
_AGES: Final = ((25, 60), (8, 24), (1, 7))
"""Days since the deliveries of a product: one lies on the pick face, the others behind it."""
_LOTS: Final = len(_AGES)
_NEAR_EXPIRY: Final = 0.06
_NEAR_EXPIRY_DAYS: Final = 14
_HELD_REASONS: Final = (
    "damaged in delivery",
    "wrong label",
    "waiting for inspection",
    "short delivered, recount",
)


class Slot(msgspec.Struct, frozen=True):
    """The pick bin of a product, and how many units of it the bin should hold."""

    sku: str
    bin_code: str
    capacity: int
    velocity: str


class StockedBin(msgspec.Struct, frozen=True):
    """Units of one product and lot in one bin. Days are ``YYYY-MM-DD``, '' where nothing expires.

    ``held_reason`` is '' for what may be sold.
    """

    sku: str
    bin_code: str
    lot: str
    expires_on: str
    received_on: str
    quantity: int
    held_reason: str = ""


class StockPlan(msgspec.Struct, frozen=True):
    """The hall with its bins, each product's pick bin, and what lies where."""

    hall: Hall
    slots: tuple[Slot, ...]
    stock: tuple[StockedBin, ...]


class _Wanted(msgspec.Struct):
    """A product with the units that it should have in all."""

    goods: Goods
    velocity: str
    units: int

    @property
    def at_hand(self) -> int:
        """Units on the pick face: what fits, but of goods in lots only the oldest."""
        part = -(-self.units // _LOTS) if self.goods.lot_tracked else self.units
        return min(self.fits(SHELF_ML), part)

    @property
    def reserve_parts(self) -> list[int]:
        """Units of each delivery in reserve, the one that leaves first before the others."""
        reserve = self.units - self.at_hand
        if not reserve:
            return []
        if not self.goods.lot_tracked:
            return [reserve]
        each = reserve // (_LOTS - 1)
        return [part for part in [each] * (_LOTS - 2) + [reserve - each * (_LOTS - 2)] if part]

    def fits(self, capacity_ml: int) -> int:
        """How many units a bin takes; at least one, as the largest thing is somewhere too."""
        return max(1, int(capacity_ml * _FILL) // self.goods.volume_ml)


def plan_stock(seed: int, goods: Sequence[Goods], today: date) -> StockPlan:
    """Lay out a hall for the goods, give each its pick bin by velocity, and fill it with stock that fits demand."""
    ranked = sorted(goods, key=lambda product: (-product.lines_a_day, product.sku))
    wanted = _wanted(Chance(seed, "stock"), ranked)
    parts = [(product, part) for product in wanted for part in product.reserve_parts]
    shelves = sum(part <= product.fits(SHELF_ML) for product, part in parts)
    pallets = sum(
        -(-part // product.fits(PALLET_ML)) for product, part in parts if part > product.fits(SHELF_ML)
    )
    hall = plan_hall(len(wanted), shelves, pallets)
    faces = assign_faces([product.goods for product in wanted], hall)
    filler = _Filler(Chance(seed, "lots"), hall, today)
    for product, face in zip(wanted, faces, strict=True):
        filler.fill(product, face)
    filler.hold_some(wanted)
    slots = tuple(
        Slot(product.goods.sku, face.code, product.fits(SHELF_ML), product.velocity)
        for product, face in zip(wanted, faces, strict=True)
    )
    return StockPlan(hall, slots, tuple(filler.stock))


def assign_faces(ranked: Sequence[Goods], hall: Hall) -> list[SampleBin]:
    """A pick bin for each product, the best sold first: the one of least effort, for heavy packs a low one."""
    best = golden(hall.bins)
    low = [bin_ for bin_ in best if int(bin_.level) <= _HIGHEST_FOR_HEAVY]
    taken: set[str] = set()
    next_best, next_low = iter(best), iter(low)
    faces: list[SampleBin] = []
    for product in ranked:
        heavy = product.weight_g * product.pack > _HEAVY_G
        face = _first_free(next_low, taken) if heavy else None
        face = face or _first_free(next_best, taken) or _first_free(iter(best), taken)
        if face is None:
            raise ValueError(f"the hall has pick bins for {len(faces)} products, not {len(ranked)}")
        taken.add(face.code)
        faces.append(face)
    return faces


def _first_free(bins: Iterator[SampleBin], taken: set[str]) -> SampleBin | None:
    return next((bin_ for bin_ in bins if bin_.code not in taken), None)


def _wanted(chance: Chance, ranked: Sequence[Goods]) -> list[_Wanted]:
    wanted = []
    for rank, product in enumerate(ranked):
        share = (rank + 1) / len(ranked)
        _, velocity, fewest, most = next(row for row in _CLASSES if share <= row[0] + 1e-9)
        point = reorder_point(product.units_a_day, product.pack)
        cover = chance.between(fewest, most)
        level = chance.unit()
        if level < _OUT:
            units = 0
        elif level < _OUT + _LOW:
            units = int(chance.between(0.1, 0.9) * point)
        else:
            packs = -(-max(product.units_a_day * cover, point + product.pack) // product.pack)
            units = int(packs) * product.pack
        wanted.append(_Wanted(product, velocity, units))
    return wanted


class _Filler:
    """Puts stock into bins: one product and lot in each."""

    def __init__(self, chance: Chance, hall: Hall, today: date) -> None:
        self.stock: list[StockedBin] = []
        self._chance = chance
        self._today = today
        self._receiving = list(hall.of_kind("receiving"))
        self._shelves: dict[str, list[SampleBin]] = {}
        self._pallets: deque[SampleBin] = deque()
        for bin_ in hall.of_kind("reserve"):
            if bin_.capacity_ml == SHELF_ML:
                self._shelves.setdefault(bin_.aisle, []).append(bin_)
            else:
                self._pallets.append(bin_)

    def fill(self, product: _Wanted, face: SampleBin) -> None:
        """The pick face first, with the lot that leaves first, and reserve for the rest."""
        lots = self._lots(product.goods)
        if product.at_hand:
            self._put(product, face, product.at_hand, *lots[0])
        for part, (lot, expires_on, received_on) in zip(product.reserve_parts, lots[1:], strict=False):
            left = part
            while left:
                bin_ = self._reserve_for(product, left, face)
                if bin_ is None:
                    # A full hall: what has no bin has not been bought.
                    return
                quantity = min(left, product.fits(bin_.capacity_ml))
                left -= quantity
                self._put(product, bin_, quantity, lot, expires_on, received_on)

    def hold_some(self, wanted: Sequence[_Wanted]) -> None:
        """Lay some units in receiving aside, waiting for somebody to look at them."""
        count = min(len(self._receiving), round(_HELD * len(wanted)))
        for product, bin_ in zip(self._chance.shuffled(wanted)[:count], self._receiving, strict=False):
            lot, expires_on, received_on = self._lots(product.goods)[-1]
            reason = self._chance.pick(_HELD_REASONS)
            self.stock.append(
                StockedBin(
                    product.goods.sku, bin_.code, lot, expires_on, received_on, product.goods.pack, reason
                )
            )

    def _put(
        self, product: _Wanted, bin_: SampleBin, quantity: int, lot: str, expires_on: str, received_on: str
    ) -> None:
        self.stock.append(StockedBin(product.goods.sku, bin_.code, lot, expires_on, received_on, quantity))

    def _reserve_for(self, product: _Wanted, units: int, face: SampleBin) -> SampleBin | None:
        """A free reserve bin: the nearest shelf above the product's own aisle for little, a pallet place for much."""
        if units <= product.fits(SHELF_ML) or not self._pallets:
            above = self._shelves.get(face.aisle) or max(self._shelves.values(), key=len, default=[])
            if above:
                nearest = min(above, key=lambda bin_: (abs(bin_.y_m - face.y_m), bin_.code))
                above.remove(nearest)
                return nearest
        return self._pallets.popleft() if self._pallets else None

    def _lots(self, product: Goods) -> list[tuple[str, str, str]]:
        """(lot, expires on, received on) of each delivery, the one that leaves first before the others."""
        chance = self._chance
        ages = [chance.whole(fewest, most) for fewest, most in _AGES]
        lots: list[tuple[str, str, str]] = []
        for age in ages:
            received = self._today - timedelta(days=age)
            expires = ""
            if product.shelf_life_days:
                # Goods come with most of their life before them.
                left = int(product.shelf_life_days * chance.between(0.75, 0.95)) - age
                if not lots and chance.happens(_NEAR_EXPIRY):
                    left = chance.whole(1, _NEAR_EXPIRY_DAYS)
                expires = (self._today + timedelta(days=max(left, 1))).isoformat()
            lot = f"L{received:%y%m%d}{chance.pick('ABCDEF')}" if product.lot_tracked else ""
            lots.append((lot, expires, received.isoformat()))
        return sorted(lots, key=lambda entry: (entry[1], entry[2]))
