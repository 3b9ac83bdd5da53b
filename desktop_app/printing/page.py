"""A document: the size of its paper, and what draws each of its pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Final, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from desktop_app.printing.ink import QUIET, RULE, Ink

A4: Final = (2100, 2970)
MARGIN: Final = 150
# Where the last line of a page's content may end, above the footer.
BOTTOM: Final = A4[1] - 230
WIDTH: Final = A4[0] - 2 * MARGIN

T = TypeVar("T")

Paint = Callable[[Ink], None]


class Document(NamedTuple):
    """``size`` of the paper in tenths of a millimetre; ``pages`` draw themselves; ``name`` is for the file."""

    title: str
    name: str
    size: tuple[int, int]
    pages: Sequence[Paint]


def footer(ink: Ink, left: str, number: int, of: int) -> None:
    """What stands at the foot of every sheet."""
    y = A4[1] - 190
    ink.rule(MARGIN, y, WIDTH, RULE)
    ink.text(MARGIN, y + 18, WIDTH - 300, left, 27, colour=QUIET)
    ink.text(MARGIN + WIDTH - 300, y + 18, 300, f"Page {number} of {of}", 27, side="right", colour=QUIET)


def shared_out(count: int, first: int, later: int) -> list[range]:
    """Which rows stand on which page, where the first page holds ``first`` of them and every later one ``later``."""
    pages = [range(0, min(first, count))]
    while pages[-1].stop < count:
        begin = pages[-1].stop
        pages.append(range(begin, min(begin + later, count)))
    return pages


class Sheets(NamedTuple):
    """The measures of a document of many sheets, in tenths of a millimetre: where its rows begin, and their height."""

    head: int
    later_head: int
    row: int


Draw = Callable[[T, range, int, int, Ink], None]
"""Draws one sheet: of what, which of its rows, and that it is the n-th of so many."""


def sheets_of(
    things: Sequence[T], rows_of: Callable[[T], Sequence[object]], measures: Sheets, draw: Draw[T]
) -> list[Paint]:
    """The sheets of several documents, each beginning one of its own."""
    first, later = ((BOTTOM - head) // measures.row for head in (measures.head, measures.later_head))
    found: list[Paint] = []
    for thing in things:
        shares = shared_out(len(rows_of(thing)), first, later)
        found += [partial(draw, thing, share, number + 1, len(shares)) for number, share in enumerate(shares)]
    return found


def begin_sheet(ink: Ink, title: str, number: str) -> None:
    """What stands at the head of every sheet: what it is, and its number to read and to scan."""
    ink.text(MARGIN, 140, 900, title, 34, strong=True, colour=QUIET)
    ink.text(MARGIN, 185, 1000, number, 92, strong=True, fit=True)
    ink.barcode(MARGIN + WIDTH - 800, 150, 800, 150, number, side="right")


def fact_strip(ink: Ink, facts: Sequence[tuple[str, str, float]]) -> None:
    """The strip under the head of a first sheet: (title, value, width in tenths of a millimetre) side by side."""
    ink.panel(MARGIN, 350, WIDTH, 126)
    x: float = MARGIN + 35
    for title, value, width in facts:
        ink.text(x, 372, width - 30, title, 26, colour=QUIET)
        ink.text(x, 408, width - 30, value, 36, strong=True, fit=True)
        x += width


def day_words(day: str) -> str:
    """A day (`YYYY-MM-DD`) as people say it."""
    return f"{date.fromisoformat(day):%a %d %b %Y}" if day else "no day set"


def minute_words(when: int, zone: str) -> str:
    """An instant in ms UTC as the site's clock says it. Paper is read on other days, so the day stands there."""
    return f"{datetime.fromtimestamp(when / 1000, ZoneInfo(zone)):%d %b %Y, %H:%M}"
