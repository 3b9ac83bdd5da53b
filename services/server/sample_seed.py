"""Fills an empty server with the sample warehouse: generated, or built from a company's own past orders."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from services.domain.identifiers import derive
from services.domain.permissions import Role
from services.sample.history.mapping import ColumnMapping
from services.sample.open_orders import instant
from services.sample.seeding import Seeder, site_id_of
from services.sample.warehouse import SampleWarehouse, Say, from_history, generated
from services.server.first_run import add_user
from services.server.parts import Parts
from services.server.transaction import Transaction
from services.storage.row import ORG

_log = logging.getLogger(__name__)

DEMO_PASSWORD: Final = "holdfast"
"""What everybody's password is in the demo where HOLDFAST_ADMIN_PASSWORD says nothing else."""

PEOPLE: Final[tuple[tuple[str, str, tuple[Role, ...]], ...]] = (
    ("grace", "Grace Okoro", (Role.SUPERVISOR,)),
    ("tom", "Tom Hale", (Role.CLERK,)),
    ("ana", "Ana Silva", (Role.PICKER,)),
    ("jo", "Jo Marsh", (Role.PICKER,)),
    ("piotr", "Piotr Nowak", (Role.PICKER,)),
    ("dev", "Dev Patel", (Role.DISPATCHER,)),
    ("kim", "Kim Lund", (Role.DRIVER,)),
)
"""Who works at the sample warehouse: user name, name and roles."""


def seed_sample(
    parts: Parts,
    *,
    scale: str = "small",
    seed: int = 1,
    files: Sequence[Path] = (),
    mapping: ColumnMapping | None = None,
    say: Say | None = None,
) -> bool:
    """Seed the sample where there is no site yet; answers whether it did.

    With ``files`` the warehouse is built from these past orders. Raises HistoryError and MappingError for files that
    cannot be used; then nothing has been written.
    """
    tell = say or _to_log()
    if not parts.committer.run((ORG,), _is_empty):
        return False
    now = datetime.now(UTC)
    warehouse = from_history(files, mapping, seed, now, tell) if files else generated(seed, scale, now, tell)
    _write(parts, warehouse, instant(now), tell)
    tell("The warehouse is ready", 1.0)
    return True


def _is_empty(transaction: Transaction) -> bool:
    return bool(transaction.connection.exec_driver_sql("SELECT COUNT(*) FROM site").scalar_one() == 0)


def _write(parts: Parts, warehouse: SampleWarehouse, now: int, say: Say) -> None:
    scopes = (ORG, f"site:{site_id_of(warehouse)}")
    password = parts.settings.admin_password.get_secret_value() or DEMO_PASSWORD
    hashed = parts.passwords.hash(password)

    def people(transaction: Transaction) -> None:
        for username, name, roles in PEOPLE:
            add_user(transaction, derive("user", username), username, name, roles, password_hash=hashed)

    def part(step: Callable[[Seeder], object]) -> None:
        # Each part is a commit of its own: a server with a large history stays responsive, and memory stays small.
        parts.committer.submit(
            scopes, lambda transaction: step(Seeder(transaction.unit, warehouse, now, say))
        ).result()

    parts.committer.submit(scopes, people).result()
    part(lambda seeder: seeder.masters())
    part(lambda seeder: seeder.stock())
    part(lambda seeder: seeder.orders())
    part(lambda seeder: seeder.morning())
    part(lambda seeder: seeder.todays_orders())
    if warehouse.history:
        part(lambda seeder: list(seeder.history()))


def _to_log() -> Say:
    last = [""]

    def say(what: str, done: float) -> None:
        if what != last[0]:
            last[0] = what
            _log.info("%3.0f %%  %s", done * 100, what)

    return say
