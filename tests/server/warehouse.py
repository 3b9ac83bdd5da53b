"""A small warehouse in a server's database, and the commands that keep it busy."""

from __future__ import annotations

from services.commands import Command, ReceiveStock
from services.domain.identifiers import derive
from services.domain.permissions import Role
from services.server.authority import Origin, run
from services.server.first_run import add_user
from services.server.parts import Parts
from services.server.transaction import Transaction
from services.storage.tables import Barcode, Customer, Driver, Location, Product, Route, Site, Vehicle
from tests.helpers.warehouse_names import CUSTOMER, OTHER_SITE, SITE, bin_id, order, product_id

__all__ = [
    "CUSTOMER",
    "OTHER_SITE",
    "PASSWORD",
    "PICKER",
    "SITE",
    "bin_id",
    "fill",
    "must",
    "order",
    "product_id",
    "seed_site",
]

PICKER = "user-picker"
PASSWORD = "long enough password"


def fill(parts: Parts, *, products: int = 5, stock: int = 100, sites: tuple[str, ...] = (SITE,)) -> None:
    """Sites with bins, products, stock, a van on an open route, and a person for every role (id `user-<role>`)."""
    hashed = parts.passwords.hash(PASSWORD)

    def seed(transaction: Transaction) -> None:
        put = transaction.unit.put
        for role in Role:
            add_user(transaction, f"user-{role}", role.value, role.title(), (role,), password_hash=hashed)
        put(
            Customer(
                CUSTOMER,
                "C1",
                "Corner Shop",
                "shop@example.com",
                "",
                "1 High St",
                "Derby",
                "DE1",
                "GB",
                52.9,
                -1.5,
            )
        )
        for number in range(1, products + 1):
            put(
                Product(
                    product_id(number), f"SKU{number}", f"Product {number}", "", "ea", "", 100 * number, "GBP", 250, 500,
                    5, 20,
                )
            )  # fmt: skip
            put(Barcode(f"bar-{number}", f"CODE{number}", product_id(number), 1))
        put(Barcode("bar-pack", "PACK1", product_id(1), 12))
        for site in sites:
            seed_site(transaction, site)

    parts.committer.run(("org", *(f"site:{site}" for site in sites)), seed)
    for site in sites:
        receipts: list[Command] = [
            ReceiveStock(site_id=site, product_id=product_id(n), location_id=bin_id(site, n), quantity=stock)
            for n in range(1, products + 1)
            if stock
        ]
        parts.committer.run(
            (f"site:{site}",),
            lambda transaction, receipts=receipts: [
                must(transaction, command, f"seed {position}") for position, command in enumerate(receipts)
            ],
        )


def seed_site(transaction: Transaction, site: str) -> None:
    put = transaction.unit.put
    now = transaction.received_at
    put(Site(site, site.upper(), f"Warehouse {site}", "Europe/London", "GBP", 52.63, -1.13, "fifo"))
    for place in range(1, 11):
        put(
            Location(
                bin_id(site, place),
                site,
                f"A-{place:02d}-01-1",
                "A",
                "01",
                "01",
                "1",
                "pick",
                place * 1.2,
                3.0,
                place,
            )
        )
    for place, (code, kind) in enumerate((("REC-1", "receiving"), ("STG-1", "staging"), ("DOCK-1", "dock"))):
        put(Location(f"{site}-{code}", site, code, code[0], "", "", "", kind, 0.0, 0.0, 100 + place))
    put(Driver(f"{site}-driver", site, f"D-{site}", "Dee Driver", "", ""))
    for number in (1, 2):
        put(
            Vehicle(
                f"{site}-van-{number}", site, f"VAN-{site}-{number}", "AB12 CDE", "van", 1_000_000_000, 1_000_000_000,
                "idle", "idle", "utilized", 52.63, -1.13, 0.0, 0.0, now, f"{site}-driver",
            )
        )  # fmt: skip
    put(
        Route(
            f"{site}-route", site, "R1", "2026-05-28", f"{site}-van-1", f"{site}-driver", "open", now,
            now + 8 * 3_600_000, None, None, 0, 0, 0,
        )
    )  # fmt: skip


def must(transaction: Transaction, command: Command, name: str, actor: str = "user-administrator") -> None:
    """Run a command that is to be taken."""
    origin = Origin(
        command_id=derive("test", name, repr(command)),
        actor_id=actor,
        terminal_id="",
        issued_at=transaction.received_at,
    )
    effect = run(transaction, command, origin)
    assert effect.status != "rejected", effect.message
