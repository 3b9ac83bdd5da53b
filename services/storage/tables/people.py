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


class Setting(Row, frozen=True):
    """A setting of the whole organisation, such as how long a person may sign in without the server."""

    value: str

    table: ClassVar = TableSpec("setting")
