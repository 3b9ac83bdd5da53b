"""Making a computer a terminal: an administrator signs in once, the server gives it an identity, the rows arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from services.protocol.messages import EnrollRequest

if TYPE_CHECKING:
    from local_db.desk import Desk
    from services.sync.status import Progress

Report = Callable[[int, str], None]
"""Called with how many of the four steps are done, and how the next one goes."""

_FIRST_SYNC_SECONDS = 600.0


_STEPS = 4


class SiteChoice(msgspec.Struct, frozen=True):
    """A site that the terminal may stand at."""

    id: str
    name: str


def how_far(share: float | None, progress: Progress | None) -> tuple[int, str]:
    """How many of the four steps are done, by the share that is, and how the next one goes, as "48 % of 12 MB".

    ``progress``: what sync says of the rows that are on their way, if they are.
    """
    done = round((share or 0.0) * _STEPS)
    if progress is None or progress.unit != "bytes" or not progress.total:
        return done, ""
    megabytes = max(1, round(progress.total / 1e6))
    return done, f"{progress.done * 100 // progress.total} % of {megabytes} MB"


class ChooseSite(Exception):
    """The server has several sites: one of these must be named."""

    def __init__(self, sites: list[SiteChoice]) -> None:
        super().__init__("Choose the site that this terminal stands at.")
        self.sites = sites


def enrol(desk: Desk, username: str, password: str, terminal_name: str, site_id: str, report: Report) -> None:
    """Enrol ``desk`` with the server that it was opened for, and fetch its rows.

    Raises ChooseSite where the server has several sites and none was named, and the errors of services.sync.errors.
    """
    transport = desk.transport
    report(0, "")
    tokens = transport.login(username, password)
    report(2, "")
    sites = [SiteChoice(str(site["id"]), str(site["name"])) for site in tokens.user.get("sites", ())]
    if not site_id:
        if len(sites) > 1:
            raise ChooseSite(sites)
        # A server that has no site yet makes its first.
        site_id = sites[0].id if sites else ""
    desk.enrolled(transport.enroll(tokens.access_token, EnrollRequest(name=terminal_name, site_id=site_id)))
    report(3, "")
    desk.sync(timeout=_FIRST_SYNC_SECONDS)
    report(4, "")
