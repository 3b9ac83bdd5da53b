"""Passwords: hashed with Argon2id in threads of their own, few at a time, for each takes much memory on purpose."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_LONGEST = 1024


class Passwords:
    """Hashes and checks. Both block the caller, and wait while others are at it."""

    def __init__(self, *, memory_kib: int, passes: int, lanes: int, workers: int, least_length: int) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="holdfast-passwords")
        self.least_length = least_length
        # Checked where no such person exists, so that the time of the answer does not tell.
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str, *, of_any_length: bool = False) -> str:
        """The hash to store, in PHC form. Raises ValueError for a password that is too short or too long.

        ``of_any_length``: for one that is in use already, whatever the least length is now.
        """
        if not of_any_length and not self.least_length <= len(password) <= _LONGEST:
            raise ValueError(f"a password has at least {self.least_length} characters")
        return self._pool.submit(self._hasher.hash, password).result()

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether this is the password behind a stored hash (None: there is none, which takes as long)."""
        if len(password) > _LONGEST:
            return False
        matches = self._pool.submit(self._matches, stored or self._nobody, password).result()
        return matches and stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Whether the settings have changed since this hash was made."""
        return self._hasher.check_needs_rehash(stored)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()
