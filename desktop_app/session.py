"""Who is signed in and where, as the window and the panels ask it."""

from __future__ import annotations

from typing import NamedTuple

from services.domain.permissions import permissions_of, roles_of
from services.storage.tables import Site, User


class DeskSession(NamedTuple):
    """One person at one site."""

    user: User
    site: Site

    @property
    def person(self) -> str:
        """The person's name."""
        return self.user.name

    @property
    def role(self) -> str:
        """The person's roles in words."""
        return ", ".join(sorted(role.value.capitalize() for role in roles_of(self.user.roles)))

    @property
    def site_name(self) -> str:
        """The site's name."""
        return self.site.name

    @property
    def currency(self) -> str:
        """The site's currency, as `GBP`."""
        return self.site.currency

    @property
    def time_zone(self) -> str:
        """The site's zone, as `Europe/London`."""
        return self.site.timezone

    @property
    def site_id(self) -> str:
        """The site's id, which commands name."""
        return self.site.id

    @property
    def user_id(self) -> str:
        """The person's id."""
        return self.user.id

    def can(self, permission: str) -> bool:
        """Whether the person holds a permission; everybody holds the empty one."""
        return not permission or permission in permissions_of(self.user.roles)
