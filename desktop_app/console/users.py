"""`holdfast user`: the people who may sign in, for an administrator at the server's database."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from desktop_app.console.arguments import fail, parser
from desktop_app.console.passwords import NoPassword, ask_password
from desktop_app.console.server_database import (
    DatabaseTrouble,
    add_database_option,
    database_settings,
    opened,
    sqlite_file_missing,
)

if TYPE_CHECKING:
    from services.commands import Command
    from services.server.offline import OpenDatabase
    from services.server.transaction import Transaction
    from services.storage.tables import User


class Refused(Exception):
    """A rule said no; the message is for the person."""


def main(arguments: Sequence[str]) -> int:
    """List people, add one, or change one."""
    chosen = _parser().parse_args(list(arguments))
    try:
        settings = database_settings(chosen.database_url)
        if sqlite_file_missing(settings):
            return fail(
                f"There is no database {settings.resolved_database_url()}. Nothing was changed. Check --database-url, "
                "or start the server once: it makes its database."
            )
        with opened(settings) as database:
            people = _DEEDS[chosen.deed](database, chosen)
    except OSError as problem:
        return fail(f"{problem}. Nothing was changed. Check the path, its rights and the room on the disk.")
    except (DatabaseTrouble, NoPassword, Refused) as problem:
        return fail(str(problem))
    if chosen.json:
        import msgspec

        print(msgspec.json.encode([_shown(user) for user in people]).decode())
        return 0
    width = max((len(user.username) for user in people), default=0)
    for user in people:
        state = "" if user.active else "  (may not sign in)"
        print(f"{user.username:<{width}}  {user.name}  [{user.roles or 'no role'}]{state}")
    return 0


def _parser() -> argparse.ArgumentParser:
    from services.domain.permissions import Role

    roles = ", ".join(Role)
    words = parser(
        "user", "The people who may sign in. Passwords come from HOLDFAST_PASSWORD or are asked for."
    )
    deeds = words.add_subparsers(
        dest="deed", required=True, metavar="list|add|set-password|set-roles|deactivate"
    )

    def deed(name: str, help_text: str) -> argparse.ArgumentParser:
        made = deeds.add_parser(name, help=help_text, description=help_text)
        add_database_option(made)
        made.add_argument("--json", action="store_true", help="print the people concerned as JSON")
        return made

    deed("list", "List everybody.")
    add = deed("add", "Add a person, with a password.")
    add.add_argument("username", help="what they sign in with")
    add.add_argument("--name", default="", help="what they are called")
    add.add_argument("--email", default="", help="their e-mail address")
    add.add_argument("--roles", default="viewer", help=f"joined by commas, of: {roles}")
    password = deed("set-password", "Give a person a new password. Their sign-ins end.")
    password.add_argument("username")
    change = deed("set-roles", "Set what a person may do.")
    change.add_argument("username")
    change.add_argument("roles", help=f"joined by commas, of: {roles}")
    deed("deactivate", "Let a person sign in no more. What they did stays theirs.").add_argument("username")
    return words


def _list(database: OpenDatabase, chosen: argparse.Namespace) -> list[User]:
    from services.storage.statements import statements
    from services.storage.tables import User

    with database.database.reading() as connection:
        columns = ", ".join(f'"{name}"' for name in User.__struct_fields__)
        load = statements(User, connection.dialect.name).load
        rows = connection.exec_driver_sql(f'SELECT {columns} FROM "user" ORDER BY username').fetchall()
        return [load(tuple(row)) for row in rows]


def _add(database: OpenDatabase, chosen: argparse.Namespace) -> list[User]:
    from services.commands import SaveUser, UserFields
    from services.server.auth import store_password
    from services.server.clock import new_id

    hashed = _hashed(database, f"Password for {chosen.username}")
    user_id = new_id()
    values = UserFields(
        username=chosen.username, name=chosen.name or chosen.username, email=chosen.email, roles=chosen.roles
    )

    def work(transaction: Transaction) -> None:
        _must(transaction, SaveUser(user_id=user_id, values=values))
        store_password(transaction, user_id, hashed)

    return [_commit(database, work, user_id)]


def _set_password(database: OpenDatabase, chosen: argparse.Namespace) -> list[User]:
    from services.server.auth import store_password

    user = _find(database, chosen.username)
    hashed = _hashed(database, f"New password for {user.username}")

    def work(transaction: Transaction) -> None:
        store_password(transaction, user.id, hashed)
        _end_sessions(transaction, user.id)

    return [_commit(database, work, user.id)]


def _set_roles(database: OpenDatabase, chosen: argparse.Namespace) -> list[User]:
    from services.commands import SaveUser, UserFields

    user = _find(database, chosen.username)
    command = SaveUser(
        user_id=user.id, expected=UserFields(roles=user.roles), values=UserFields(roles=chosen.roles)
    )
    return [_commit(database, lambda transaction: _must(transaction, command), user.id)]


def _deactivate(database: OpenDatabase, chosen: argparse.Namespace) -> list[User]:
    from services.commands import SaveUser, UserFields

    user = _find(database, chosen.username)

    def work(transaction: Transaction) -> None:
        _must(transaction, SaveUser(user_id=user.id, values=UserFields(active=False)))
        _end_sessions(transaction, user.id)

    return [_commit(database, work, user.id)]


_DEEDS = {
    "list": _list,
    "add": _add,
    "set-password": _set_password,
    "set-roles": _set_roles,
    "deactivate": _deactivate,
}


def _hashed(database: OpenDatabase, prompt: str) -> str:
    password = ask_password(prompt, twice=True)
    with database.passwords() as passwords:
        try:
            return passwords.hash(password)
        except ValueError as problem:
            raise Refused(f"This password cannot be used: {problem}. Nothing was changed.") from problem


def _find(database: OpenDatabase, username: str) -> User:
    from services.storage.tables import User
    from services.storage.unit_of_work import UnitOfWork

    with database.database.reading() as connection:
        found = UnitOfWork(connection).find(User, username=username)
    if not found:
        raise Refused(
            f"There is nobody called {username}. Nothing was changed. `holdfast user list` shows everybody."
        )
    return found[0]


def _must(transaction: Transaction, command: Command) -> None:
    from services.commands.codec import checked
    from services.domain.refusals import RuleViolation
    from services.server.importing import ImportCounter

    try:
        effect = ImportCounter(transaction).run(checked(command)[0])
    except RuleViolation as problem:
        raise Refused(problem.message) from problem
    if effect.status == "rejected":
        raise Refused(effect.message)


def _end_sessions(transaction: Transaction, user_id: str) -> None:
    from msgspec.structs import replace

    from services.server.server_tables import Session

    for session in transaction.unit.find(Session, user_id=user_id):
        if session.revoked_at is None:
            transaction.unit.put(replace(session, revoked_at=transaction.received_at))


def _commit(database: OpenDatabase, work: Any, user_id: str) -> User:
    from services.storage.tables import User

    def in_transaction(transaction: Transaction) -> User:
        work(transaction)
        user = transaction.unit.get(User, user_id)
        assert user is not None
        return user

    return database.committer.run(("org",), in_transaction)


def _shown(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "roles": sorted(filter(None, user.roles.split(","))),
        "active": user.active,
    }
