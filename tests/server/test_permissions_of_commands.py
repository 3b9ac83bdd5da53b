"""Who may do what: every command by every role, as the authority decides it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from services.commands import COMMANDS, Command
from services.domain.permissions import Role, allowed
from services.handlers import dispatch
from services.handlers.work import Work
from services.server.authority import Origin, run
from services.server.clock import new_id, now_ms
from services.server.parts import Parts, build
from services.server.transaction import Transaction
from services.storage.tables import User
from tests.helpers.running_server import server_settings
from tests.server.warehouse import fill


@pytest.fixture(scope="module")
def shared_parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """One server for all: what is asked here changes nothing."""
    folder: Path = tmp_path_factory.mktemp("permissions")
    made = build(server_settings(folder), now_ms)
    made.committer.start()
    fill(made, stock=0)
    yield made
    made.close()


def sample(kind: inspect.Type) -> Any:
    """The simplest value of a type."""
    match kind:
        case inspect.Metadata():
            return sample(kind.type)
        case inspect.StrType():
            return "x" * (kind.min_length or 0)
        case inspect.IntType() | inspect.FloatType():
            return max(kind.ge or 0, 1)
        case inspect.BoolType():
            return True
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.VarTupleType() | inspect.ListType():
            return [sample(kind.item_type)] * (kind.min_length or 0)
        case inspect.UnionType():
            return sample(kind.types[0])
        case inspect.StructType():
            return {field.encode_name: sample(field.type) for field in kind.fields if field.required}
    raise NotImplementedError(kind)


def decided(parts: Parts, command: type[Command], actor_id: str) -> tuple[str, str]:
    """Status and code of the simplest command of this kind, were it run for this person."""

    def work(transaction: Transaction) -> tuple[str, str]:
        origin = Origin(command_id=new_id(), actor_id=actor_id, terminal_id="", issued_at=0)
        effect = run(transaction, msgspec.convert(sample(inspect.type_info(command)), command), origin)
        return effect.status, effect.code

    return parts.committer.run(("org",), work)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_is_run_for_those_roles_only_that_carry_its_permission(
    shared_parts: Parts, monkeypatch: pytest.MonkeyPatch, name: str, role: Role
) -> None:
    command = COMMANDS[name]
    reached: list[str] = []

    def handler(_work: Work, _command: Command) -> None:
        reached.append(name)

    monkeypatch.setitem(dispatch.HANDLERS, command, handler)
    may = allowed([role.value], command.spec.permission)
    expected = ("applied", "") if may else ("rejected", "not_permitted")
    assert decided(shared_parts, command, f"user-{role}") == expected
    assert reached == ([name] if may else [])


def test_a_stranger_and_a_barred_person_may_do_nothing(shared_parts: Parts) -> None:
    def add_barred(transaction: Transaction) -> None:
        transaction.unit.put(User("user-barred", "barred", "Barred", "", "administrator", "", active=False))

    shared_parts.committer.run(("org",), add_barred)
    for actor in ("nobody", "user-barred", ""):
        assert decided(shared_parts, COMMANDS["SaveSetting"], actor) == ("rejected", "actor_inactive")
