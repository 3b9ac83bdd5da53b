"""Table columns as data: what a column shows of a row, and how."""

from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple

from desktop_app import formats
from desktop_app.themes.tokens import Tone

Kind = Literal["text", "number", "money", "pill", "age", "spark", "bar", "provisional"]
Align = Literal["", "left", "right", "centre"]

_RIGHT: Final = frozenset({"number", "money", "age"})


class Column(NamedTuple):
    """One column.

    `value(row)` answers by kind: text: str; number: int, float or None; money: (minor units, currency) or None;
    pill: (word, tone) or None; age: a UTC datetime or ms since 1970, or None; spark: a sequence of numbers, oldest first;
    bar: (value, maximum) or None; provisional: "", "provisional", "at_risk", "attention" or "stale".
    `tone(row)` colours text, a number or a bar where its meaning stands in words or in another column as well.
    `yields` says which columns go first where there is no room for all: the highest; 0 never goes by itself.
    `unit` is written lighter after each figure. `tip(row)` is shown on hover; an age and a cut text tip themselves.
    """

    key: str
    title: str
    value: Callable[[Any], Any]
    kind: Kind = "text"
    width: int = 120
    align: Align = ""
    stretch: bool = False
    sortable: bool = True
    unit: str = ""
    digits: int = 0
    tone: Callable[[Any], Tone | None] | None = None
    tip: Callable[[Any], str] | None = None
    strong: bool = False
    quiet: bool = False
    hidden: bool = False
    yields: int = 0

    @property
    def is_right(self) -> bool:
        """Whether the column is set to the right: figures are, unless it says otherwise."""
        return self.align == "right" or (not self.align and self.kind in _RIGHT)

    def text(self, row: Any) -> str:
        """The cell as plain text: for copying, for screen readers and for the painter."""
        value = self.value(row)
        match self.kind:
            case "text":
                return "" if value is None else str(value)
            case "number":
                return formats.number(value, self.digits)
            case "money":
                return formats.NO_VALUE if value is None else formats.money(*value)
            case "pill":
                return "" if value is None else str(value[0])
            case "age":
                return formats.age(value)
            case "spark":
                return ", ".join(f"{point:g}" for point in value or ())
            case "bar":
                return (
                    formats.NO_VALUE
                    if value is None
                    else f"{formats.number(value[0])} / {formats.number(value[1])}"
                )
            case _:
                return MARK_WORDS.get(value or "", "")

    def tip_text(self, row: Any, zone: str) -> str:
        """What hovering over the cell says."""
        if self.tip is not None:
            return self.tip(row)
        if self.kind == "age":
            return formats.full_time(self.value(row), zone)
        return self.text(row)


# What the small mark at the left of a row means.
MARK_WORDS: Final = {
    "provisional": "Provisional: not yet confirmed by the server",
    "at_risk": "At risk: may no longer fit when it is sent",
    "attention": "Refused: needs a person",
    "stale": "May be out of date",
}
MARK_TONES: Final[dict[str, Tone]] = {
    "provisional": "provisional",
    "at_risk": "warning",
    "attention": "danger",
    "stale": "stale",
}


def mark_column(value: Callable[[Any], str], key: str = "mark") -> Column:
    """The narrow column of provisional marks; `value(row)` answers "", "provisional", "at_risk", "attention" or "stale"."""
    return Column(key, "", value, "provisional", width=28, sortable=False)
