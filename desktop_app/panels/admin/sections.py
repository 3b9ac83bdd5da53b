"""The sections of the Admin panel as data: what is listed, which fields a form has, and which command saves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple

from desktop_app.widgets.columns import Column, mark_column
from services.commands import (
    Command,
    CustomerFields,
    DriverFields,
    LocationFields,
    ProductFields,
    SaveCustomer,
    SaveDriver,
    SaveLocation,
    SaveProduct,
    SaveSetting,
    SaveSite,
    SaveTerminal,
    SaveUser,
    SaveVehicle,
    SiteFields,
    UserFields,
    VehicleFields,
)
from services.domain.organisation_settings import SETTINGS

Kind = Literal["text", "whole", "decimal", "money", "choice", "row", "switch", "roles", "zone"]
Values = Mapping[str, Any]
# (site id, row id, what was seen of the changed fields, what they are to be, every field of the form)
Make = Callable[[str, str, Values, Values, Values], Command]


class FieldSpec(NamedTuple):
    """One field of a form.

    ``factor``: how many stored units one shown unit has (1000 for kilograms kept in grams); ``half``: it shares its line
    with the next; ``row`` takes its choices from the record.
    """

    name: str
    title: str
    kind: Kind = "text"
    required: bool = False
    half: bool = False
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    factor: int = 1


class Section(NamedTuple):
    """One section. ``id`` is the kind of its records, as ``reveal`` and the queries name them."""

    id: str
    title: str
    one: str
    icon: str
    tables: frozenset[str]
    columns: tuple[Column, ...]
    fields: tuple[FieldSpec, ...]
    fields_type: type | None
    permission: str
    make: Make
    note: str = ""
    can_add: bool = True


_STRATEGIES: Final = (
    ("", "As the site does"),
    ("fifo", "First in, first out"),
    ("fefo", "First to expire, first out"),
    ("lifo", "Last in, first out"),
    ("closest", "The closest bin"),
)
_BIN_KINDS: Final = (
    ("pick", "Pick"),
    ("reserve", "Reserve"),
    ("receiving", "Receiving"),
    ("staging", "Staging"),
    ("dock", "Dock"),
)
_INTEGRATIONS: Final = (
    ("utilized", "Takes routes"),
    ("respected", "Seen, and its way kept free"),
    ("noticed", "Only seen on the map"),
    ("ignored", "Ignored"),
)
_PRIORITIES: Final = tuple(
    (str(n), f"{n}{' (first)' if n == 1 else ' (last)' if n == 9 else ''}") for n in range(1, 10)
)
_ACTIVE: Final = FieldSpec("active", "In use", "switch")


def _columns(
    code: str, name: str, detail: str, extra: str = "", *, code_width: int = 92, detail_width: int = 112
) -> tuple[Column, ...]:
    found = [
        mark_column(lambda row: "provisional" if row.provisional else ""),
        Column("code", code, lambda row: row.code, width=code_width, strong=True),
        Column("name", name, lambda row: row.name, width=124, stretch=True),
        Column("detail", detail, lambda row: row.detail, width=detail_width, sortable=False, quiet=True),
    ]
    if extra:
        found.append(Column("extra", extra, lambda row: row.extra, width=72, sortable=False, quiet=True))
    found.append(
        Column(
            "active", "", lambda row: None if row.active else ("Closed", "neutral"), "pill", width=72, sortable=False
        )
    )  # fmt: skip
    return tuple(found)


SECTIONS: Final[tuple[Section, ...]] = (
    Section(
        "product", "Products", "product", "tag", frozenset({"product", "barcode"}),
        _columns("SKU", "Name", "Category"),
        (
            FieldSpec("sku", "SKU", required=True, half=True),
            FieldSpec("uom", "Unit", required=True, half=True, hint="ea, box, kg ..."),
            FieldSpec("name", "Name", required=True),
            FieldSpec("category", "Category", half=True),
            FieldSpec("gtin", "GTIN", half=True, hint="8, 12, 13 or 14 digits"),
            FieldSpec("price_minor", "Price", "money", half=True),
            FieldSpec("currency", "Currency", required=True, half=True),
            FieldSpec("weight_g", "Weight of one, g", "whole", half=True),
            FieldSpec("volume_ml", "Volume of one, ml", "whole", half=True),
            FieldSpec("reorder_point", "Reorder at, units", "whole", half=True),
            FieldSpec("reorder_quantity", "Reorder, units", "whole", half=True),
            FieldSpec("removal_strategy", "Which stock goes first", "choice", choices=_STRATEGIES),
            FieldSpec("lot_tracked", "Has lots", "switch", half=True),
            FieldSpec("expiry_tracked", "Expires", "switch", half=True),
            _ACTIVE,
        ),
        ProductFields, SaveProduct.spec.permission,
        lambda _site, row_id, seen, wanted, _whole: SaveProduct(
            product_id=row_id, expected=ProductFields(**seen), values=ProductFields(**wanted)
        ),
        "Scan an unknown code to add it to the product that is open.",
    ),
    Section(
        "customer", "Customers", "customer", "customer", frozenset({"customer"}),
        _columns("Code", "Name", "Town", code_width=84),
        (
            FieldSpec("code", "Code", required=True, half=True),
            FieldSpec("priority", "Priority", "choice", half=True, choices=_PRIORITIES),
            FieldSpec("name", "Name", required=True),
            FieldSpec("email", "E-mail", half=True),
            FieldSpec("phone", "Telephone", half=True),
            FieldSpec("street", "Street"),
            FieldSpec("city", "Town", half=True),
            FieldSpec("postcode", "Postcode", half=True),
            FieldSpec("country", "Country"),
            FieldSpec("latitude", "Latitude", "decimal", half=True),
            FieldSpec("longitude", "Longitude", "decimal", half=True),
            _ACTIVE,
        ),
        CustomerFields, SaveCustomer.spec.permission,
        lambda _site, row_id, seen, wanted, _whole: SaveCustomer(
            customer_id=row_id, expected=CustomerFields(**seen), values=CustomerFields(**wanted)
        ),
        "Orders already placed keep the address they were placed with.",
    ),
    Section(
        "location", "Locations", "bin", "bin", frozenset({"location"}),
        _columns("Bin", "Zone", "Kind", "Walk no.", code_width=120),
        (
            FieldSpec("code", "Code", required=True, half=True, hint="zone-aisle-bay-level"),
            FieldSpec("kind", "Kind", "choice", half=True, choices=_BIN_KINDS),
            FieldSpec("zone", "Zone", half=True),
            FieldSpec("aisle", "Aisle", half=True),
            FieldSpec("bay", "Bay", half=True),
            FieldSpec("level", "Level", half=True),
            FieldSpec("x_m", "Across the hall, m", "decimal", half=True),
            FieldSpec("y_m", "Along the hall, m", "decimal", half=True),
            FieldSpec("pick_sequence", "Place in the walking order", "whole"),
            _ACTIVE,
        ),
        LocationFields, SaveLocation.spec.permission,
        lambda site, row_id, seen, wanted, _whole: SaveLocation(
            site_id=site, location_id=row_id, expected=LocationFields(**seen), values=LocationFields(**wanted)
        ),
        "A bin with goods in it cannot be closed.",
    ),
    Section(
        "vehicle", "Vehicles", "vehicle", "van", frozenset({"vehicle", "driver"}),
        _columns("Code", "Registration", "Kind", "Driver"),
        (
            FieldSpec("code", "Code", required=True, half=True),
            FieldSpec("registration", "Registration", half=True),
            FieldSpec("kind", "Kind", half=True, hint="van, truck ..."),
            FieldSpec("driver_id", "Driver", "row", half=True),
            FieldSpec("capacity_g", "Carries, kg", "decimal", half=True, factor=1000),
            FieldSpec("capacity_ml", "Holds, litres", "decimal", half=True, factor=1000),
            FieldSpec("integration", "How planning treats it", "choice", choices=_INTEGRATIONS),
            _ACTIVE,
        ),
        VehicleFields, SaveVehicle.spec.permission,
        lambda site, row_id, seen, wanted, _whole: SaveVehicle(
            site_id=site, vehicle_id=row_id, expected=VehicleFields(**seen), values=VehicleFields(**wanted)
        ),
    ),
    Section(
        "driver", "Drivers", "driver", "driver", frozenset({"driver", "user"}),
        _columns("Code", "Name", "Telephone"),
        (
            FieldSpec("code", "Code", required=True, half=True),
            FieldSpec("phone", "Telephone", half=True),
            FieldSpec("name", "Name", required=True),
            FieldSpec("user_id", "Signs in as", "row"),
            _ACTIVE,
        ),
        DriverFields, SaveDriver.spec.permission,
        lambda site, row_id, seen, wanted, _whole: SaveDriver(
            site_id=site, driver_id=row_id, expected=DriverFields(**seen), values=DriverFields(**wanted)
        ),
    ),
    Section(
        "user", "People", "person", "people", frozenset({"user"}),
        _columns("User", "Name", "Roles", "Badge"),
        (
            FieldSpec("username", "User name", required=True, half=True),
            FieldSpec("badge", "Badge", half=True, hint="Scan it while the person is open"),
            FieldSpec("name", "Name", required=True),
            FieldSpec("email", "E-mail"),
            FieldSpec("roles", "Roles", "roles"),
            _ACTIVE,
        ),
        UserFields, SaveUser.spec.permission,
        lambda _site, row_id, seen, wanted, _whole: SaveUser(
            user_id=row_id, expected=UserFields(**seen), values=UserFields(**wanted)
        ),
        "Passwords are kept by the server alone, so setting one needs the link.",
    ),
    Section(
        "terminal", "Terminals", "terminal", "server", frozenset({"terminal", "terminal_site"}),
        _columns("Code", "Name", "Works at", code_width=80, detail_width=176),
        (
            FieldSpec("name", "Name", required=True),
            FieldSpec("active", "May work", "switch", hint="A barred terminal keeps its work until it may send it again."),
        ),
        None, SaveTerminal.spec.permission,
        lambda _site, row_id, _seen, _wanted, whole: SaveTerminal(
            terminal_id=row_id, name=whole["name"], active=whole["active"]
        ),
        "A further terminal enrols itself: start Holdfast on it, give it this server's address, and sign in there as an "
        "administrator.",
        can_add=False,
    ),
    Section(
        "site", "Sites", "site", "pin", frozenset({"site"}),
        _columns("Code", "Name", "Time zone", "Currency", code_width=80),
        (
            FieldSpec("code", "Code", required=True, half=True),
            FieldSpec("currency", "Currency", required=True, half=True),
            FieldSpec("name", "Name", required=True),
            FieldSpec("timezone", "Time zone", "zone", required=True, hint="As Europe/London"),
            FieldSpec("latitude", "Latitude", "decimal", required=True, half=True),
            FieldSpec("longitude", "Longitude", "decimal", required=True, half=True),
            FieldSpec("removal_strategy", "Which stock goes first", "choice",
                      choices=(("", "First in, first out, unless a product says otherwise"), *_STRATEGIES[1:])),
            _ACTIVE,
        ),
        SiteFields, SaveSite.spec.permission,
        lambda _site, row_id, seen, wanted, _whole: SaveSite(
            id=row_id, expected=SiteFields(**seen), values=SiteFields(**wanted)
        ),
    ),
    Section(
        "setting", "Settings", "setting", "settings", frozenset({"setting"}),
        (
            mark_column(lambda row: "provisional" if row.provisional else ""),
            Column("name", "Setting", lambda row: row.name, width=200, stretch=True, strong=True, sortable=False),
            Column("detail", "Value", lambda row: row.detail, width=80, align="right", sortable=False),
            Column("extra", "", lambda row: row.extra, width=104, quiet=True, sortable=False),
        ),
        (FieldSpec("value", "Value", required=True),),
        None, SaveSetting.spec.permission,
        lambda _site, row_id, _seen, wanted, _whole: SaveSetting(key=row_id, value=wanted["value"]),
        "Settings hold for the whole organisation; every desk takes them with its next sync.",
        can_add=False,
    ),
)  # fmt: skip


def section_of(section_id: str) -> Section | None:
    """The section of a kind of record, or None."""
    return next((section for section in SECTIONS if section.id == section_id), None)


def setting_hint(key: str) -> str:
    """What may be entered for a setting."""
    spec = SETTINGS[key]
    return f"From {spec.lowest:g} to {spec.highest:g}. As delivered: {spec.default:g}."
