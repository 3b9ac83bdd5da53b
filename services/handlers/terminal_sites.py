"""Whether a terminal may bring work of a site: it must have worked there when the work was done."""

from __future__ import annotations

from datetime import UTC, datetime

from services.commands.allotments import ReturnAllotment
from services.commands.command import Command
from services.domain.refusals import refuse
from services.storage.tables import Site, TerminalSite
from services.storage.unit_of_work import UnitOfWork


def held_sites(unit: UnitOfWork, terminal_id: str) -> list[str]:
    """The ids of the sites that a terminal works at now, that which it has had longest first."""
    held = [row for row in unit.find(TerminalSite, terminal_id=terminal_id) if row.until is None]
    return [row.held_site_id for row in sorted(held, key=lambda row: (row.since, row.id))]


def check_site(
    unit: UnitOfWork, terminal_id: str, command: Command, given_at: int, *, may_not_know: bool = False
) -> None:
    """Refuse a command of a site where the terminal did not work when it was given (ms UTC, by the server's clock).

    ``may_not_know``: nothing is refused where no site of the terminal is known. Raises RuleViolation
    ``site_never_held`` or ``site_lost``.
    """
    site_id = getattr(command, "site_id", "")
    if not site_id:
        return
    known = unit.find(TerminalSite, terminal_id=terminal_id)
    if may_not_know and not known:
        return
    if isinstance(command, ReturnAllotment):
        # What is set aside is given back because the site is lost, and so after it.
        given_at = 0
    rows = [row for row in known if row.held_site_id == site_id]
    if any(row.until is None or given_at <= row.until for row in rows):
        return
    site = unit.get(Site, site_id)
    words = {"site": site.name if site is not None else f"site {site_id}"}
    details = [{"terminal_id": terminal_id, "held_site_id": site_id}]
    until = max((row.until for row in rows if row.until is not None), default=None)
    if until is None:
        refuse("site_never_held", details=details, **words)
    when = datetime.fromtimestamp(until / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    refuse("site_lost", details=[{**details[0], "until": until}], until=when, **words)
