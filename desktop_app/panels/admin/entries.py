"""What a person enters as what is stored, and back; what cannot be stored is said by field, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import inspect

from desktop_app.formats import decimals
from desktop_app.panels.admin.sections import FieldSpec, Section
from services.domain.barcodes import is_gtin
from services.domain.refusals import RuleViolation

_GROUPED = re.compile(r"[-\u2212]?\d{1,3}(,\d{3})+(\.\d*)?")


class Bounds(NamedTuple):
    """What a command takes in a field."""

    least: float | None = None
    most: float | None = None
    longest: int | None = None
    optional: bool = False
    whole: bool = False


@lru_cache(maxsize=32)
def bounds_of(fields_type: type | None) -> Mapping[str, Bounds]:
    """The bounds of each field, as its command declares them."""
    if fields_type is None:
        return {}
    found = {}
    info: Any = inspect.type_info(fields_type)
    for field in info.fields:
        types = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
        bound = Bounds(optional=any(isinstance(each, inspect.NoneType) for each in types))
        for each in types:
            if isinstance(each, (inspect.IntType, inspect.FloatType)):
                bound = bound._replace(least=each.ge, most=each.le, whole=isinstance(each, inspect.IntType))
            elif isinstance(each, inspect.StrType):
                bound = bound._replace(longest=each.max_length)
        found[field.name] = bound
    return found


def entered(section: Section, raw: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, str]]:
    """(values as they are stored, problems by field) of what stands in a form."""
    values, problems = {}, {}
    bounds = bounds_of(section.fields_type)
    currency = currency_of(raw)
    for spec in section.fields:
        try:
            values[spec.name] = _stored(spec, raw[spec.name], bounds.get(spec.name, Bounds()), currency)
        except ValueError as problem:
            problems[spec.name] = str(problem)
    return values, problems


def currency_of(values: Mapping[str, Any]) -> str:
    """The currency that a record's amounts are in, as it stands in the form or in the record; "" where it has none."""
    return str(values.get("currency", "")).strip().upper()


def shown(spec: FieldSpec, value: Any, currency: str) -> Any:
    """A stored value as it stands in its field; an amount with the decimals of its currency."""
    if spec.kind in ("switch", "roles", "row", "choice"):
        return value if isinstance(value, bool) else str(value)
    if value is None:
        return ""
    if spec.kind == "money":
        digits = decimals(currency)
        return f"{Decimal(value).scaleb(-digits):.{digits}f}"
    if spec.kind == "decimal":
        text = f"{Decimal(repr(value)) / spec.factor:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def problems_of(
    error: Exception, section: Section, currency: str = ""
) -> tuple[dict[str, str], dict[str, Any]] | None:
    """(problems by field, what is stored there by now) of a refusal; None for any other error.

    A refusal that names no field of the form stands under the empty name; ``currency`` is that of its amounts.
    """
    if not isinstance(error, RuleViolation):
        return None
    specs = {spec.name: spec for spec in section.fields}
    problems: dict[str, str] = {}
    actual: dict[str, Any] = {}
    for detail in error.details:
        name = str(detail.get("field", "")).rpartition(".")[2]
        if error.code == "changed_meanwhile" and name in specs:
            actual[name] = detail["actual"]
            now, seen = (_words(specs[name], detail[key], currency) for key in ("actual", "expected"))
            problems[name] = (
                f"Somebody changed it to {now} meanwhile; you saw {seen}. Save again to set yours."
            )
        elif name in specs:
            problems[name] = "is needed" if error.code == "missing_value" else str(detail.get("error", error))
        elif error.code == "duplicate":
            problems |= {key: str(error) for key in detail if key in specs}
    if error.code == "last_administrator":
        problems["roles"] = str(error)
    if section.id == "setting" and error.code == "invalid_value":
        problems = {"value": str(error)}
    return problems or {"": str(error)}, actual


def _words(spec: FieldSpec, value: Any, currency: str) -> str:
    if spec.kind == "switch":
        return "yes" if value else "no"
    if spec.kind == "choice":
        return dict(spec.choices).get(str(value), str(value))
    return str(shown(spec, value, currency)) or "nothing"


def _stored(spec: FieldSpec, raw: object, bounds: Bounds, currency: str) -> Any:
    if spec.kind == "switch":
        return bool(raw)
    text = str(raw).strip()
    if not text:
        if spec.required:
            raise ValueError("is needed")
        if spec.kind in ("whole", "money", "decimal"):
            return None if bounds.optional else 0 if bounds.whole else 0.0
        return ""
    if spec.kind in ("whole", "money", "decimal"):
        return _number(spec, text, bounds, currency)
    if bounds.whole:
        return int(text)
    if spec.name == "gtin" and not is_gtin(text):
        raise ValueError("is no product number: its length or its check digit is wrong")
    if spec.name == "currency" and not (len(text) == 3 and text.isascii() and text.isalpha()):
        raise ValueError("is three letters, as GBP")
    if bounds.longest is not None and len(text) > bounds.longest:
        raise ValueError(f"has {len(text)} characters, at most {bounds.longest} are taken")
    if spec.kind == "zone":
        _check_zone(text)
    return text.upper() if spec.name == "currency" else text


def _number(spec: FieldSpec, text: str, bounds: Bounds, currency: str) -> int | float:
    # A comma sets off thousands; where it stands for a decimal point, 2,75 must not become 275.
    if "," in text and not _GROUPED.fullmatch(text):
        raise ValueError("takes a number with a point before its decimals, as 2.75")
    try:
        number = Decimal(text.replace(",", "").replace("\u2212", "-"))
    except InvalidOperation:
        raise ValueError("takes a number") from None
    if not number.is_finite():
        raise ValueError("takes a number")
    scale = 10 ** decimals(currency) if spec.kind == "money" else spec.factor
    stored = number * scale
    if bounds.whole and stored != stored.to_integral_value():
        raise ValueError(
            "takes whole numbers" if scale == 1 else f"takes no more than {len(str(scale)) - 1} decimals"
        )
    least, most = bounds.least, bounds.most
    if (least is not None and stored < least) or (most is not None and stored > most):
        raise ValueError(f"must be from {(least or 0) / scale:,.10g} to {(most or 0) / scale:,.10g}")
    return int(stored) if bounds.whole else float(stored)


def _check_zone(text: str) -> None:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("is no time zone; write it as Europe/London") from None


def struct_values(section: Section, row: msgspec.Struct) -> dict[str, Any]:
    """The fields of a section's form as a row holds them."""
    return {spec.name: getattr(row, spec.name) for spec in section.fields}
