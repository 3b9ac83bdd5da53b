"""Applies groups of rows in one transaction of the authority, at the site that is meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.commands import SaveSite, SiteFields
from services.domain.identifiers import derive
from services.imports.counter import Counter, Group
from services.imports.fields import KINDS, OPEN_ORDERS, STOCK, FileKind
from services.imports.masters import import_masters
from services.imports.open_orders import import_open_orders
from services.imports.opening_stock import import_stock
from services.imports.outcomes import RowOutcome, SheetRow
from services.imports.problems import ImportProblem
from services.storage.tables import Site

FIRST_SITE = "MAIN"
"""The code of the site that is made where a database has none yet."""


def apply_groups(counter: Counter, kind: str, site: Site, groups: Sequence[Group]) -> list[RowOutcome]:
    """Apply things of one kind. Raises ImportProblem for a kind that there is not."""
    if kind not in KINDS:
        raise ImportProblem(
            f"There is no import of {kind!r}. Nothing was taken. Use one of {', '.join(KINDS)}."
        )
    if kind == STOCK.name:
        return import_stock(counter, site, list(groups))
    if kind == OPEN_ORDERS.name:
        return import_open_orders(counter, site, list(groups))
    return import_masters(counter, KINDS[kind], site, list(groups))


def grouped(rows: Iterable[SheetRow], kind: FileKind) -> list[list[SheetRow]]:
    """Rows that are one thing together, in the order in which the things first appear."""
    found: dict[tuple[str, ...], list[SheetRow]] = {}
    for row in rows:
        # A row without a key is a thing of its own, to be refused by itself.
        named = tuple(row.values.get(name, "").strip() for name in kind.key)
        key = named if named[0] else (row.file, str(row.row), "row")
        found.setdefault(key, []).append(row)
    return list(found.values())


def site_for(counter: Counter, code: str) -> Site:
    """The site of this code; without one the only site there is. A database without any site gets its first.

    Raises ImportProblem where it is not clear which is meant.
    """
    sites = counter.unit.find(Site, active=1)
    if code:
        found = next((site for site in sites if site.code == code), None)
        if found is not None:
            return found
    elif len(sites) == 1:
        return sites[0]
    if sites:
        listed = ", ".join(sorted(site.code for site in sites))
        happened = f"There is no site {code}." if code else "There are several sites."
        raise ImportProblem(f"{happened} Nothing was taken. Say which with --site: {listed}.")
    wanted = code or FIRST_SITE
    site_id = derive("site", wanted)
    effect = counter.run(SaveSite(id=site_id, values=SiteFields(code=wanted, name=wanted)))
    made = counter.unit.get(Site, site_id)
    if made is None:
        raise ImportProblem(f"There is no site yet. {effect.message}")
    return made
