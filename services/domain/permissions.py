"""Who may do what: roles and the permissions they carry, as data.

Roles limit commands and screens; they never limit which rows a terminal holds.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Role(StrEnum):
    """What a person (or a service that acts like one) is. One may have several."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    DISPATCHER = "dispatcher"
    PICKER = "picker"
    CLERK = "clerk"
    VIEWER = "viewer"
    DRIVER = "driver"
    SERVICE = "service"


PERMISSIONS: Final[Mapping[str, str]] = {
    "view": "See orders, stock, tasks, vehicles and reports",
    "order.place": "Place orders and confirm drafts",
    "order.change": "Change, extend, retry and close orders",
    "order.hold": "Put orders on hold and take them off",
    "order.cancel": "Cancel orders",
    "order.release": "Release orders to the pickers",
    "order.pack": "Pack and unpack orders",
    "pick.confirm": "Claim, confirm, short and undo picks",
    "pick.assign": "Give pick tasks to somebody else",
    "stock.receive": "Book receipts and returns into bins",
    "stock.move": "Move stock, put it away and replenish",
    "stock.adjust": "Adjust stock with a reason",
    "stock.hold": "Put stock on hold and release it",
    "stock.count": "Ask for counts and count bins",
    "stock.count.approve": "Approve or dismiss counts",
    "shipment.load": "Load and unload shipments",
    "shipment.return": "Send shipments back",
    "fleet.plan": "Open and cancel routes",
    "fleet.assign": "Put shipments on routes",
    "fleet.edit": "Edit vehicles and drivers",
    "fleet.state": "Report what a vehicle is able to do",
    "fleet.position": "Report where a vehicle is",
    "route.drive": "Depart, arrive, deliver and finish routes",
    "customer.edit": "Edit customers",
    "masterdata.edit": "Edit products, barcodes, locations and sites",
    "alert.acknowledge": "Acknowledge and resolve alerts",
    "outbox.decide": "Decide about refused work of other people",
    "lease.return": "Give back what is set aside for their desk",
    "lease.revoke": "Take set-aside stock back before its time",
    "import.run": "Import files",
    "export.run": "Export files",
    "job.retry": "Retry parked jobs",
    "user.manage": "Edit people and their roles",
    "terminal.manage": "Enrol, rename and bar terminals, and say where they work",
    "settings.edit": "Change settings",
    "backup.run": "Back up and restore",
}
"""Every permission, with what it lets a person do."""

_PICKER: Final = frozenset(
    {
        "view",
        "lease.return",
        "pick.confirm",
        "order.pack",
        "shipment.load",
        "stock.receive",
        "stock.move",
        "stock.count",
        "stock.hold",
    }
)
_DRIVER: Final = frozenset(
    {
        "view",
        "lease.return",
        "route.drive",
        "shipment.load",
        "shipment.return",
        "fleet.state",
        "fleet.position",
    }
)
_CLERK: Final = frozenset(
    {
        "view",
        "lease.return",
        "order.place",
        "order.change",
        "order.hold",
        "order.cancel",
        "customer.edit",
        "export.run",
    }
)
_DISPATCHER: Final = (
    _CLERK
    | _DRIVER
    | frozenset(
        {"order.release", "order.pack", "fleet.plan", "fleet.assign", "fleet.edit", "alert.acknowledge"}
    )
)
_SUPERVISOR: Final = (
    _DISPATCHER
    | _PICKER
    | frozenset(
        {
            "pick.assign",
            "stock.adjust",
            "stock.count.approve",
            "masterdata.edit",
            "outbox.decide",
            "lease.revoke",
            "import.run",
            "job.retry",
        }
    )
)

GRANTS: Final[Mapping[Role, frozenset[str]]] = {
    Role.ADMINISTRATOR: frozenset(PERMISSIONS),
    Role.SUPERVISOR: _SUPERVISOR,
    Role.DISPATCHER: _DISPATCHER,
    Role.PICKER: _PICKER,
    Role.CLERK: _CLERK,
    Role.VIEWER: frozenset({"view", "lease.return", "export.run"}),
    Role.DRIVER: _DRIVER,
    # Web shops, planners and trackers act through the same commands as people, but never decide or
    # administer.
    Role.SERVICE: frozenset(
        {
            "view",
            "lease.return",
            "order.place",
            "order.change",
            "order.cancel",
            "stock.receive",
            "fleet.assign",
            "fleet.plan",
        }
        | {"fleet.position", "fleet.state", "customer.edit", "import.run", "export.run"}
    ),
}

TERMINAL_ACTOR: Final = "terminal"
"""Who gives a command that a terminal gives by itself, with nobody at it. It stands for the terminal that sends it."""

TERMINAL_GRANT: Final = frozenset({"lease.return"})
"""All that a terminal may do by itself."""


@lru_cache(maxsize=1024)
def roles_of(text: str) -> frozenset[Role]:
    """The roles in a text such as `picker,driver`. Names that are no role carry nothing and are left out: an
    older version of the program must not fail on a role that a newer one has added.
    """
    names = (name.strip() for name in text.split(","))
    return frozenset(Role(name) for name in names if name in Role.__members__.values())


def permissions_of(roles: str | Iterable[str]) -> frozenset[str]:
    """All that the roles together permit. Roles come as names, or as one text joined by commas."""
    return _permissions_of(roles if isinstance(roles, str) else ",".join(roles))


@lru_cache(maxsize=1024)
def _permissions_of(text: str) -> frozenset[str]:
    return frozenset().union(*(GRANTS[role] for role in roles_of(text)))


def allowed(roles: str | Iterable[str], permission: str) -> bool:
    """Whether one of the roles carries the permission. Raises LookupError for a permission that does not
    exist, so that a misspelt one is noticed instead of being refused to everybody.
    """
    if permission not in PERMISSIONS:
        raise LookupError(f"no such permission: {permission!r}")
    return permission in permissions_of(roles)
