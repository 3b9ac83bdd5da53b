"""What a sample warehouse is made of, as plain records: no storage, no ids."""

from __future__ import annotations

import msgspec

from services.sample.history.line import WALK_IN, LineKind


class SamplePack(msgspec.Struct, frozen=True):
    """A barcode that stands for ``quantity`` units of a product."""

    barcode: str
    quantity: int


class SampleProduct(msgspec.Struct, frozen=True):
    """A sellable item. Weight in grams and size in millimetres, both of one unit; price in minor units.

    ``popularity`` is its share of all order lines, ``units_a_day`` what is expected to be sold of it on a calendar
    day. ``shelf_life_days`` is 0 where nothing expires.
    """

    sku: str
    name: str
    category: str
    gtin: str
    packs: tuple[SamplePack, ...]
    price_minor: int
    currency: str
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    lot_tracked: bool
    expiry_tracked: bool
    shelf_life_days: int
    popularity: float
    order_pack: int
    units_a_day: float
    reorder_point: int
    reorder_quantity: int

    @property
    def volume_ml(self) -> int:
        """The space one unit takes, in millilitres, at least one."""
        return max(1, self.length_mm * self.width_mm * self.height_mm // 1000)


class SampleAddress(msgspec.Struct, frozen=True):
    """Where a van calls. ``country`` is its ISO 3166 code; degrees of latitude and longitude (WGS 84)."""

    street: str
    city: str
    postcode: str
    country: str
    latitude: float
    longitude: float


class SampleCustomer(msgspec.Struct, frozen=True):
    """Who orders. ``priority`` is 1 (first) to 9 (last).

    A customer abroad has its own ``country``, and the address of the forwarder that its goods are taken to.
    """

    code: str
    name: str
    contact: str
    email: str
    phone: str
    address: SampleAddress
    country: str
    priority: int


class SampleOrderLine(msgspec.Struct, frozen=True, gc=False):
    """One row of a document as it was typed: with charges, other spellings and remarks where there were any."""

    sku: str
    description: str
    quantity: int
    unit_price_minor: int
    kind: LineKind


class SampleOrder(msgspec.Struct, frozen=True):
    """A document of the order book: an order, a cancellation (number with a C), or a correction of stock.

    ``ordered_at`` is milliseconds since 1970 in UTC, ``country`` the name as it stands in the order book, ``due_on``
    the day promised (``YYYY-MM-DD``), '' in history.
    """

    number: str
    customer_code: str
    country: str
    ordered_at: int
    lines: tuple[SampleOrderLine, ...]
    priority: int = 5
    due_on: str = ""

    @property
    def walk_in(self) -> bool:
        """Whether it names no customer."""
        return self.customer_code == WALK_IN


class SampleDriver(msgspec.Struct, frozen=True):
    """Who drives."""

    code: str
    name: str
    phone: str


class SampleVehicle(msgspec.Struct, frozen=True):
    """A van or truck and where it stands. Heading in degrees clockwise from north."""

    code: str
    registration: str
    kind: str
    capacity_g: int
    capacity_ml: int
    driver_code: str
    latitude: float
    longitude: float
    heading: float
