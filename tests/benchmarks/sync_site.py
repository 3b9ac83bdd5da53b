"""A server with a big site and a desk with pending work at it, made once and copied for every round of a benchmark."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from local_db import Desk
from services.commands import Command, ConfirmPick, ReceiveStock
from services.protocol.messages import EnrollResponse
from services.server import feed
from services.server.clock import now_ms
from services.server.parts import build
from services.server.settings import Settings
from services.storage.statements import statements
from tests.benchmarks import big_site
from tests.helpers.running_server import server_process

PASSPHRASE = "benchmark"
# Of five commands, so many of each: orders of five lines, confirmed picks, stock facts.
_MIX = ("order", "pick", "order", "pick", "stock")


class Prepared(msgspec.Struct, frozen=True):
    """What lies ready: the server's settings, and the folder of a desk with this many pending commands."""

    settings: Settings
    profile: Path
    commands: int
    identities: list[EnrollResponse]


def prepare(settings: Settings, folder: Path, commands: int, *, terminals: int = 1) -> Prepared:
    """Fill a server's database with the big site, and let its first desk sync once and then work without a link."""
    identities = _fill(settings, terminals)
    profile = folder / "profile"
    with server_process(settings) as server, opened(profile, server.base_url, identities[0]) as desk:
        desk.sync(timeout=120)
    if commands:
        with opened(profile, None) as desk:
            work(desk, commands)
    return Prepared(settings, profile, commands, identities)


def work(desk: Desk, commands: int, *, seed: int = 3) -> None:
    """So many commands of the usual mix, given at a desk."""
    for command in mixed(desk, seed=seed):
        if commands <= 0:
            return
        desk.do(command)
        commands -= 1


def mixed(desk: Desk, *, seed: int) -> Iterator[Command]:
    """Commands of the usual mix without an end; each has to be given before the next is asked for."""
    chance = random.Random(seed)
    size = big_site.Size()
    picks: list[tuple[str, str, str, str, str, str, int]] = []
    while True:
        for kind in _MIX:
            if kind == "order":
                order = big_site.order(desk, chance, size)
                yield order
                picks += desk.read.tuples(
                    "SELECT id, order_id, line_id, product_id, location_id, lot, quantity FROM pick_task "
                    "WHERE order_id = ? LIMIT 1",
                    (order.order_id,),
                )
            elif kind == "pick" and picks:
                yield _pick(*picks.pop(0))
            else:
                yield _receipt(chance, size)


def _pick(task: str, order: str, line: str, product: str, location: str, lot: str, quantity: int) -> Command:
    return ConfirmPick(
        site_id=big_site.SITE,
        task_id=task,
        order_id=order,
        line_id=line,
        product_id=product,
        location_id=location,
        lot=lot,
        quantity=quantity,
    )


def _receipt(chance: random.Random, size: big_site.Size) -> ReceiveStock:
    product = chance.randrange(size.products)
    return ReceiveStock(
        site_id=big_site.SITE,
        product_id=big_site.product_id(product),
        location_id=big_site.bin_id(product * 5 % size.bins),
        quantity=chance.randrange(1, 50),
    )


@contextmanager
def opened(folder: Path, server_url: str | None, identity: EnrollResponse | None = None) -> Iterator[Desk]:
    """A desk with encrypted files, and a person acting."""
    with Desk.open(folder, server_url=server_url, credentials=identity, passphrase=PASSPHRASE) as desk:
        yield desk.as_user(big_site.ACTOR)


def copied(source: Path, target: Path) -> Path:
    """A folder of its own for one round."""
    return Path(shutil.copytree(source, target))


def _fill(settings: Settings, terminals: int) -> list[EnrollResponse]:
    parts = build(settings, now_ms)
    parts.committer.start()
    try:
        with parts.database.writing() as connection:
            dialect = "sqlite" if parts.database.is_sqlite else "postgresql"
            for rows in big_site.rows(big_site.Size()):
                sql = statements(type(rows[0]), dialect)
                connection.exec_driver_sql(sql.upsert, [sql.dump(row) for row in rows])
            feed.adopt_all(connection)
        return [
            parts.clients.enroll(f"Desk {n}", big_site.SITE, actor_id=big_site.ACTOR)
            for n in range(terminals)
        ]
    finally:
        parts.close()
