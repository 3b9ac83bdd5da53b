"""How long to wait before the next try: full jitter, the server's Retry-After honoured, never giving up.

Full jitter (a wait drawn evenly between nothing and the cap) spreads best those who lost the same server at the same
moment: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

from __future__ import annotations

import random

from msgspec import Struct

from services.sync.errors import Busy, NotEnrolled, Refused, SyncError, UpgradeRequired


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """Waits in seconds. The first ``fast_tries`` waits grow from ``base_s``; then a slow probe goes on for ever.

    ``slow_cap_s`` stays well under the 30 s in which a healed network must be noticed. ``barred_cap_s`` is for answers
    that time alone rarely changes: a revoked terminal, a program too old. ``longest_retry_after_s`` bounds what a
    server may ask for.
    """

    base_s: float = 0.5
    factor: float = 2.0
    fast_tries: int = 4
    slow_cap_s: float = 15.0
    barred_cap_s: float = 60.0
    longest_retry_after_s: float = 300.0


class Backoff:
    """Counts failures in a row and says how long to wait after each."""

    def __init__(self, policy: RetryPolicy, chance: random.Random) -> None:
        self._policy = policy
        self._chance = chance
        self.failures = 0

    def succeeded(self) -> None:
        """The next failure counts as the first."""
        self.failures = 0

    def wait_after(self, error: SyncError) -> float:
        """Count a failure; seconds to wait before the next try."""
        self.failures += 1
        if isinstance(error, Busy) and error.retry_after_s is not None:
            asked = min(error.retry_after_s, self._policy.longest_retry_after_s)
            # The server spreads those it sends away by itself; what is added must not undo it.
            return asked + self._chance.uniform(0.0, min(self._cap(), max(asked, self._policy.base_s)))
        if isinstance(error, (Refused, UpgradeRequired, NotEnrolled)):
            return self._chance.uniform(0.0, self._policy.barred_cap_s)
        return self._chance.uniform(0.0, self._cap())

    @property
    def fast_tries_over(self) -> bool:
        """Whether it has failed so often that people are told, and only the slow probe goes on."""
        return self.failures > self._policy.fast_tries

    def _cap(self) -> float:
        if self.fast_tries_over:
            return self._policy.slow_cap_s
        return min(self._policy.slow_cap_s, self._policy.base_s * self._policy.factor ** (self.failures - 1))
