"""Who acts, and at which desk. Secrets are not here: they never leave the server."""

from __future__ import annotations

from typing import ClassVar

from services.storage.row import Row, TableSpec


class User(Row, frozen=True):
    """A person (or a service) that acts. ``roles`` are names of services.domain.permissions, joined by commas."""

    username: str
    name: str
    email: str
    roles: str
    badge: str
    active: bool = True

    table: ClassVar = TableSpec("user", indexes=(("username",), ("badge",)), unique=(("username",),))


class Terminal(Row, frozen=True):
    """An enrolled desk. ``code`` starts the numbers of the orders placed at it."""

    code: str
    name: str
    home_site_id: str
    enrolled_at: int
    active: bool = True

    table: ClassVar = TableSpec("terminal", unique=(("code",),))


class TerminalSite(Row, frozen=True):
    """A terminal worked at a site from ``since`` until ``until`` (ms UTC, the server's clock; None: it still does).

    ``reason``: why it was given the site or, once it works there no more, why it was taken. Rows of the past stay: they
    tell which work a terminal may still bring from a site that it has lost. The site is not named ``site_id``, for these
    rows belong to the organisation.
    """

    terminal_id: str
    held_site_id: str
    since: int
    until: int | None = None
    reason: str = ""

    table: ClassVar = TableSpec("terminal_site", indexes=(("terminal_id",),))


class Setting(Row, frozen=True):
    """A setting of the whole organisation, such as how long a person may sign in without the server."""

    value: str

    table: ClassVar = TableSpec("setting")
