"""Commands of what the whole organisation shares: products, customers, places, people, settings."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from services.commands.command import (
    Code,
    Command,
    CommandSpec,
    Id,
    Kind,
    Latitude,
    Line,
    Longitude,
    Money,
    Name,
    OptionalId,
    Priority,
    Quantity,
    QuantityOrNone,
    Reason,
)

Strategy = Literal["", "fifo", "fefo", "lifo", "closest"]
Metres = Annotated[float, Meta(ge=-100_000, le=100_000)]


class ProductFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What may be recorded of a product; fields not set stay."""

    sku: Code | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    category: Line | UnsetType = UNSET
    uom: Code | UnsetType = UNSET
    gtin: OptionalId | UnsetType = UNSET
    price_minor: Money | UnsetType = UNSET
    currency: Annotated[str, Meta(min_length=3, max_length=3)] | UnsetType = UNSET
    weight_g: Annotated[int, Meta(ge=0, le=100_000_000)] | UnsetType = UNSET
    volume_ml: Annotated[int, Meta(ge=0, le=100_000_000)] | UnsetType = UNSET
    reorder_point: QuantityOrNone | UnsetType = UNSET
    reorder_quantity: QuantityOrNone | UnsetType = UNSET
    lot_tracked: bool | UnsetType = UNSET
    expiry_tracked: bool | UnsetType = UNSET
    removal_strategy: Strategy | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class SaveProduct(Command, frozen=True, kw_only=True):
    """Record a product, new (``expected`` empty) or changed from what was seen."""

    product_id: Id
    expected: ProductFields = ProductFields()
    values: ProductFields

    spec: ClassVar = CommandSpec(Kind.EDIT, "masterdata.edit")


class AddBarcode(Command, frozen=True, kw_only=True):
    """Let a code stand for so many units of a product."""

    product_id: Id
    code: Code
    quantity: Quantity = 1

    spec: ClassVar = CommandSpec(Kind.EDIT, "masterdata.edit")


class RemoveBarcode(Command, frozen=True, kw_only=True):
    """A code stands for nothing any more."""

    barcode_id: Id

    spec: ClassVar = CommandSpec(Kind.EDIT, "masterdata.edit")


class CustomerFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What may be recorded of a customer; fields not set stay."""

    code: Code | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    email: Line | UnsetType = UNSET
    phone: Line | UnsetType = UNSET
    street: Line | UnsetType = UNSET
    city: Line | UnsetType = UNSET
    postcode: Line | UnsetType = UNSET
    country: Line | UnsetType = UNSET
    latitude: Latitude | UnsetType | None = UNSET
    longitude: Longitude | UnsetType | None = UNSET
    priority: Priority | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class SaveCustomer(Command, frozen=True, kw_only=True):
    """Record a customer, new (``expected`` empty) or changed from what was seen."""

    customer_id: Id
    expected: CustomerFields = CustomerFields()
    values: CustomerFields

    spec: ClassVar = CommandSpec(Kind.EDIT, "customer.edit")


class LocationFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What may be recorded of a bin; fields not set stay."""

    code: Code | UnsetType = UNSET
    zone: Line | UnsetType = UNSET
    aisle: Line | UnsetType = UNSET
    bay: Line | UnsetType = UNSET
    level: Line | UnsetType = UNSET
    kind: Literal["pick", "reserve", "receiving", "staging", "dock"] | UnsetType = UNSET
    x_m: Metres | UnsetType = UNSET
    y_m: Metres | UnsetType = UNSET
    pick_sequence: Annotated[int, Meta(ge=0, le=10_000_000)] | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class SaveLocation(Command, frozen=True, kw_only=True):
    """Record a bin, new (``expected`` empty) or changed from what was seen."""

    site_id: Id
    location_id: Id
    expected: LocationFields = LocationFields()
    values: LocationFields

    spec: ClassVar = CommandSpec(Kind.EDIT, "masterdata.edit")


class SiteFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What may be recorded of a site; fields not set stay."""

    code: Code | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    timezone: Line | UnsetType = UNSET
    currency: Annotated[str, Meta(min_length=3, max_length=3)] | UnsetType = UNSET
    latitude: Latitude | UnsetType = UNSET
    longitude: Longitude | UnsetType = UNSET
    removal_strategy: Strategy | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class SaveSite(Command, frozen=True, kw_only=True):
    """Record a site, new (``expected`` empty) or changed. It belongs to the org: every terminal knows all sites."""

    id: Id
    expected: SiteFields = SiteFields()
    values: SiteFields

    spec: ClassVar = CommandSpec(Kind.EDIT, "masterdata.edit")


class UserFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What may be recorded of a person; passwords and PINs never travel in commands."""

    username: Code | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    email: Line | UnsetType = UNSET
    roles: Line | UnsetType = UNSET
    badge: OptionalId | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class SaveUser(Command, frozen=True, kw_only=True):
    """Record a person, new (``expected`` empty) or changed from what was seen."""

    user_id: Id
    expected: UserFields = UserFields()
    values: UserFields

    spec: ClassVar = CommandSpec(Kind.EDIT, "user.manage")


class SaveTerminal(Command, frozen=True, kw_only=True):
    """Rename an enrolled terminal, or bar it."""

    terminal_id: Id
    name: Name
    active: bool = True

    spec: ClassVar = CommandSpec(Kind.EDIT, "terminal.manage")


class GrantSite(Command, frozen=True, kw_only=True):
    """Let a terminal work at one more site: it gets the rows of that site, and may bring work of it."""

    terminal_id: Id
    held_site_id: Id
    reason: Reason

    spec: ClassVar = CommandSpec(Kind.EDIT, "terminal.manage")


class WithdrawSite(Command, frozen=True, kw_only=True):
    """A terminal works at a site no more: the rows of that site leave it. What was done there before is still taken."""

    terminal_id: Id
    held_site_id: Id
    reason: Reason

    spec: ClassVar = CommandSpec(Kind.EDIT, "terminal.manage")


class SaveSetting(Command, frozen=True, kw_only=True):
    """Set one of the organisation's settings."""

    key: Code
    value: Line

    spec: ClassVar = CommandSpec(Kind.EDIT, "settings.edit")


class AcknowledgeAlert(Command, frozen=True, kw_only=True):
    """Somebody has seen an alert."""

    site_id: Id
    alert_id: Id

    spec: ClassVar = CommandSpec(Kind.EDIT, "alert.acknowledge")


class ResolveAlert(Command, frozen=True, kw_only=True):
    """What an alert was about is settled."""

    site_id: Id
    alert_id: Id
    note: Line = ""

    spec: ClassVar = CommandSpec(Kind.EDIT, "alert.acknowledge")
