"""Small facts in the outbox: who this terminal is, what it may see, its counter of orders, its secrets without a
keyring."""

from __future__ import annotations

import os

import msgspec

from local_db.files import Connection, transaction
from services.sync.replica import Identity


class Meta:
    """The outbox's table of small facts. All methods run under the owner's write lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.outbox_id = self.get("outbox_id")
        if not self.outbox_id:
            self.outbox_id = os.urandom(16).hex()
            self.set(outbox_id=self.outbox_id)

    def get(self, key: str) -> str:
        """The fact under ``key``, or an empty text."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else ""

    def set(self, **values: str) -> None:
        """Write facts in a transaction of their own."""
        with transaction(self._connection):
            self.put(**values)

    def put(self, **values: str) -> None:
        """Write facts within the caller's transaction."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", list(values.items())
        )

    def identity(self) -> Identity | None:
        """The terminal's identity without its credential, or None before it was enrolled."""
        client_id = self.get("client_id")
        if not client_id:
            return None
        return Identity(client_id=client_id, terminal_code=self.get("terminal_code"), epoch=self.get("epoch"))

    def put_identity(self, identity: Identity) -> None:
        """Write down who this terminal is, within the caller's transaction."""
        if identity.terminal_code != self.get("terminal_code"):
            self.put(numbers_taken="0")
        self.put(client_id=identity.client_id, terminal_code=identity.terminal_code, epoch=identity.epoch)

    @property
    def scopes(self) -> list[str]:
        """The scopes that this terminal was granted, ``org`` among them."""
        return msgspec.json.decode(self.get("scopes") or "[]", type=list[str])

    def put_scopes(self, scopes: list[str]) -> None:
        """Write down what this terminal may see, within the caller's transaction."""
        self.put(scopes=msgspec.json.encode(scopes).decode())

    def next_number(self) -> int:
        """The next of this terminal's own counter of orders: on the disk before anybody sees it, so never given twice.

        Each costs a write of its own: numbers taken in blocks would leave holes when the desk is killed.
        """
        number = int(self.get("numbers_taken") or 0) + 1
        self.set(numbers_taken=str(number))
        return number

    def secret(self, name: str) -> str:
        """The secret of this name, or an empty text."""
        row = self._connection.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def keep_secret(self, name: str, value: str) -> None:
        """Keep a secret; an empty one is removed."""
        if value:
            self._connection.execute(
                "INSERT OR REPLACE INTO secret (name, value) VALUES (?, ?)", (name, value)
            )
        else:
            self._connection.execute("DELETE FROM secret WHERE name = ?", (name,))
