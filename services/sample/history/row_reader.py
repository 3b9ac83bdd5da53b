"""Turns the records of one file into history lines, or into refusals that name every field that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from operator import itemgetter
from typing import Final, Generic, TypeVar

from services.sample.history.classify import Classifier
from services.sample.history.dates import parse_instant
from services.sample.history.line import WALK_IN, FieldProblem, HistoryLine, RefusedRow
from services.sample.history.mapping import FIELDS, REQUIRED
from services.sample.history.numbers import parse_number
from services.sample.history.options import ReadOptions
from services.sample.history.records import Record
from services.sample.history.repeats import Repeats
from services.sample.history.survey import FileLayout
from services.sample.history.texts import clean_code, clean_text, is_nothing, without_decimals

_VALUE_SHOWN: Final = 80
_REASON_SHOWN: Final = 200
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_SOME_PRICE: Final = Decimal(1)

T = TypeVar("T")


class _Column(dict[str, T], Generic[T]):
    """The values of a column's texts: each text is worked out once, as most come again and again."""

    _MOST = 100_000

    def __init__(self, work_out: Callable[[str], T]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, text: str) -> T:
        value = self._work_out(text)
        if len(self) < self._MOST:
            self[text] = value
        return value


class RowReader:
    """Reads the rows of one file, by its layout."""

    def __init__(
        self, layout: FileLayout, options: ReadOptions, classifier: Classifier, repeats: Repeats
    ) -> None:
        self._layout = layout
        self._options = options
        self._classifier = classifier
        self._repeats = repeats
        self._width = len(layout.header)
        self._needed = 1 + max(layout.columns[ours] for ours in REQUIRED if ours in layout.columns)
        self._has_price = "unit_price" in layout.columns
        # A field that the file does not have is read from a blank column behind the last.
        self._pick = itemgetter(*(layout.columns.get(ours, self._width) for ours in FIELDS))
        self._order_numbers = _Column(self._order_number)
        self._skus = _Column(self._sku)
        self._quantities = _Column(self._quantity)
        self._instants = _Column(self._instant)
        self._descriptions = _Column(self._description)
        self._prices = _Column(self._price)
        self._customers = _Column(self._customer)
        self._countries = _Column(self._country)
        self._currencies = _Column(self._currency)

    def read(self, record: Record) -> HistoryLine | RefusedRow:
        """A line, or every reason why the row is none."""
        row, fields, problem = record
        if not problem and len(fields) != self._width:
            problem = self._wrong_width(fields)
            fields = (fields + [""] * self._width)[: self._width]
        if problem:
            return RefusedRow(self._layout.label, row, (FieldProblem("row", "", "", problem),))
        texts = self._pick([*fields, ""])
        try:
            order_number = self._order_numbers[texts[0]]
            sku = self._skus[texts[1]]
            quantity = self._quantities[texts[2]]
            ordered_at = self._instants[texts[3]]
            description = self._descriptions[texts[4]]
            unit_price = self._prices[texts[5]]
            customer_code = self._customers[texts[6]]
            country = self._countries[texts[7]]
            currency = self._currencies[texts[8]]
        except ValueError:
            return RefusedRow(self._layout.label, row, self._problems(texts))
        article = self._classifier.article(sku, description, unit_price)
        kind = self._classifier.kind(
            order_number,
            article,
            sku,
            description,
            quantity,
            unit_price if self._has_price else _SOME_PRICE,
            walk_in=customer_code is WALK_IN,
        )
        return HistoryLine(
            self._layout.label,
            row,
            kind,
            article,
            order_number,
            sku,
            description,
            quantity,
            ordered_at,
            unit_price,
            customer_code,
            country,
            currency,
            self._repeats.is_repeat(order_number, kind, article, sku, unit_price),
        )

    def _wrong_width(self, fields: list[str]) -> str:
        """Why a row with more or fewer fields than the header cannot be read; '' where it can."""
        if len(fields) < self._needed:
            return f"has {len(fields)} columns where the header has {self._width}"
        if any(field.strip() for field in fields[self._width :]):
            return (
                f"has {len(fields)} columns where the header has {self._width}: a delimiter inside a field?"
            )
        return ""

    def _problems(self, texts: tuple[str, ...]) -> tuple[FieldProblem, ...]:
        """Every field of a row that cannot be taken; or that the row is the header once more."""
        columns = self._layout.columns
        headings = {ours: self._layout.header[index] for ours, index in columns.items()}
        if all(
            text.strip() == headings[ours]
            for ours, text in zip(FIELDS, texts, strict=True)
            if ours in headings
        ):
            return (FieldProblem("row", "", "", "repeats the header"),)
        work_outs: tuple[Callable[[str], object], ...] = (
            self._order_number,
            self._sku,
            self._quantity,
            self._instant,
            self._description,
            self._price,
            self._customer,
            self._country,
            self._currency,
        )
        found = []
        for ours, text, work_out in zip(FIELDS, texts, work_outs, strict=True):
            try:
                work_out(text)
            except ValueError as error:
                found.append(
                    FieldProblem(
                        ours, headings.get(ours, ""), text[:_VALUE_SHOWN], str(error)[:_REASON_SHOWN]
                    )
                )
        return tuple(found)

    def _order_number(self, text: str) -> str:
        return without_decimals(clean_code(text, self._options.max_code_length))

    def _sku(self, text: str) -> str:
        return clean_code(text, self._options.max_code_length)

    def _quantity(self, text: str) -> int:
        if not text.strip():
            raise ValueError("is missing")
        value = parse_number(clean_text(text, self._options.max_code_length), self._layout.decimal_mark)
        if not value:
            raise ValueError("is zero: nothing was ordered")
        # The bound first: a number such as 9e99 must not become an integer of a hundred digits.
        if abs(value) > self._options.max_quantity:
            raise ValueError(f"is more than {self._options.max_quantity}: is it a barcode?")
        if value != value.to_integral_value():
            raise ValueError("is not a whole number")
        return int(value)

    def _instant(self, text: str) -> int:
        default = self._options.ordered_at
        if default is not None and is_nothing(text):
            return default
        return parse_instant(
            clean_text(text, self._options.max_code_length),
            self._options.zone,
            day_first=self._layout.day_first,
        )

    def _description(self, text: str) -> str:
        cleaned = clean_text(text, self._options.max_description_length)
        return "" if is_nothing(cleaned) else cleaned

    def _price(self, text: str) -> Decimal:
        if not text.strip():
            if self._has_price:
                raise ValueError("is missing")
            return Decimal(0)
        value = parse_number(clean_text(text, self._options.max_code_length), self._layout.decimal_mark)
        if abs(value) > self._options.max_unit_price:
            raise ValueError(f"is more than {self._options.max_unit_price}")
        return value

    def _customer(self, text: str) -> str:
        cleaned = clean_text(text, self._options.max_code_length)
        return WALK_IN if is_nothing(cleaned) else without_decimals(clean_code(cleaned, len(cleaned)))

    def _country(self, text: str) -> str:
        cleaned = clean_text(text, self._options.max_code_length)
        return "" if is_nothing(cleaned) else cleaned

    def _currency(self, text: str) -> str:
        if is_nothing(text):
            return self._options.currency
        code = text.strip().upper()
        if not _CURRENCY.fullmatch(code):
            raise ValueError("is not a currency code of three letters")
        return code
