"""What must hold: at a terminal at any moment, and everywhere once the network has healed and work has stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_db import before_images
from local_db.cache import Cache
from local_db.provisional import Provisional
from local_db.replay import Replay
from services import commands as c
from services.commands.codec import encode_args
from services.domain.refusals import CODES
from services.server import feed
from services.storage.stock_rule import stock_problems
from services.storage.tables import TABLES
from tests.simulator import oracle
from tests.simulator.authority import LOOK
from tests.simulator.promises import Witness, broken_promises, oversold
from tests.simulator.rows import Rows, all_rows, base_rows, by_scope, differences, kept

if TYPE_CHECKING:
    from tests.simulator.terminal import Terminal
    from tests.simulator.world import World


_FACTS_REFUSED = frozenset({"not_found", "site_lost", "site_never_held"})
"""Why a fact may be refused: what it is about is nowhere, or its terminal had no business there (see oracle.py)."""


class Violation(BaseException):
    """Something that must hold does not. It may come to light in the middle of a round, where nobody shall catch it."""


def demand(sentence: str, problems: list[str] | bool) -> None:
    """Raise Violation with the sentence that is broken, unless there are no problems (or it is True)."""
    if isinstance(problems, bool):
        problems = [] if problems else [""]
    if problems:
        raise Violation("\n  ".join([f"Broken: {sentence}", *filter(None, problems)]))


# At any moment


def check_round(terminal: Terminal) -> None:
    """After a round, whatever became of it."""
    demand("sync meets no fault of its own", terminal.world.overheard)


def check_terminal(terminal: Terminal) -> None:
    """The cache is the server's rows at its cursors, with what is pending replayed over them."""
    terminal.desk.read.value("SELECT 1")  # brings the rows up to the outbox, as every read does
    store, world = terminal.store, terminal.world
    cache = store.cache
    if store.lags:
        return  # a disk that is full: nothing more can be said until there is room
    # One that has not heard yet that the server was restored has rows of a time that did not happen.
    cursors = cache.cursors(world.server.epoch)
    if cursors:
        expected = kept(terminal.mirror.at(cursors), world.clock.now_ms())
        found = base_rows(cache.connection)
        demand(
            f"{_name(terminal)}: without what is pending, the rows are the server's",
            differences(expected, found),
        )
    _check_replay(terminal)
    if not store.pending:
        demand(
            f"{_name(terminal)}: shadow tables are empty when nothing is pending", _shadows(cache.connection)
        )


def _check_replay(terminal: Terminal) -> None:
    """Whatever way the rows came about, taking all back and replaying all gives the same."""
    store = terminal.store
    connection = store.cache.connection
    shown, at_risk = all_rows(connection), _at_risk(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("DELETE FROM made")
        before_images.rewind(connection)
        cache = Cache(connection)
        Replay(cache, store.outbox, Provisional(cache)).after(store.settled_n, store.terminal_id())
        again, at_risk_again = all_rows(connection), _at_risk(connection)
    finally:
        connection.execute("ROLLBACK")
    name = _name(terminal)
    demand(f"{name}: the rows shown are those of a full replay", differences(again, shown))
    demand(f"{name}: what is at risk is what a full replay finds", at_risk == at_risk_again)
    failed = [f"command {n}" for n, code in at_risk if code == "failed_here"]
    demand(f"{name}: no handler fails", failed)


# Once all is settled


def check_settled(world: World) -> None:
    """Everything that the protocol promises."""
    server = world.server.connection()
    truth = all_rows(server.driver_connection)
    taken = [
        oracle.Taken(*row)
        for row in server.exec_driver_sql(
            "SELECT client_id, n, command_id, name, status, code, received_at FROM command_log ORDER BY rowid"
        )
    ]
    _check_outcomes(world, [record for record in taken if record.name != LOOK])
    for terminal in world.terminals:
        _check_outbox(terminal, taken)
        _check_copies(terminal)
    check_books(world)
    unsteady = {i for terminal in world.terminals if terminal.clock_was_set for i in terminal.durable}
    witness = Witness(promise for terminal in world.terminals for promise in terminal.promises)
    expected, problems, late = oracle.replay(
        world.setting.oracle, taken, world.given, world.server.looks, unsteady, witness
    )
    world.happened += late
    demand("what is certain offline is never cut short", broken_promises(world, taken, witness))
    demand("no more is promised for certain than was set aside", oversold(world, taken, witness))
    demand("the authority answers as the same commands one after the other would", problems)
    demand(
        "the server's rows are those of the same commands one after the other", differences(expected, truth)
    )
    demand(
        "the union of the feed is the tables", [f"{t}: {n}" for t, n in feed.union_differs(server).items()]
    )
    shown = by_scope(kept(truth, world.clock.now_ms()))
    for terminal in world.terminals:
        _check_equal(terminal, shown, world)


def check_books(world: World) -> None:
    """What is there, promised and set aside adds up at the server; also what each commit did to it."""
    demand("stock adds up", stock_problems(world.server.connection()))
    demand("what is set aside is taken from what is free, and given back to it", world.leases.problems)


def _check_outcomes(world: World, taken: list[oracle.Taken]) -> None:
    """Every durable command has exactly one outcome, and each terminal's order holds."""
    given = world.given
    # Whoever enrolled again sends again what had no outcome yet, and is told that of before (see oracle.py).
    ids = [record.command_id for record in taken if record.client_id in world.setting.clients]
    demand("no command has two outcomes", len(set(ids)) == len(ids))
    ids = [record.command_id for record in taken]
    missing = [f"{given[i].name} {i} of command {given[i].n}" for i in given.keys() - set(ids)]
    demand("every durable command has an outcome", sorted(missing))
    demand("nobody gave other commands", sorted(set(ids) - given.keys()))
    for client_id in {record.client_id for record in taken}:
        numbers = [record.n for record in taken if record.client_id == client_id]
        demand("a terminal's commands are taken in its order", numbers == list(range(1, len(numbers) + 1)))
    for record in taken:
        kind = c.COMMANDS[record.name].spec.kind
        what = f"{record.name} {record.command_id}: {record.status} {record.code}"
        poisoned = record.command_id in world.server.troubles.poisoned or record.code == "depends_on_parked"
        if record.status == "rejected":
            demand("only a rule refuses", [] if record.code in CODES else [what])
            demand(
                "a fact is never refused",
                [what] if kind is c.Kind.FACT and record.code not in _FACTS_REFUSED else [],
            )
        demand(
            "only what the server keeps failing on is parked",
            [what] if record.status == "parked" and not poisoned else [],
        )


def _check_outbox(terminal: Terminal, taken: list[oracle.Taken]) -> None:
    """The terminal has kept every command that was given there, and knows of each what the server knows."""
    name = _name(terminal)
    outbox = terminal.store.outbox
    client_id = outbox.client_id
    durable = terminal.durable
    lost = [f"{type(command).__name__} {i}" for i, command in terminal.given.items() if i not in durable]
    demand(f"{name}: what was given is never lost", lost)
    changed = [i for i, command in terminal.given.items() if durable[i].args != encode_args(command)]
    demand(f"{name}: a command's bytes never change", changed)
    theirs = [(r.n, r.command_id, r.status, r.code) for r in taken if r.client_id == client_id]
    mine = outbox.connection.execute(
        "SELECT c.n, c.id, o.status, o.code FROM command AS c LEFT JOIN outcome AS o ON o.n = c.n ORDER BY c.n"
    ).fetchall()
    demand(
        f"{name}: every outcome is here, and is the server's",
        [str(d) for d in sorted(set(mine) ^ set(theirs), key=str)],
    )
    seen = outbox.connection.execute("SELECT command_id FROM attention").fetchall()
    wanted = {command_id for _, command_id, status, _ in theirs if status != "applied"}
    unseen = sorted(wanted - {command_id for (command_id,) in seen})
    demand(f"{name}: whatever was not simply applied waits for a person", unseen)


def _check_copies(terminal: Terminal) -> None:
    """Of two copies of a file with which somebody has worked, one has noticed it; and neither has lost anything."""
    read = terminal.store.outbox.connection.execute
    here = {i for (i,) in read("SELECT id FROM command UNION SELECT id FROM retired_command").fetchall()}
    demand(f"{_name(terminal)}: what was durable stays", sorted(terminal.durable.keys() - here))
    twin = terminal.twin
    if twin is not None and terminal.client_id == twin.client_id:
        apart = sorted(terminal.durable.keys() ^ twin.durable.keys())
        demand(f"{_name(terminal)}: a copy of a file is noticed as soon as both are worked with", apart)


def _check_equal(terminal: Terminal, shown: dict[str, Rows], world: World) -> None:
    """The terminal shows what the server has, and nothing of its own is left."""
    name = _name(terminal)
    store = terminal.store
    cache = store.cache.connection
    demand(f"{name}: the queue is empty", store.pending == 0)
    scopes = world.server.scopes_of(terminal.client_id)
    truth = {key: row for scope in scopes for key, row in shown.get(scope, {}).items()}
    demand(f"{name}: it is where the server is", world.is_level(terminal))
    demand(f"{name}: it knows where it works", set(terminal.desk.scopes) == scopes)
    demand(f"{name}: it shows what the server has", differences(truth, all_rows(cache)))
    demand(f"{name}: shadow tables are empty when nothing is pending", _shadows(cache))
    for table in ("made", "at_risk", "staged"):
        left = cache.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        demand(f"{name}: nothing is left in {table}", left == 0)


def _shadows(cache: Any) -> list[str]:
    return [
        cls.table.name
        for cls in TABLES
        if cache.execute(f'SELECT 1 FROM "shadow_{cls.table.name}" LIMIT 1').fetchone() is not None
    ]


def _at_risk(cache: Any) -> list[tuple[int, str]]:
    return cache.execute("SELECT n, code FROM at_risk ORDER BY n").fetchall()


def _name(terminal: Terminal) -> str:
    return f"Terminal {terminal.number}"
