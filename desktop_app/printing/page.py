"""A document: the size of its paper, and what draws each of its pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from desktop_app.printing.ink import QUIET, RULE, Ink

A4: Final = (2100, 2970)
MARGIN: Final = 150
# Where the last line of a page's content may end, above the footer.
BOTTOM: Final = A4[1] - 230
WIDTH: Final = A4[0] - 2 * MARGIN

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


def day_words(day: str) -> str:
    """A day (`YYYY-MM-DD`) as people say it."""
    return f"{date.fromisoformat(day):%a %d %b %Y}" if day else "no day set"


def minute_words(when: int, zone: str) -> str:
    """An instant in ms UTC as the site's clock says it. Paper is read on other days, so the day stands there."""
    return f"{datetime.fromtimestamp(when / 1000, ZoneInfo(zone)):%d %b %Y, %H:%M}"
