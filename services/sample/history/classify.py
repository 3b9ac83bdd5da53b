"""Says what kind of row each row of an order history is, by rules that fit any company's file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import msgspec

from services.sample.history import wording
from services.sample.history.line import Article, LineKind

_HAS_DIGIT: Final = re.compile(r"\d")
_SHORT_CODE: Final = 4
_TILL_CODE: Final = 2
_MOST: Final = 0.9


class Style(msgspec.Struct, frozen=True):
    """Habits of a file, against which the odd row stands out."""

    codes_have_digits: bool = True
    """Nearly all product codes have a digit, so that POST or M is no product."""
    codes_are_long: bool = True
    """Nearly all product codes have three characters or more, so that C2 is none."""
    names_in_capitals: bool = True
    """Nearly all descriptions are in capitals, so that 'mailout' is none."""

    @classmethod
    def of(cls, codes: Iterable[str], descriptions: Iterable[str]) -> Style:
        """The habits seen in a sample of rows."""
        codes = [code for code in codes if code]
        with_digit = [_HAS_DIGIT.search(code) is not None for code in codes]
        long = [len(code) > _TILL_CODE for code in codes]
        worded = [text for text in descriptions if any(character.isalpha() for character in text)]
        capitals = [text == text.upper() for text in worded]
        return cls(_mostly(with_digit), _mostly(long), _mostly(capitals))


class Classifier:
    """Decides row by row. It remembers which descriptions were sold at a price: those are product names."""

    def __init__(self, style: Style, cancel_prefix: str = "C") -> None:
        self._style = style
        self._cancelled = re.compile(rf"{re.escape(cancel_prefix)}[-_ ]?\d+") if cancel_prefix else None
        self._articles: dict[tuple[str, str, bool], Article] = {}
        self._sold: set[tuple[str, str]] = set()

    def article(self, sku: str, description: str, unit_price: Decimal) -> Article:
        """What a row's code stands for: a product, a charge, or a gift card."""
        key = (sku, description, bool(unit_price))
        known = self._articles.get(key)
        if known is None:
            known = self._articles[key] = self._judge_article(*key)
        return known

    def kind(
        self,
        order_number: str,
        article: Article,
        sku: str,
        description: str,
        quantity: int,
        unit_price: Decimal,
        *,
        walk_in: bool,
    ) -> LineKind:
        """What a row says happened; the rules in the order in which they win."""
        if quantity < 0 and self._cancelled is not None and self._cancelled.fullmatch(order_number):
            return LineKind.CANCELLATION
        if wording.is_book_keeping(description):
            return LineKind.ADJUSTMENT
        if article is Article.CHARGE:
            return LineKind.CHARGE
        if article is Article.GIFT_CARD:
            return LineKind.GIFT_CARD
        if unit_price < 0:
            return LineKind.ADJUSTMENT
        if unit_price == 0 and walk_in and self._is_remark(sku, description):
            return LineKind.WAREHOUSE_NOTE
        if quantity < 0:
            return LineKind.RETURN_OR_CORRECTION
        if unit_price > 0:
            self._sold.add((sku, description))
            return LineKind.SALE
        return LineKind.FREE_GOODS if description or not walk_in else LineKind.ADJUSTMENT

    def _is_remark(self, sku: str, description: str) -> bool:
        if not description or (sku, description) in self._sold:
            return False
        return wording.is_note(description, in_capitals=self._style.names_in_capitals)

    def _judge_article(self, sku: str, description: str, priced: bool) -> Article:
        if wording.is_gift_card(sku, description):
            return Article.GIFT_CARD
        # Without a price, 'samples' on a product's code is a remark of the warehouse.
        if priced and wording.is_charge(description):
            return Article.CHARGE
        # Where product codes have digits and some length, M, DOT, PADS and C2 are the till's, not the warehouse's.
        no_digit = self._style.codes_have_digits and len(sku) <= _SHORT_CODE and not _HAS_DIGIT.search(sku)
        too_short = self._style.codes_are_long and len(sku) <= _TILL_CODE
        return Article.CHARGE if no_digit or too_short else Article.PRODUCT


def _mostly(answers: list[bool]) -> bool:
    return bool(answers) and sum(answers) >= _MOST * len(answers)
