"""The API as a terminal of its own: each site's number series, and the customer of orders that name none."""

from __future__ import annotations

from services.commands import Address
from services.domain.identifiers import derive, order_number
from services.server.database import Database
from services.server.errors import ApiError
from services.server.server_tables import Counter
from services.server.transaction import Transaction
from services.storage.tables import Customer, Site, Terminal
from services.storage.unit_of_work import UnitOfWork

_CUSTOMER_ID = derive("customer", "api")
_TERMINAL_PREFIX = "A"


def resolve_site(database: Database, site_id: str) -> Site:
    """The site that a request means; without an id the only one there is. Raises ApiError."""
    with database.reading() as connection:
        unit = UnitOfWork(connection)
        if site_id:
            site = unit.get(Site, site_id)
            if site is None or not site.active:
                details = [{"field": "site_id", "site_id": site_id}]
                raise ApiError(404, f"There is no site {site_id} here.", "not_found", details)
            return site
        sites = unit.find(Site, active=1)
    if len(sites) != 1:
        error = "Say which site (site_id)." if sites else "There is no site yet."
        raise ApiError(
            422, error, "missing_value", [{"field": "site_id", "sites": [site.id for site in sites]}]
        )
    return sites[0]


def api_terminal(transaction: Transaction, site: Site) -> Terminal:
    """The terminal under which the API's commands at a site run; made when it is first needed."""
    row_id = derive("terminal", "api", site.id)
    known = transaction.unit.get(Terminal, row_id)
    if known is not None:
        return known
    number = 1
    while transaction.unit.find(Terminal, code=f"{_TERMINAL_PREFIX}{number:02d}"):
        number += 1
    code = f"{_TERMINAL_PREFIX}{number:02d}"
    name = f"API at {site.name}"[:200]
    return transaction.unit.put(Terminal(row_id, code, name, site.id, transaction.received_at))


def next_number(transaction: Transaction, terminal: Terminal) -> str:
    """The next order number of the API's terminal. Only orders of its site count there, under that site's lock."""
    row_id = f"order {terminal.id}"
    known = transaction.unit.get(Counter, row_id)
    counter = transaction.unit.put(Counter(row_id, (known.value if known is not None else 0) + 1))
    return order_number(terminal.code, counter.value)


def api_customer(transaction: Transaction) -> Customer:
    """The customer of orders that name none; made when it is first needed."""
    known = transaction.unit.get(Customer, _CUSTOMER_ID)
    if known is not None:
        return known
    return transaction.unit.put(
        Customer(_CUSTOMER_ID, "API", "Orders by API", "", "", "", "", "", "", latitude=None, longitude=None)
    )


def collected_at(site: Site) -> Address:
    """Where goods go that nobody gave an address for: they are handed over at the site."""
    return Address(
        name=f"Collection at {site.name}"[:200],
        street="",
        city=site.name[:200],
        postcode="",
        country="",
        latitude=site.latitude,
        longitude=site.longitude,
    )
