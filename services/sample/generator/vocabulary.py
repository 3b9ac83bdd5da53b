"""Reads the sample's tables of words and places."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

_PACKAGE: Final = "services.sample.generator.data"


class Size(msgspec.Struct, frozen=True):
    """A size that a kind of thing comes in, and how much bigger than usual that is."""

    name: str
    factor: float


class Family(msgspec.Struct, frozen=True):
    """A kind of thing: what it is called, its usual price (pence), weight (g) and size (mm), and how it varies.

    ``finishes`` names a list of them; ``sets`` are the numbers it is also sold in; ``tracked`` is '', 'lot', or the
    days it keeps as 'expiry:365'.
    """

    category: str
    noun: str
    pence: int
    grams: int
    millimetres: tuple[int, int, int]
    sizes: tuple[Size, ...]
    finishes: str
    sets: tuple[int, ...]
    tracked: str


class Town(msgspec.Struct, frozen=True):
    """A town of the United Kingdom: its centre, its people in thousands, and the first halves of its postcodes."""

    name: str
    latitude: float
    longitude: float
    thousands: int
    outcodes: tuple[str, ...]


class Abroad(msgspec.Struct, frozen=True):
    """What shops are called in a country, and the cities they are in."""

    names: tuple[str, ...]
    cities: tuple[str, ...]


@cache
def families() -> tuple[Family, ...]:
    """Every kind of thing in the catalogue."""
    return tuple(
        Family(
            category=row["category"],
            noun=row["noun"],
            pence=int(row["pence"]),
            grams=int(row["grams"]),
            millimetres=_three(row["millimetres"]),
            sizes=tuple(
                Size(name, float(factor))
                for name, _, factor in (s.rpartition("*") for s in _list(row["sizes"]))
            ),
            finishes=row["finishes"],
            sets=tuple(int(number) for number in row["sets"].split(",") if number),
            tracked=row["tracked"],
        )
        for row in _table("families.tsv")
    )


@cache
def finishes() -> dict[str, tuple[str, ...]]:
    """The lists of colours, patterns, scents, flavours and the like, by their name."""
    return {row["list"]: _list(row["finishes"]) for row in _table("finishes.tsv")}


@cache
def collections() -> dict[str, tuple[str, ...]]:
    """Names of collections, as in 'Fernhill Stoneware Mug': of the house, and of the workshop."""
    return {row["kind"]: _list(row["names"]) for row in _table("collections.tsv")}


@cache
def customer_words() -> dict[str, tuple[str, ...]]:
    """Parts of names and addresses: shop, trade, surname, given, street, estate."""
    return {row["kind"]: _list(row["words"]) for row in _table("customers.tsv")}


@cache
def abroad() -> dict[str, Abroad]:
    """Shops of other countries, by ISO 3166 code."""
    return {row["country"]: Abroad(_list(row["names"]), _list(row["places"])) for row in _table("abroad.tsv")}


@cache
def towns() -> tuple[Town, ...]:
    """Towns of the United Kingdom."""
    return tuple(
        Town(
            row["town"],
            float(row["latitude"]),
            float(row["longitude"]),
            int(row["thousands"]),
            tuple(row["outcodes"].split()),
        )
        for row in _table("towns.tsv")
    )


def _table(name: str) -> list[dict[str, str]]:
    header, *rows = (line.split("\t") for line in _text(name).splitlines() if line)
    return [dict(zip(header, row, strict=True)) for row in rows]


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _three(cell: str) -> tuple[int, int, int]:
    length, width, height = (int(part) for part in cell.split("x"))
    return length, width, height


def _text(name: str) -> str:
    return files(_PACKAGE).joinpath(name).read_text("utf-8")
