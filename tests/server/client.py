"""People and terminals that speak to a running server over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import msgspec

from services.protocol.messages import EnrollRequest, EnrollResponse, encode
from tests.helpers.running_server import ADMIN_PASSWORD, RunningServer, ServerProcess
from tests.server.warehouse import PASSWORD, SITE

M = TypeVar("M")


@contextmanager
def signed_in(server: RunningServer | ServerProcess, username: str = "admin") -> Iterator[httpx.Client]:
    """A client with a person's access token."""
    password = ADMIN_PASSWORD if username == "admin" else PASSWORD
    with httpx.Client(base_url=server.base_url, timeout=60) as client:
        answer = client.post("/api/auth/login", json={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def enroll(client: httpx.Client, name: str = "Desk", site: str = SITE) -> EnrollResponse:
    """A new terminal on the administrator's word."""
    answer = client.post("/sync/enroll", content=encode(EnrollRequest(name, site)))
    assert answer.status_code == 200, answer.text
    return msgspec.msgpack.decode(answer.content, type=EnrollResponse)


def device(enrolled: EnrollResponse) -> dict[str, str]:
    """The header by which a terminal shows itself."""
    return {"Authorization": f"Device {enrolled.client_id}:{enrolled.credential}"}


def send(client: httpx.Client, path: str, message: Any, kind: type[M], enrolled: EnrollResponse) -> M:
    """A MessagePack request of a terminal and its answer."""
    answer = client.post(path, content=encode(message), headers=device(enrolled))
    assert answer.status_code == 200, answer.text
    return msgspec.msgpack.decode(answer.content, type=kind)
