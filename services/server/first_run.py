"""What an empty database begins with: one administrator, who can let everybody else in."""

from __future__ import annotations

import msgspec

from services.domain.identifiers import derive
from services.domain.permissions import Role
from services.server.auth import store_password
from services.server.authority import SYSTEM
from services.server.clock import new_id
from services.server.committer import Committer
from services.server.passwords import Passwords
from services.server.transaction import Transaction
from services.storage.row import ORG
from services.storage.tables import Event, User

ADMINISTRATOR = "admin"
NO_PASSWORD = (
    "There is nobody who could sign in yet. Start the server with HOLDFAST_ADMIN_PASSWORD set to give the "
    f"administrator ({ADMINISTRATOR}) a password."
)


def set_up(committer: Committer, passwords: Passwords, admin_password: str) -> str:
    """Make the first administrator where there is nobody yet. Answers what the person who starts it should know, or "".

    Raises ValueError for a password that is too short.
    """

    if not has_nobody(committer):
        return ""
    if not admin_password:
        return NO_PASSWORD
    hashed = passwords.hash(admin_password)

    def make(transaction: Transaction) -> str:
        if not _nobody_yet(transaction):
            return ""
        add_user(
            transaction, new_id(), ADMINISTRATOR, "Administrator", (Role.ADMINISTRATOR,), password_hash=hashed
        )
        return f"The administrator ({ADMINISTRATOR}) can sign in with the password that was set."

    return committer.run((ORG,), make)


def has_nobody(committer: Committer) -> bool:
    """Whether nobody has been added yet."""
    return committer.run((ORG,), _nobody_yet)


def _nobody_yet(transaction: Transaction) -> bool:
    return bool(transaction.connection.exec_driver_sql('SELECT COUNT(*) FROM "user"').scalar_one() == 0)


def add_user(
    transaction: Transaction,
    user_id: str,
    username: str,
    name: str,
    roles: tuple[Role, ...],
    *,
    password_hash: str = "",
) -> User:
    """Add a person by the server itself, with an event that says so."""
    user = transaction.unit.put(
        User(user_id, username, name, email="", roles=",".join(sorted(roles)), badge="")
    )
    if password_hash:
        store_password(transaction, user_id, password_hash)
    transaction.unit.put(
        Event(
            id=derive(user_id, "event", "added"),
            site_id="",
            kind="user.saved",
            subject="user",
            subject_id=user_id,
            text=f"{name} ({username}) added by the server",
            payload=msgspec.json.encode({"roles": user.roles}).decode(),
            command_id="",
            actor_id=SYSTEM,
            terminal_id="",
            at=transaction.received_at,
            received_at=transaction.received_at,
        )
    )
    return user
