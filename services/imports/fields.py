"""The columns that each kind of file may have, as data: our name, what it holds, and the headings it is known by."""

from __future__ import annotations

from typing import Final, NamedTuple

TEXT: Final = "text"
WHOLE: Final = "whole"
MONEY: Final = "money"
DECIMAL: Final = "decimal"
YES_NO: Final = "yes_no"
DAY: Final = "day"
NUMBERS: Final = frozenset({WHOLE, MONEY, DECIMAL})


class Field(NamedTuple):
    """One column. ``headings`` are how exports call it, in letters and digits only; our own name is always one."""

    name: str
    holds: str
    headings: str = ""
    required: bool = False


class FileKind(NamedTuple):
    """One kind of file. Rows that agree in ``key`` are one thing, and are applied together."""

    name: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """The column of this name."""
        return next((field for field in self.fields if field.name == name), None)


_SKU: Final = Field(
    "sku",
    TEXT,
    "stockcode productcode itemcode itemno itemnumber partnumber articlenumber product item article "
    "artikelnummer artikelnr reference",
    required=True,
)

PRODUCTS: Final = FileKind(
    "products",
    ("sku",),
    (
        _SKU,
        Field("name", TEXT, "description productname itemname title bezeichnung designation"),
        Field("category", TEXT, "group productgroup family department warengruppe"),
        Field("uom", TEXT, "unit unitofmeasure einheit"),
        Field("gtin", TEXT, "ean ean13 upc barcode gtin13 gtin14"),
        Field("price", MONEY, "unitprice salesprice listprice preis prix precio"),
        Field("currency", TEXT, "currencycode curr wahrung devise"),
        Field("weight_g", WHOLE, "weight weightgrams grams gewicht"),
        Field("volume_ml", WHOLE, "volume volumeml millilitres"),
        Field("reorder_point", WHOLE, "reorderlevel minimum minstock meldebestand"),
        Field("reorder_quantity", WHOLE, "reorderqty orderquantity bestellmenge"),
        Field("lot_tracked", YES_NO, "lots batchtracked"),
        Field("expiry_tracked", YES_NO, "expiry"),
        Field("active", YES_NO, "enabled"),
    ),
)
CUSTOMERS: Final = FileKind(
    "customers",
    ("code",),
    (
        Field(
            "code",
            TEXT,
            "customercode customerid customerno customernumber accountcode account clientid kundennummer",
            required=True,
        ),
        Field("name", TEXT, "customername company companyname customer client firma kunde"),
        Field("email", TEXT, "mail emailaddress"),
        Field("phone", TEXT, "telephone tel phonenumber telefon"),
        Field("street", TEXT, "address address1 addressline1 strasse"),
        Field("city", TEXT, "town ort ville ciudad"),
        Field("postcode", TEXT, "zip zipcode postalcode plz"),
        Field("country", TEXT, "countrycode land pays"),
        Field("latitude", DECIMAL, "lat"),
        Field("longitude", DECIMAL, "lon lng long"),
        Field("priority", WHOLE, "prio"),
        Field("active", YES_NO, "enabled"),
    ),
)
LOCATIONS: Final = FileKind(
    "locations",
    ("code",),
    (
        Field("code", TEXT, "location locationcode bin bincode place lagerplatz", required=True),
        Field("zone", TEXT, "area"),
        Field("aisle", TEXT, "gang"),
        Field("bay", TEXT, "rack column"),
        Field("level", TEXT, "shelf tier"),
        Field("kind", TEXT, "type locationtype"),
        Field("x_m", DECIMAL, "x xm"),
        Field("y_m", DECIMAL, "y ym"),
        Field("pick_sequence", WHOLE, "sequence walkorder"),
        Field("active", YES_NO, "enabled"),
    ),
)
STOCK: Final = FileKind(
    "stock",
    ("sku", "location", "lot"),
    (
        _SKU,
        Field("location", TEXT, "locationcode bin bincode place lagerplatz", required=True),
        Field("quantity", WHOLE, "qty onhand stock units menge anzahl bestand", required=True),
        Field("lot", TEXT, "batch lotnumber batchnumber charge"),
        Field("expires_on", DAY, "expiry expirydate bestbefore mhd"),
    ),
)
OPEN_ORDERS: Final = FileKind(
    "orders",
    ("order_number",),
    (
        Field(
            "order_number",
            TEXT,
            "orderno orderid invoiceno invoice salesorder documentno order bestellnummer auftragsnummer",
            required=True,
        ),
        Field(
            "customer_code",
            TEXT,
            "customerid customerno customernumber accountcode account customer client kundennummer",
            required=True,
        ),
        _SKU,
        Field(
            "quantity", WHOLE, "qty orderquantity quantityordered units pieces menge anzahl", required=True
        ),
        Field("unit_price", MONEY, "price salesprice einzelpreis preis"),
        Field("currency", TEXT, "currencycode curr"),
        Field("due_on", DAY, "duedate deliverydate wanted liefertermin"),
        Field("priority", WHOLE, "prio"),
        Field("note", TEXT, "remark comment bemerkung"),
        # Mapped by whoever has them; an order that is placed now takes them from the product and the customer.
        Field("ordered_at", TEXT, "invoicedate orderdate date"),
        Field("description", TEXT, ""),
        Field("country", TEXT, ""),
    ),
)
KINDS: Final[dict[str, FileKind]] = {
    kind.name: kind for kind in (PRODUCTS, CUSTOMERS, LOCATIONS, STOCK, OPEN_ORDERS)
}
