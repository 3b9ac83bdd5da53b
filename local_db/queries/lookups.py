"""Single business rows by id, and the short lists that fill choices."""

from __future__ import annotations

from typing import TypeVar

from local_db.reader import Reader
from services.storage.row import Row, columns_of
from services.storage.tables import Site, User

R = TypeVar("R", bound=Row)


def get(reader: Reader, cls: type[R], row_id: str) -> R | None:
    """A business row by its class and id, or None."""
    return reader.one(f'SELECT {_columns(cls)} FROM "{cls.table.name}" WHERE id = ?', (row_id,), cls)


def is_provisional(reader: Reader, cls: type[Row], row_id: str) -> bool:
    """Whether a row was changed here by something that the server has not confirmed."""
    return reader.value(f'SELECT 1 FROM "before_{cls.table.name}" WHERE id = ?', (row_id,)) is not None


def sites(reader: Reader) -> list[Site]:
    """The sites that are in use, by code."""
    return reader.rows(f"SELECT {_columns(Site)} FROM site WHERE active = 1 ORDER BY code", (), Site)


def user_by_username(reader: Reader, username: str) -> User | None:
    """The person who signs in under this name, or None."""
    return reader.one(f"SELECT {_columns(User)} FROM user WHERE username = ?", (username,), User)


def setting(reader: Reader, key: str, default: str = "") -> str:
    """One of the organisation's settings."""
    value = reader.value("SELECT value FROM setting WHERE id = ?", (key,))
    return default if value is None else str(value)


def _columns(cls: type[Row]) -> str:
    return ", ".join(f'"{name}"' for name in columns_of(cls))
