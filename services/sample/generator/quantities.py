"""How many units of a product people order: the measured shares of its price band, in the product's own packs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from services.sample.curve_shape import PACKS, QUANTITIES, Curves, price_band
from services.sample.generator.chance import Chance, Weighted

_ROUNDS: Final = 4


class _Band(msgspec.Struct):
    """What is ordered of the products of one price band.

    A line is whole packs with the probability ``whole[pack]``, drawn from ``in_packs[pack]``, and else anything of
    ``loose``. Together they come to the band's measured shares, and to the measured share of whole packs.
    """

    packs: tuple[float, ...]
    in_packs: dict[int, tuple[float, ...]]
    whole: dict[int, float]
    loose: tuple[float, ...]

    def mean(self, pack: int) -> float:
        whole = self.whole[pack]
        return whole * _mean(self.in_packs[pack]) + (1 - whole) * _mean(self.loose)


class Quantities:
    """Draws the quantities of order lines."""

    def __init__(self, curves: Curves) -> None:
        self._bands = [_band(shares, curves) for shares in curves.quantity]
        self._packs = [Weighted(band.packs) for band in self._bands]
        self._loose = [Weighted(band.loose) for band in self._bands]
        self._in_packs: dict[tuple[int, int], Weighted] = {}
        walk_in = curves.walk_in_quantity if any(curves.walk_in_quantity) else curves.quantity[0]
        self._walk_in = Weighted(walk_in)
        self._walk_in_mean = _mean(walk_in)

    def pack_for(self, chance: Chance, price_minor: int) -> int:
        """A pack for a new product: a usual one, as far as products of that price are ordered in it."""
        return PACKS[self._packs[price_band(price_minor)].draw(chance)]

    def of_trade(self, chance: Chance, price_minor: int, pack: int) -> int:
        """The quantity of a named customer's line. ``pack`` is one of PACKS."""
        number = price_band(price_minor)
        if chance.happens(self._bands[number].whole[pack]):
            if (number, pack) not in self._in_packs:
                self._in_packs[number, pack] = Weighted(self._bands[number].in_packs[pack])
            return QUANTITIES[self._in_packs[number, pack].draw(chance)]
        return QUANTITIES[self._loose[number].draw(chance)]

    def of_walk_in(self, chance: Chance) -> int:
        """The quantity of a walk-in's line."""
        return QUANTITIES[self._walk_in.draw(chance)]

    def expected_trade(self, price_minor: int, pack: int) -> float:
        """The mean of `of_trade`."""
        return self._bands[price_band(price_minor)].mean(pack)

    def expected_walk_in(self) -> float:
        """The mean of `of_walk_in`."""
        return self._walk_in_mean


def _band(shares: Sequence[float], curves: Curves) -> _Band:
    """Work out a price band: what is left for loose quantities once whole packs have had theirs."""
    shares = _to_one(shares if any(shares) else curves.walk_in_quantity)
    in_packs = {pack: _only_multiples(shares, pack) for pack in PACKS}
    mass = {pack: sum(multiples) for pack, multiples in in_packs.items()}
    packs = _to_one([share * mass[pack] for share, pack in zip(curves.pack, PACKS, strict=True)])
    in_packs = {pack: _to_one(multiples) for pack, multiples in in_packs.items()}
    loose = shares
    whole: dict[int, float] = {}
    for _ in range(_ROUNDS):
        whole = {
            pack: _extra(curves.in_packs, sum(_only_multiples(loose, pack))) if pack > 1 else 0.0
            for pack in PACKS
        }
        loose = _to_one(
            [
                max(
                    0.0,
                    share
                    - sum(p * whole[pack] * in_packs[pack][i] for p, pack in zip(packs, PACKS, strict=True)),
                )
                for i, share in enumerate(shares)
            ]
        )
    return _Band(packs, in_packs, whole, loose)


def _extra(wanted: float, by_itself: float) -> float:
    """How often to draw whole packs on purpose, when loose quantities are whole packs ``by_itself``."""
    return max(0.0, wanted - by_itself) / (1 - by_itself) if by_itself < 1 else 0.0


def _only_multiples(shares: Sequence[float], pack: int) -> tuple[float, ...]:
    return tuple(
        share if quantity % pack == 0 else 0.0 for share, quantity in zip(shares, QUANTITIES, strict=True)
    )


def _to_one(shares: Sequence[float]) -> tuple[float, ...]:
    total = sum(shares)
    return tuple(share / total for share in shares) if total else tuple(shares)


def _mean(shares: Sequence[float]) -> float:
    total = sum(shares)
    return (
        sum(share * quantity for share, quantity in zip(shares, QUANTITIES, strict=True)) / total
        if total
        else 0.0
    )
