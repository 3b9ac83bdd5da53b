"""Makes an order book as untidy as real ones are: cancellations, corrections, remarks, charges, slips of the keyboard.

Each kind of dirt comes to its measured share of all rows. The file reader (services/sample/history) must find every
one of them again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from services.sample.countries import country_name
from services.sample.curve_shape import Curves
from services.sample.generator.chance import Chance
from services.sample.generator.drafts import Draft
from services.sample.generator.places import HOME
from services.sample.generator.prices import shop_price
from services.sample.generator.records import SampleOrderLine, SampleProduct
from services.sample.history.line import WALK_IN, LineKind

_DAY_MS: Final = 86_400_000
_CANCELLED_WITHIN_DAYS: Final = 30
_WHOLE_LINE_CANCELLED: Final = 0.6
_REMARKS: Final = (
    "damaged", "Damaged", "damaged in transit", "?", "check", "thrown away", "wet pallet, thrown away", "lost",
    "found", "Found behind B aisle", "counted", "wrong barcode", "wrong label?", "display", "samples for show",
    "broken", "mouldy", "missing", "sold as set", "barcode mix up", "adjustment", "DAMAGED", "faulty", "crushed",
)  # fmt: skip
# Remarks of goods that turned up; all others are of goods that are gone.
_TURNED_UP: Final = frozenset({"found", "Found behind B aisle", "counted", "adjustment"})
_CHARGES: Final = (
    ("POST", "Postage", 0.50),
    ("CARR", "Carriage", 0.22),
    ("MAN", "Manual", 0.18),
    ("SAMP", "Samples", 0.05),
    ("FEE", "Marketplace fee", 0.05),
)
_VOUCHERS: Final = (10, 20, 25, 50)


def add_dirt(seed: int, drafts: list[Draft], products: Sequence[SampleProduct], curves: Curves) -> None:
    """Change and add to the drafts of a clean order book, in place."""
    if not drafts:
        return
    chance = Chance(seed, "dirt")
    orders = list(drafts)
    clean = sum(len(draft.lines) for draft in orders)
    # The measured shares are of all rows, dirt included.
    rows = clean / (curves.dirt.kinds["sale"] - curves.dirt.repeated) if curves.dirt.kinds["sale"] else clean
    due = {kind: round(share * rows) for kind, share in curves.dirt.kinds.items()}
    _add_charges(chance, orders, due[LineKind.CHARGE])
    _add_gift_cards(chance, orders, due[LineKind.GIFT_CARD])
    _add_free_goods(chance, orders, products, due[LineKind.FREE_GOODS])
    _repeat_lines(chance, orders, round(curves.dirt.repeated * rows))
    _misspell_codes(chance, orders, round(curves.dirt.other_spelling * rows))
    _reword_descriptions(chance, orders, round(curves.dirt.other_description * rows))
    drafts += _cancellations(chance, orders, curves)
    drafts += _corrections(chance, orders, products, due)


def _add_charges(chance: Chance, orders: Sequence[Draft], count: int) -> None:
    """Postage first on what goes abroad, then any charge on any order."""
    abroad = [draft for draft in orders if draft.country != country_name(HOME)]
    chosen = chance.shuffled(abroad)[:count]
    for draft in chosen:
        price = shop_price(1200 + 150 * len(draft.lines))
        draft.lines.append(SampleOrderLine("POST", "Postage", 1, price, LineKind.CHARGE))
    for _ in range(count - len(chosen)):
        code, words, _ = _CHARGES[_charge(chance)]
        price = shop_price(chance.between(300, 6000))
        chance.pick(orders).lines.append(SampleOrderLine(code, words, 1, price, LineKind.CHARGE))


def _charge(chance: Chance) -> int:
    level = chance.unit()
    for position, (_, _, share) in enumerate(_CHARGES):
        level -= share
        if level < 0:
            return position
    return 0


def _add_gift_cards(chance: Chance, orders: Sequence[Draft], count: int) -> None:
    for _ in range(count):
        pounds = chance.pick(_VOUCHERS)
        line = SampleOrderLine(
            f"GIFT-{pounds}", f"Gift Voucher {pounds}.00", 1, pounds * 100, LineKind.GIFT_CARD
        )
        chance.pick(orders).lines.append(line)


def _add_free_goods(
    chance: Chance, orders: Sequence[Draft], products: Sequence[SampleProduct], count: int
) -> None:
    for _ in range(count):
        product = chance.pick(products)
        line = SampleOrderLine(product.sku, product.name, chance.whole(1, 4), 0, LineKind.FREE_GOODS)
        chance.pick(orders).lines.append(line)


def _repeat_lines(chance: Chance, orders: Sequence[Draft], count: int) -> None:
    """The same product twice on an order: typed again instead of counted up."""
    for _ in range(count):
        draft = chance.pick(orders)
        line = chance.pick(draft.lines)
        if line.kind is LineKind.SALE:
            draft.lines.append(msgspec.structs.replace(line, quantity=chance.whole(1, 2)))


def _misspell_codes(chance: Chance, orders: Sequence[Draft], count: int) -> None:
    for _ in range(count):
        _change(chance, orders, lambda line: msgspec.structs.replace(line, sku=line.sku.lower()))


def _reword_descriptions(chance: Chance, orders: Sequence[Draft], count: int) -> None:
    """A name of another year's catalogue: the parts in another order, or one of them left out."""

    def reword(line: SampleOrderLine) -> SampleOrderLine:
        parts = line.description.split(", ")
        other = " ".join(reversed(parts)) if len(parts) > 1 else f"{line.description} (old stock)"
        return msgspec.structs.replace(line, description=other)

    for _ in range(count):
        _change(chance, orders, reword)


def _change(
    chance: Chance, orders: Sequence[Draft], change: Callable[[SampleOrderLine], SampleOrderLine]
) -> None:
    """Change one sale somewhere."""
    lines = chance.pick(orders).lines
    position = chance.below(len(lines))
    if lines[position].kind is LineKind.SALE:
        lines[position] = change(lines[position])


def _cancellations(chance: Chance, orders: Sequence[Draft], curves: Curves) -> list[Draft]:
    """Documents that take back some lines of an earlier order, in whole or in part."""
    last = max(draft.at for draft in orders)
    cancellations = []
    for _ in range(round(curves.cancellations * len(orders))):
        wanted = max(1, round(chance.from_table(curves.cancelled_lines)))
        order = _with_lines(chance, orders, wanted)
        goods = [line for line in order.lines if line.kind is LineKind.SALE]
        lines = [_taken_back(chance, line) for line in chance.shuffled(goods)[:wanted]]
        if not lines:
            continue
        later = int(chance.between(0.01, _CANCELLED_WITHIN_DAYS) * _DAY_MS)
        at = min(order.at + later - later % _DAY_MS, last)
        cancellations.append(
            Draft(
                at=max(at, order.at) + 1000,
                customer_code=order.customer_code,
                country=order.country,
                lines=lines,
                cancellation=True,
            )
        )
    return cancellations


def _with_lines(chance: Chance, orders: Sequence[Draft], wanted: int) -> Draft:
    """Some order that has so many lines; the last one looked at where such orders are rare."""
    for _ in range(50):
        order = chance.pick(orders)
        if len(order.lines) >= wanted:
            break
    return order


def _taken_back(chance: Chance, line: SampleOrderLine) -> SampleOrderLine:
    quantity = line.quantity if chance.happens(_WHOLE_LINE_CANCELLED) else chance.whole(1, line.quantity)
    return msgspec.structs.replace(line, quantity=-quantity, kind=LineKind.CANCELLATION)


def _corrections(
    chance: Chance, orders: Sequence[Draft], products: Sequence[SampleProduct], due: dict[str, int]
) -> list[Draft]:
    """Corrections of stock that somebody booked as orders: without customer and price, with a remark or none."""
    drafts = []
    for kind in (LineKind.WAREHOUSE_NOTE, LineKind.RETURN_OR_CORRECTION, LineKind.ADJUSTMENT):
        for _ in range(due[kind]):
            remark = chance.pick(_REMARKS) if kind is LineKind.WAREHOUSE_NOTE else ""
            up = kind is LineKind.ADJUSTMENT or remark in _TURNED_UP
            units = chance.whole(1, 60)
            line = SampleOrderLine(chance.pick(products).sku, remark, units if up else -units, 0, kind)
            at = chance.pick(orders).at + 1000
            drafts.append(Draft(at=at, customer_code=WALK_IN, country=country_name(HOME), lines=[line]))
    return drafts
