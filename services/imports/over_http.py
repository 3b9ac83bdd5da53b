"""Imports over HTTP: the files are read here, their rows are sent to the server in parts and applied there."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Final

import httpx
import msgspec

from services.imports.counter import Group
from services.imports.outcomes import RowOutcome
from services.imports.problems import ImportProblem
from services.sample.history.orders import HistoryOrder

_SECONDS: Final = 60.0
_TRIES: Final = 5
_PAUSE_SECONDS: Final = 2.0
_BUSY: Final = frozenset({429, 502, 503, 504})
_MOST_BYTES: Final = 700_000
"""Of one request: well under what a server takes by default."""


class ServerBooks:
    """A server's books, for a person who signs in. Every part may be sent again: nothing is taken twice."""

    def __init__(
        self,
        url: str,
        *,
        site_code: str = "",
        dry_run: bool = False,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = httpx.Client(base_url=url.rstrip("/"), timeout=_SECONDS)
        self._url = url
        self._query = {"site": site_code, "dry_run": "true" if dry_run else "false"}
        self._wait = wait
        self._credentials = ("", "")

    def __enter__(self) -> ServerBooks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def sign_in(self, username: str, password: str) -> None:
        """Sign in. Raises ImportProblem where the server cannot be reached or does not know the person."""
        self._credentials = (username, password)
        body = msgspec.json.encode({"username": username, "password": password})
        answer = self._post("/api/auth/login", body, {}, again=False)
        self._http.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def apply(self, kind: str, groups: Sequence[Group]) -> list[RowOutcome]:
        """Send rows; an outcome for each."""
        body = msgspec.json.encode({"rows": [row for group in groups for row in group]})
        if len(body) > _MOST_BYTES and len(groups) > 1:
            half = len(groups) // 2
            return self.apply(kind, groups[:half]) + self.apply(kind, groups[half:])
        answer = self._post(f"/api/import/{kind}", body, {**self._query, "as": "open"})
        return msgspec.convert(answer["outcomes"], list[RowOutcome])

    def remember(self, documents: Sequence[HistoryOrder]) -> set[str]:
        """Send past orders. Answers the numbers that were new."""
        body = msgspec.json.encode({"documents": documents})
        if len(body) > _MOST_BYTES and len(documents) > 1:
            half = len(documents) // 2
            return self.remember(documents[:half]) | self.remember(documents[half:])
        return set(self._post("/api/import/orders", body, {**self._query, "as": "history"})["new"])

    def _post(self, path: str, body: bytes, query: dict[str, str], *, again: bool = True) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        for tries in range(1, _TRIES + 1):
            try:
                response = self._http.post(path, content=body, params=query, headers=headers)
            except httpx.TransportError as problem:
                if tries == _TRIES or not again:
                    raise ImportProblem(
                        f"The server at {self._url} cannot be reached ({problem}). What was reported as taken is "
                        "taken. Run the import again when the link is back: nothing is taken twice."
                    ) from problem
            else:
                if response.status_code == 401 and again:
                    # The access token is short-lived, and a large file is not.
                    self.sign_in(*self._credentials)
                elif response.status_code not in _BUSY or tries == _TRIES:
                    return _answer(response)
            self._wait(_PAUSE_SECONDS * (tries - 1))
        raise ImportProblem(
            f"The server at {self._url} does not take this sign-in any more. Run the import again."
        )


def _answer(response: httpx.Response) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        body = {}
    if response.is_success and isinstance(body, dict):
        return body
    said = body.get("error") if isinstance(body, dict) else ""
    raise ImportProblem(
        f"The server said no: {said or f'HTTP status {response.status_code}'} "
        "What was reported as taken before is taken, nothing else."
    )
