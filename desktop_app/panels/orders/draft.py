"""An order as it is being entered: plain data that can be kept, and what it becomes once it is placed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from local_db.queries.order_entry_queries import ProductHit
from services.commands import AddLines, NewLine, PlaceOrder
from services.domain.money import order_total

PREFIX = "order:"


class DraftLine(msgspec.Struct, frozen=True):
    """One product of the draft. ``available`` is what could be promised when it was last looked at, ``certain`` what of
    it is set aside for this desk, in units."""

    product_id: str
    sku: str
    name: str
    quantity: int
    price_minor: int
    available: int = 0
    usual_price_minor: int = 0
    certain: int = 0

    @property
    def lacking(self) -> int:
        """Units that are not there now."""
        return max(0, self.quantity - max(0, self.available))

    @property
    def is_certain(self) -> bool:
        """Whether the server will take it whatever others sell meanwhile."""
        return self.quantity <= self.certain

    @property
    def amount_minor(self) -> int:
        """What the line costs, in minor units."""
        return self.quantity * self.price_minor


class DraftCustomer(msgspec.Struct, frozen=True):
    """Who orders, with the words that show it."""

    id: str
    code: str
    name: str
    place: str = ""
    priority: int = 5


class Draft(msgspec.Struct, frozen=True):
    """An order being entered. ``order_id`` is fixed from the beginning, so that it can never be placed twice.

    ``add_to`` is the order that its lines are to be added to (empty: it becomes an order of its own), which promises
    nothing yet where ``adds_to_draft``; ``number`` is then that order's, else it is set once one was drawn for it.
    ``resend_item`` is the attention item that it makes up for (0: none), ``typed`` is what stands in the product field.
    """

    order_id: str
    customer: DraftCustomer | None = None
    lines: tuple[DraftLine, ...] = ()
    due: str = ""
    priority: int = 5
    note: str = ""
    on_shortfall: str = "backorder"
    resend_item: int = 0
    number: str = ""
    add_to: str = ""
    adds_to_draft: bool = False
    typed: str = ""
    customer_typed: str = ""
    saved_at: int = 0

    @property
    def key(self) -> str:
        """The key under which it is kept."""
        return f"{PREFIX}{self.order_id}"

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been entered that somebody would miss."""
        said = self.lines or self.note or self.typed or self.customer_typed
        return not (said or (self.customer and not self.add_to))

    @property
    def units(self) -> int:
        """All units of its lines."""
        return sum(line.quantity for line in self.lines)

    @property
    def lacking(self) -> int:
        """Units that are not there now, over all lines."""
        return sum(line.lacking for line in self.lines)

    @property
    def total_minor(self) -> int:
        """What it costs, in minor units."""
        return order_total((line.price_minor, line.quantity) for line in self.lines)

    @property
    def title(self) -> str:
        """What tells it from other drafts."""
        return self.customer.name if self.customer else self.customer_typed or "No customer yet"


def with_product(draft: Draft, hit: ProductHit, quantity: int, price_minor: int | None = None) -> Draft:
    """The draft with more of a product: its line grows, or a new one is put at the end."""
    hit = hit.for_a_draft() if draft.adds_to_draft else hit
    for line in draft.lines:
        if line.product_id == hit.product_id:
            grown = replace(
                line, quantity=line.quantity + quantity, available=hit.available, certain=hit.certain
            )
            return with_line(draft, grown if price_minor is None else replace(grown, price_minor=price_minor))
    made = DraftLine(
        hit.product_id,
        hit.sku,
        hit.name,
        quantity,
        hit.price_minor if price_minor is None else price_minor,
        hit.available,
        hit.price_minor,
        hit.certain,
    )
    return replace(draft, lines=(*draft.lines, made))


def with_line(draft: Draft, changed: DraftLine) -> Draft:
    """The draft with a line in place of the one of the same product."""
    lines = tuple(changed if line.product_id == changed.product_id else line for line in draft.lines)
    return replace(draft, lines=lines)


def without(draft: Draft, product_ids: Sequence[str]) -> Draft:
    """The draft without the lines of these products."""
    return replace(draft, lines=tuple(line for line in draft.lines if line.product_id not in product_ids))


def as_stock_is(draft: Draft, now: Mapping[str, ProductHit]) -> Draft:
    """The draft with what of each product could be promised now."""
    if draft.adds_to_draft:
        now = {product_id: hit.for_a_draft() for product_id, hit in now.items()}
    lines = tuple(
        replace(line, available=now[line.product_id].available, certain=now[line.product_id].certain)
        if line.product_id in now
        else line
        for line in draft.lines
    )
    return draft if lines == draft.lines else replace(draft, lines=lines)


def to_command(
    draft: Draft, *, site_id: str, number: str, currency: str, due_on: str, new_id: Callable[[], str]
) -> PlaceOrder | AddLines:
    """What is asked of the desk once the person says so. The draft has a customer and at least one line."""
    assert draft.customer is not None
    lines = tuple(
        NewLine(
            line_id=new_id(), product_id=line.product_id, quantity=line.quantity, price_minor=line.price_minor
        )
        for line in draft.lines
    )
    if draft.add_to:
        draws = not draft.adds_to_draft
        return AddLines(site_id=site_id, order_id=draft.add_to, lines=lines, draws=draws)
    return PlaceOrder(
        site_id=site_id,
        order_id=draft.order_id,
        number=number,
        customer_id=draft.customer.id,
        currency=currency,
        priority=draft.priority,
        due_on=due_on,
        note=draft.note,
        on_shortfall="refuse" if draft.on_shortfall == "refuse" else "backorder",
        lines=lines,
    )


class _MeantLine(msgspec.Struct):
    product_id: str
    quantity: int
    price_minor: int


class _Meant(msgspec.Struct):
    """A refused PlaceOrder's arguments, as far as a new attempt keeps them."""

    customer_id: str
    lines: list[_MeantLine]
    priority: int = 5
    due_on: str = ""
    note: str = ""
    on_shortfall: str = "backorder"


def from_refused(
    arguments: Mapping[str, Any],
    *,
    order_id: str,
    item_id: int,
    customer: DraftCustomer | None,
    products: Mapping[str, ProductHit],
) -> Draft:
    """A draft filled from a refused command. Products that are no longer known are left out."""
    meant = msgspec.convert(dict(arguments), _Meant, strict=False)
    draft = Draft(
        order_id=order_id,
        customer=customer,
        due=meant.due_on,
        priority=meant.priority,
        note=meant.note,
        on_shortfall=meant.on_shortfall,
        resend_item=item_id,
    )
    for line in meant.lines:
        hit = products.get(line.product_id)
        if hit is not None:
            draft = with_product(draft, hit, line.quantity, line.price_minor)
    return draft
