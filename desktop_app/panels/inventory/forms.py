"""The forms of the Inventory panel as data: their fields, their words, and the deed that each makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from desktop_app.doing import Deed
from desktop_app.panels.inventory import deeds
from desktop_app.panels.inventory.deeds import Desk, Entries
from desktop_app.panels.inventory.words import ADJUST_REASONS, HOLD_REASONS

FieldKind = Literal["product", "bin", "quantity", "text"]


class FieldSpec(NamedTuple):
    """One field. ``least`` bounds a quantity; ``bins`` says which bins a bin field offers first: those that hold the
    product (``holding``), those with held units (``held``), or any (``any``)."""

    name: str
    title: str
    kind: FieldKind
    hint: str = ""
    least: int = 1
    value: int = 1
    bins: Literal["holding", "held", "any"] = "holding"


class FormSpec(NamedTuple):
    """One form. ``lots`` says whether it asks for a lot, ``expiry`` also for a day; ``reasons`` are asked for after the
    fields, by the keys 1 to 9."""

    id: str
    title: str
    hint: str
    verb: str
    fields: tuple[FieldSpec, ...]
    make: Callable[[Desk, Entries], Deed]
    expiry: bool = False
    reasons: tuple[tuple[str, str], ...] = ()


_PRODUCT: Final = FieldSpec("product", "Product", "product")
_BIN: Final = FieldSpec("location", "Bin", "bin")
_UNITS: Final = FieldSpec("quantity", "Quantity", "quantity")

FORMS: Final[dict[str, FormSpec]] = {
    form.id: form
    for form in (
        FormSpec(
            "receive", "Receive stock", "Scan the product and the bin, or type them. Backorders are filled first.",
            "Receive",
            (_PRODUCT, FieldSpec("location", "Into bin", "bin", bins="any"), _UNITS,
             FieldSpec("reference", "Delivery note or purchase order", "text")),
            deeds.receive, expiry=True,
        ),
        FormSpec(
            "move", "Move stock", "Scan the product, the bin it leaves, then the bin it goes to.", "Move",
            (_PRODUCT, FieldSpec("location", "From bin", "bin"),
             FieldSpec("to_location", "To bin", "bin", bins="any"), _UNITS),
            deeds.move,
        ),
        FormSpec(
            "replenish", "Ask for a replenishment", "Somebody is told to bring units from reserve to a pick bin.",
            "Ask for it",
            (_PRODUCT, FieldSpec("location", "From bin", "bin"),
             FieldSpec("to_location", "To pick bin", "bin", bins="any"), _UNITS),
            deeds.replenish,
        ),
        FormSpec(
            "adjust", "Adjust stock", "Set a bin's books right by so many units. The reason is asked for next.",
            "Adjust...",
            (_PRODUCT, _BIN,
             FieldSpec("quantity", "By how many", "quantity", "-3 takes three off the books, 3 adds three.",
                       least=-1_000_000, value=0)),
            deeds.adjust, reasons=ADJUST_REASONS,
        ),
        FormSpec(
            "hold", "Put stock on hold", "Units on hold stay where they lie and are not promised to anybody.", "Hold...",
            (_PRODUCT, _BIN, _UNITS), deeds.hold, reasons=HOLD_REASONS,
        ),
        FormSpec(
            "release", "Release stock from hold", "The units may be promised again; who waits is served first.",
            "Release", (_PRODUCT, FieldSpec("location", "Bin", "bin", bins="held"), _UNITS), deeds.release,
        ),
        FormSpec(
            "count", "Enter a count", "Stock changes only when a supervisor approves the count.", "Save the count",
            (_PRODUCT, _BIN, FieldSpec("quantity", "Units counted", "quantity", least=0, value=0)), deeds.count,
        ),
        FormSpec(
            "request_count", "Ask for a count", "The bin is put on the pickers' list of bins to count.", "Ask for it",
            (_PRODUCT, _BIN, FieldSpec("reference", "Why (optional)", "text")), deeds.request_count,
        ),
    )
}  # fmt: skip
