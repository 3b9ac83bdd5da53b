"""Random work at three desks, over cables that lose, repeat and cut, with restarts: everything settles, once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from desktop_app.demo.digests import differences, digest_all
from local_db import Desk
from services import commands as c
from services.domain.refusals import CODES, RuleViolation
from services.server import authority, feed
from services.server.push import Push
from services.sync.errors import Offline
from tests.helpers.lab import Lab
from tests.helpers.worker import Worker

STEPS = 70
SEEDS = range(12)
PLANTED_SEEDS = range(8)


def play(lab: Lab, steps: int = STEPS) -> None:
    """Work, cut, mend, sync and restart at random; then heal, and hold everything to the promise."""
    chance = lab.chance
    for _step in range(steps):
        n = chance.randrange(len(lab.desks))
        match chance.choices(
            ("work", "sync", "cut", "mend", "desk restarts", "server restarts"), (60, 25, 4, 6, 4, 1)
        )[0]:
            case "work":
                Worker(lab.desks[n], chance).work()
            case "sync":
                lab.sync(n)
            case "cut":
                lab.cables[n].is_cut = True
            case "mend":
                lab.cables[n].is_cut = False
            case "desk restarts":
                lab.restart_desk(n)
            case "server restarts":
                lab.server.restart()
    made = [_commands_of(desk) for desk in lab.desks]
    lab.heal()
    hold_to_the_promise(lab, made)


def hold_to_the_promise(lab: Lab, made: list[dict[str, str]]) -> None:
    """Every invariant of the protocol that can be seen once all is settled."""
    log = {
        row[0]: row[1:] for row in lab.server.rows("SELECT command_id, name, status, code FROM command_log")
    }
    for commands in made:
        assert commands.keys() <= log.keys(), "every durable command has an outcome"
    count = len(lab.server.rows("SELECT id FROM command_log"))
    assert count == len(log), "and no command has two"
    for command_id, (name, status, code) in log.items():
        assert status in ("applied", "adjusted", "rejected"), f"{name} {command_id} is {status}"
        if status == "rejected":
            assert code in CODES, f"{name} was refused by no rule: {code}"
            assert c.COMMANDS[name].spec.kind != "fact" or code == "not_found", f"fact {name} refused: {code}"
    assert lab.server.problems() == []
    now = time.time_ns() // 1_000_000
    truth = digest_all(lab.server.rows, now)
    for desk in lab.desks:
        assert [str(each) for each in differences(truth, digest_all(desk.read.tuples, now))] == []
        for table in truth:
            left = desk.read.value(f'SELECT count(*) FROM "before_{table}"')
            assert left == 0, f"nothing is pending, but {table} has {left} before-images"


def _commands_of(desk: Desk) -> dict[str, str]:
    return dict(desk.read.tuples("SELECT id, name FROM outbox.command"))


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_on_the_way_everything_settles_once(tmp_path: Path, seed: int) -> None:
    lab = Lab(tmp_path, seed)
    try:
        play(lab)
    finally:
        lab.close()


def test_an_error_of_the_server_refuses_nobodys_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(tmp_path, 99)
    _fail_sometimes(lab, monkeypatch)
    try:
        play(lab)
    finally:
        lab.close()


def _fail_sometimes(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first try of every seventh command fail as a bug or a full disk would."""
    run, seen = authority.run, set()

    def flaky(transaction: Any, command: Any, origin: Any) -> Any:
        known = origin.command_id in seen
        seen.add(origin.command_id)
        if not known and len(seen) % 7 == 0:
            raise RuntimeError("something broke in the server")
        return run(transaction, command, origin)

    monkeypatch.setattr(authority, "run", flaky)


# Planted faults: each must be seen by the same test within a few seeds.


def _seen_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plant: Any) -> int | None:
    for seed in PLANTED_SEEDS:
        lab = Lab(tmp_path / str(seed), seed)
        with monkeypatch.context() as patch:
            plant(lab, patch)
            try:
                play(lab)
            except AssertionError:
                return seed
            finally:
                lab.close()
    return None


def test_a_sequence_for_a_cursor_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sequence hands out versions before commit: a row may come in below a cursor that was already given out."""

    def plant(lab: Lab, patch: pytest.MonkeyPatch) -> None:
        count_up, calls = feed._count_up, [0]

        def early(connection: Any, scope: str, mark: str) -> Any:
            version = count_up(connection, scope, mark)
            calls[0] += 1
            return (version[0] - 1, *version[1:]) if calls[0] % 5 == 0 else version

        patch.setattr(feed, "_count_up", early)

    assert _seen_within(tmp_path, monkeypatch, plant) is not None


def test_last_n_outside_of_the_transaction_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the commit of the effects and that of last_n: the command comes again and runs again."""

    def plant(lab: Lab, patch: pytest.MonkeyPatch) -> None:
        take, calls = Push.take, [0]

        def crash_between(self: Push, request: Any) -> Any:
            before = lab.server.rows(
                f"SELECT last_n, last_hash FROM client WHERE id = '{request.client_id}'"
            )[0]
            answer = take(self, request)
            calls[0] += 1
            if calls[0] % 6 or answer.problem:
                return answer

            def undo(transaction: Any) -> None:
                transaction.sql(
                    "UPDATE client SET last_n = ?, last_hash = ? WHERE id = ?", (*before, request.client_id)
                )
                transaction.sql(
                    "DELETE FROM command_log WHERE client_id = ? AND n > ?", (request.client_id, before[0])
                )

            lab.server.parts.committer.run((), undo)
            raise Offline("The server crashed.")

        patch.setattr(Push, "take", crash_between)

    assert _seen_within(tmp_path, monkeypatch, plant) is not None


def test_a_rejection_on_any_error_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking every failure for a refusal throws away work that only had bad luck."""

    def plant(lab: Lab, patch: pytest.MonkeyPatch) -> None:
        _fail_sometimes(lab, patch)
        flaky = authority.run

        def reject(transaction: Any, command: Any, origin: Any) -> Any:
            try:
                return flaky(transaction, command, origin)
            except Exception as error:
                return authority.rejection(RuleViolation("internal", str(error)))

        patch.setattr(authority, "run", reject)

    assert _seen_within(tmp_path, monkeypatch, plant) is not None
