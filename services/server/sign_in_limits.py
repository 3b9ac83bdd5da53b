"""Slows down whoever tries passwords: so many failures per name and per address in a while, then a pause."""

from __future__ import annotations

import threading
from collections import deque

from services.server.clock import Clock

_MOST_KEYS = 20_000


class TooManyTries(Exception):
    """Wait ``seconds`` before the next try."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many tries, wait {seconds} s")
        self.seconds = seconds


class SignInLimits:
    """Counts failures in memory. A success clears the name."""

    def __init__(self, clock: Clock, *, per_name: int, per_address: int, window_seconds: int) -> None:
        self._clock = clock
        self._per_name = per_name
        self._per_address = per_address
        self._window_ms = window_seconds * 1000
        self._failures: dict[tuple[str, str], deque[int]] = {}
        self._lock = threading.Lock()

    def check(self, name: str, address: str) -> None:
        """Raises TooManyTries where this name or address has failed too often of late."""
        with self._lock:
            self._check(name, address)

    def failed(self, name: str, address: str) -> None:
        """Somebody gave a wrong password. Raises TooManyTries where others did meanwhile, which must not be told."""
        with self._lock:
            self._check(name, address)
            for key, _most in self._keys(name, address):
                self._failures.setdefault(key, deque()).append(self._clock())
            if len(self._failures) > _MOST_KEYS:
                self._forget_old()

    def _check(self, name: str, address: str) -> None:
        for key, most in self._keys(name, address):
            failures = self._recent(key)
            if len(failures) >= most:
                left = failures[0] + self._window_ms - self._clock()
                raise TooManyTries(max(1, -(-left // 1000)))

    def succeeded(self, name: str) -> None:
        """The person behind this name is in."""
        with self._lock:
            self._failures.pop(("name", name.casefold()), None)

    def _keys(self, name: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
        return (("name", name.casefold()), self._per_name), (("address", address), self._per_address)

    def _recent(self, key: tuple[str, str]) -> deque[int]:
        failures = self._failures.get(key, deque())
        while failures and failures[0] + self._window_ms <= self._clock():
            failures.popleft()
        return failures

    def _forget_old(self) -> None:
        for key in list(self._failures):
            if not self._recent(key):
                del self._failures[key]
