"""The words by which a row gives itself away: charges, vouchers, book-keeping, and what warehouse people scribble."""

from __future__ import annotations

import re
from typing import Final

_CHARGE_NOUN: Final = (
    r"(?:postage|carriage|delivery|shipping|freight|handling|packing|courier|surcharge|commission|insurance|"
    r"manual|discount|rebate|samples?|sample charge|bank charges?|fees?|restocking|duty|customs duty|tax|vat|"
    r"rounding|deposit|versand(?:kosten)?|porto|rabatt|frais de port|livraison|port)"
)
# Words that may stand beside such a noun and leave it a charge: "next day carriage", "amazon fee", "postage & packing".
_CHARGE_BESIDE: Final = (
    r"(?:next|same|day|express|standard|economy|first|second|1st|2nd|class|international|overseas|uk|eu|free|extra|"
    r"dotcom|web|online|amazon|ebay|paypal|credit|card|marketplace|royal|mail|parcel|small|large|order|orders|"
    r"payment|service|charges?|costs?|cost|and|of|the|for|&|\+|\d+%?)"
)
_CHARGE: Final = re.compile(
    rf"(?:{_CHARGE_BESIDE}[\s/-]+)*{_CHARGE_NOUN}(?:[\s/-]+(?:{_CHARGE_BESIDE}|{_CHARGE_NOUN}))*",
    re.IGNORECASE,
)
_GIFT_CODE: Final = re.compile(r"gift[_ -]?\d.*|gc[_-]\d+.*|voucher.*", re.IGNORECASE)
_GIFT_CARD: Final = re.compile(r".*\bgift\s*(?:voucher|card|certificate)s?\b.*\d.*", re.IGNORECASE)
_BOOKS: Final = re.compile(
    r"(?:adjust(?:ment)?s?\s+(?:of\s+|for\s+)?)?(?:bad debts?|write[- ]?offs?)", re.IGNORECASE
)
_NOTE: Final = re.compile(
    r"\?|damage|thrown|throw away|faulty|broken|crack|crush|smash|rust|mould|mold|wet\b|soiled|dirty|"
    r"\blost\b|missing|\bmia\b|found|stolen|check|count(?:ed)?\b|stock ?take|adjust|reverse|correction|"
    r"wrong|mix(?:ed)? up|mystery|problem|error|fix\b|quick fix|barcode|label|credit|\brcvd\b|received|returned|"
    r"sold as|sold in|sold sets?|showroom|display|samples?\b|mail ?out|given away|donat|charity|"
    r"\bamazon\b|\bebay\b|\bdotcom\b|\bfba\b|cargo order|can'?t sell|unsale?able|to be (?:sold|checked)|test\b",
    re.IGNORECASE,
)


def is_charge(description: str) -> bool:
    """Whether a whole description names a charge. 'POSTAGE' does, 'POSTAGE STAMP MUG' does not."""
    return _CHARGE.fullmatch(description) is not None


def is_gift_card(code: str, description: str) -> bool:
    """Whether a row sells a voucher of a stated value, by its code or its description."""
    return bool(_GIFT_CODE.fullmatch(code) or _GIFT_CARD.fullmatch(description))


def is_book_keeping(description: str) -> bool:
    """Whether a row puts accounts right instead of selling anything."""
    return _BOOKS.fullmatch(description) is not None


def is_note(description: str, *, in_capitals: bool) -> bool:
    """Whether a description is a remark of the warehouse.

    ``in_capitals``: the file writes its product names in capitals, so that a remark shows by its small letters.
    Asked only of rows without customer and price: a product may well be called DISPLAY CABINET.
    """
    if in_capitals:
        small = sum(character.islower() for character in description)
        if small > sum(character.isupper() for character in description):
            return True
    return _NOTE.search(description) is not None
