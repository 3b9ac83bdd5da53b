"""Which column of somebody else's file is which field of ours: given as THEIRS=ours, and guessed where it is not."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from services.sample.history.errors import MappingError

REQUIRED: Final = ("order_number", "sku", "quantity", "ordered_at")
OPTIONAL: Final = ("description", "unit_price", "customer_code", "country", "currency")
FIELDS: Final = (*REQUIRED, *OPTIONAL)

# Headings as they are found in exports, reduced to letters and digits; earlier names win over later ones.
_HEADINGS: Final[dict[str, str]] = {
    "order_number": (
        "ordernumber orderno orderid ordernum invoiceno invoice invoicenumber invoiceid "
        "salesorder documentno documentnumber orderreference orderref order name bestellnummer "
        "auftragsnummer rechnungsnummer numerocommande pedido"
    ),
    "sku": (
        "sku stockcode lineitemsku productcode itemcode itemno itemnumber itemid partnumber "
        "partno articlenumber articleno materialnumber material productid variantsku product "
        "article item artikelnummer artikelnr reference referencia"
    ),
    "description": (
        "description productdescription itemdescription lineitemname productname itemname title "
        "producttitle bezeichnung beschreibung designation descripcion"
    ),
    "quantity": (
        "quantity qty orderquantity orderqty quantityordered qtyordered lineitemquantity units "
        "unitssold pieces pcs menge anzahl quantite cantidad"
    ),
    "ordered_at": (
        "orderedat invoicedate orderdate orderdatetime createdat placedat purchasedate salesdate "
        "documentdate transactiondate datetime timestamp date bestelldatum rechnungsdatum datum "
        "datecommande fecha"
    ),
    "unit_price": (
        "unitprice price lineitemprice priceperunit priceeach itemprice salesprice netprice "
        "unitpricegbp unitpriceeur unitpriceusd einzelpreis preis stuckpreis prixunitaire prix "
        "precio preciounitario"
    ),
    "customer_code": (
        "customercode customerid customerno customernumber custid custno accountcode accountno "
        "accountnumber account soldto clientid customer client email kundennummer kundennr kunde "
        "numeroclient cliente"
    ),
    "country": (
        "country shipcountry shippingcountry countrycode customercountry destinationcountry land pays pais"
    ),
    "currency": ("currency currencycode curr wahrung devise moneda"),
}
_FOLD: Final = str.maketrans("äöüéèêàçñóíß", "aoueeeacnois")


class ColumnMapping(msgspec.Struct, frozen=True):
    """The file's headings (``theirs``) against our fields (``ours``). What is not named here is guessed."""

    ours_by_theirs: dict[str, str] = {}

    @classmethod
    def parse(cls, text: str) -> ColumnMapping:
        """Read ``InvoiceNo=order_number,StockCode=sku``. Raises MappingError when a part says something else.

        A heading with a comma in it stands in quotes together with its field: ``"Price, net=unit_price"``.
        """
        pairs: dict[str, str] = {}
        pieces = next(csv.reader([text], skipinitialspace=True), [])
        for part in filter(None, (piece.strip() for piece in pieces)):
            theirs, equals, ours = (piece.strip() for piece in part.rpartition("="))
            if not equals or not theirs or not ours:
                raise MappingError(f"a mapping is THEIRS=ours, such as StockCode=sku; got {part!r}")
            if ours not in FIELDS:
                raise MappingError(
                    f"{part!r}: there is no field {ours!r}; the fields are {', '.join(FIELDS)}"
                )
            if theirs in pairs:
                raise MappingError(f"the column {theirs!r} is mapped twice")
            if ours in pairs.values():
                raise MappingError(f"the field {ours!r} is mapped twice")
            pairs[theirs] = ours
        return cls(pairs)

    def columns(self, header: Sequence[str], *, dated: bool = True) -> dict[str, int]:
        """The column index of each field that the header row has.

        ``dated=False`` lets the file do without ``ordered_at``. Raises MappingError when a mapped heading is not in
        the header, or a required field is neither mapped nor recognised.
        """
        names = [heading.strip() for heading in header]
        found: dict[str, int] = {}
        for theirs, ours in self.ours_by_theirs.items():
            position = _position(theirs, names)
            if position is None:
                raise MappingError(f"there is no column {theirs!r}; the header has: {_listed(names)}")
            found[ours] = position
        reduced = [reduce_heading(name) for name in names]
        taken = set(found.values())
        for ours in FIELDS:
            if ours in found:
                continue
            for known in _HEADINGS[ours].split():
                if known in reduced and (index := reduced.index(known)) not in taken:
                    found[ours] = index
                    taken.add(index)
                    break
        missing = [ours for ours in REQUIRED if ours not in found and (dated or ours != "ordered_at")]
        if missing:
            raise MappingError(
                f"no column for {', '.join(missing)}; the header has: {_listed(names)}. "
                f"Say which is which, such as --map {next(filter(None, names), 'Column')[:40]}={missing[0]}"
            )
        return found

    def fits(self, header: Sequence[str], *, dated: bool = True) -> bool:
        """Whether a row is a header with every required field."""
        try:
            self.columns(header, dated=dated)
        except MappingError:
            return False
        return True


def reduce_heading(heading: str) -> str:
    """A heading without case, accents, blanks and punctuation, as the known headings are written."""
    return re.sub(r"[^a-z0-9]", "", heading.casefold().translate(_FOLD))


def _position(theirs: str, names: list[str]) -> int | None:
    if theirs in names:
        return names.index(theirs)
    folded = [name.casefold() for name in names]
    return folded.index(theirs.casefold()) if theirs.casefold() in folded else None


def _listed(names: list[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:30])
    return shown + (", ..." if len(names) > 30 else "")
