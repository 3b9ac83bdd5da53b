"""The quantities of an order line, and the steps that move them; no step can fill a line twice."""

from collections.abc import Iterable
from typing import Self

import msgspec

from services.domain.refusals import refuse


class LineQuantities(msgspec.Struct, frozen=True):
    """Where each ordered unit of a line is, in counting units of the sku.

    `reserved` are promised units that have not departed, picked ones included; `allocated` are those of them
    tied to a bin or lot; `picked` are those of the allocated that have left their bin. `consumed` units have
    departed, and `delivered` and `returned` are parts of these. Always
    `0 <= picked <= allocated <= reserved`, `reserved + consumed + cancelled <= ordered` and
    `delivered + returned <= consumed`.
    """

    ordered: int
    reserved: int = 0
    allocated: int = 0
    picked: int = 0
    consumed: int = 0
    delivered: int = 0
    returned: int = 0
    cancelled: int = 0

    @property
    def unfilled(self) -> int:
        """Units neither promised, departed nor cancelled: the backorder."""
        return self.ordered - self.reserved - self.consumed - self.cancelled

    def reserve(self, quantity: int, sku: str = "") -> Self:
        """Promise units to the line. Raises RuleViolation `line_overfilled` beyond what is unfilled."""
        _positive(quantity, sku)
        if quantity > self.unfilled:
            would_be = self.ordered - self.unfilled + quantity
            details = [{"sku": sku, "ordered": self.ordered, "would_be": would_be}]
            refuse("line_overfilled", details=details, sku=sku, ordered=self.ordered, would_be=would_be)
        return self._with(reserved=self.reserved + quantity)

    def allocate(self, quantity: int, sku: str = "") -> Self:
        """Tie promised units to a bin or lot."""
        _within("allocating", quantity, self.reserved - self.allocated, sku)
        return self._with(allocated=self.allocated + quantity)

    def unallocate(self, quantity: int, sku: str = "") -> Self:
        """Untie units that are still in their bin; the promise stays."""
        _within("untying", quantity, self.allocated - self.picked, sku)
        return self._with(allocated=self.allocated - quantity)

    def pick(self, quantity: int, sku: str = "") -> Self:
        """Take allocated units from their bin."""
        _within("picking", quantity, self.allocated - self.picked, sku)
        return self._with(picked=self.picked + quantity)

    def unpick(self, quantity: int, sku: str = "") -> Self:
        """Put picked units back where they were: the reverse of `pick`."""
        _within("putting back", quantity, self.picked, sku)
        return self._with(picked=self.picked - quantity)

    def short(self, quantity: int, sku: str = "") -> Self:
        """Give up units that were not found in their bin: they are unfilled again and may be promised
        elsewhere.
        """
        _within("shorting", quantity, self.allocated - self.picked, sku)
        return self._with(allocated=self.allocated - quantity, reserved=self.reserved - quantity)

    def unreserve(self, quantity: int, sku: str = "") -> Self:
        """Give back promised units that are not tied to a bin."""
        _within("giving back", quantity, self.reserved - self.allocated, sku)
        return self._with(reserved=self.reserved - quantity)

    def depart(self, quantity: int, sku: str = "") -> Self:
        """Picked units leave the site."""
        _within("sending off", quantity, self.picked, sku)
        return self._with(
            picked=self.picked - quantity,
            allocated=self.allocated - quantity,
            reserved=self.reserved - quantity,
            consumed=self.consumed + quantity,
        )

    def deliver(self, quantity: int, sku: str = "") -> Self:
        """Departed units reach the customer."""
        _within("delivering", quantity, self.consumed - self.delivered - self.returned, sku)
        return self._with(delivered=self.delivered + quantity)

    def come_back(self, quantity: int, sku: str = "") -> Self:
        """Departed units come back: first those that were never delivered, then those that were."""
        _within("taking back", quantity, self.consumed - self.returned, sku)
        undelivered = self.consumed - self.delivered - self.returned
        return self._with(
            returned=self.returned + quantity, delivered=self.delivered - max(0, quantity - undelivered)
        )

    def cancel(self, quantity: int, sku: str = "") -> Self:
        """Drop unfilled units; what is promised must be given back (and what is picked put back) before."""
        _within("cancelling", quantity, self.unfilled, sku)
        return self._with(cancelled=self.cancelled + quantity)

    @classmethod
    def total(cls, lines: Iterable[Self]) -> Self:
        """The sum over lines, field by field."""
        sums = [0] * len(cls.__struct_fields__)
        for line in lines:
            for place, field in enumerate(cls.__struct_fields__):
                sums[place] += getattr(line, field)
        return cls(*sums)

    def _with(self, **changes: int) -> Self:
        return msgspec.structs.replace(self, **changes)


def _positive(quantity: int, sku: str) -> None:
    if quantity <= 0:
        details = [{"sku": sku, "quantity": quantity}]
        refuse("quantity_not_positive", details=details, sku=sku, quantity=quantity)


def _within(step: str, quantity: int, has: int, sku: str) -> None:
    _positive(quantity, sku)
    if quantity > has:
        details = [{"sku": sku, "step": step, "quantity": quantity, "has": has}]
        refuse(
            "line_underfilled", details=details, step=step.capitalize(), quantity=quantity, sku=sku, has=has
        )
