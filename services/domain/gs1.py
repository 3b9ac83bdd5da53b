"""What a scan says: a product, a logistic unit, or one of our own labels, from whatever a reader sends.

Symbology identifiers are those of ISO/IEC 15424, as the GS1 General Specifications list them.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

from services.domain.barcodes import BadScan, gtin14, is_digits, is_gtin, is_sscc
from services.domain.gs1_elements import GROUP_SEPARATOR, Elements, read_elements, read_parenthesised
from services.domain.labels import label_kind, normal

__all__ = ["BadScan", "Scan", "ScanKind", "parse_scan"]

_SYMBOLOGY: Final = re.compile(r"\][A-Za-z][0-9]")
# GS1-128, GS1 DataBar, GS1 DataMatrix, GS1 QR Code and GS1 DotCode carry element strings; others carry plain
# text.
_CARRIES_ELEMENTS: Final = frozenset({"]C1", "]e0", "]d2", "]Q3", "]J1"})
_AROUND: Final = " \t\r\n"
_MAX_LENGTH: Final = 400


class ScanKind(StrEnum):
    """What a scan stands for. `unknown` may still be in the list of barcodes as it is."""

    GTIN = "gtin"
    SSCC = "sscc"
    BIN = "bin"
    ORDER = "order"
    SHIPMENT = "shipment"
    HANDLING_UNIT = "handling_unit"
    BADGE = "badge"
    UNKNOWN = "unknown"


class Scan(msgspec.Struct, frozen=True):
    """What a scan says; empty where it does not say it.

    `raw` is what the reader sent; `code` is what to look up: the GTIN in 14 digits, the SSCC, or the label in
    capitals. `quantity` are pieces named in the barcode itself; `expires_on` is `YYYY-MM-DD`. `doubt` says
    why a number of the right length was not taken for a GTIN.
    """

    raw: str
    kind: ScanKind
    code: str
    gtin: str = ""
    lot: str = ""
    expires_on: str = ""
    serial: str = ""
    quantity: int | None = None
    sscc: str = ""
    doubt: str = ""


def parse_scan(text: str, today: str) -> Scan:
    """Read what a scanner sent, or what a person typed instead.

    Understood are GS1 element strings with a symbology identifier, with FNC1 as GS (0x1D) or in parentheses;
    plain GTINs and SSCCs; and our own labels. `today` (`YYYY-MM-DD`) decides the century of two-digit years.
    A number that only looks like a GTIN is `unknown` with a doubt, because shops do sell goods with a wrong
    check digit. Raises BadScan when the code is empty, or is GS1's by its form and malformed.
    """
    trimmed = text.strip(_AROUND)
    symbology, content = _without_symbology(trimmed)
    if not content.strip(_AROUND + GROUP_SEPARATOR):
        raise BadScan("it is empty", text)
    if len(content) > _MAX_LENGTH:
        raise BadScan(f"it has {len(content)} characters, more than any label of ours or GS1's", text)
    if content.startswith("("):
        return _from_elements(text, read_parenthesised(content, today))
    if symbology in _CARRIES_ELEMENTS or GROUP_SEPARATOR in content or _starts_like_elements(content):
        return _from_elements(text, read_elements(content, today))
    return _from_plain(text, content)


def _without_symbology(text: str) -> tuple[str, str]:
    mark = _SYMBOLOGY.match(text)
    return (mark.group(), text[mark.end() :]) if mark else ("", text)


def _starts_like_elements(content: str) -> bool:
    """Readers set up to send no symbology identifier still send element strings: a product number that
    checks, or an SSCC that checks, behind its identifier is no chance.
    """
    if content[:2] in ("01", "02") and is_gtin(content[2:16]) and len(content) >= 16:
        return True
    return content[:2] == "00" and is_sscc(content[2:20])


def _from_elements(raw: str, elements: Elements) -> Scan:
    if elements.sscc:
        kind, code = ScanKind.SSCC, elements.sscc
    elif elements.gtin:
        kind, code = ScanKind.GTIN, elements.gtin
    else:
        raise BadScan("it names neither a product (01) nor a logistic unit (00)", raw)
    return Scan(raw=raw, kind=kind, code=code, **msgspec.structs.asdict(elements))


def _from_plain(raw: str, content: str) -> Scan:
    code = normal(content)
    if is_gtin(code):
        full = gtin14(code)
        return Scan(raw=raw, kind=ScanKind.GTIN, code=full, gtin=full)
    if is_sscc(code):
        return Scan(raw=raw, kind=ScanKind.SSCC, code=code, sscc=code)
    label = label_kind(code)
    if label is not None:
        return Scan(raw=raw, kind=ScanKind(label.value), code=code)
    return Scan(raw=raw, kind=ScanKind.UNKNOWN, code=content.strip(_AROUND), doubt=_doubt(code))


def _doubt(code: str) -> str:
    if not is_digits(code):
        return ""
    try:
        gtin14(code)
    except BadScan as wrong:
        return wrong.problem
    return ""
