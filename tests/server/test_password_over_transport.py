"""An administrator sets somebody's password from a desk, over the desk's own transport."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from services.sync.errors import ProtocolError, Refused
from services.sync.transport import HttpTransport
from tests.helpers.running_server import ADMIN_PASSWORD, RunningServer
from tests.server.warehouse import PASSWORD


@pytest.fixture
def transport(sqlite_server: RunningServer) -> Iterator[HttpTransport]:
    with contextlib.closing(HttpTransport(sqlite_server.base_url)) as made:
        yield made


def test_the_new_password_signs_in_and_the_old_one_no_longer_does(transport: HttpTransport) -> None:
    clerk = transport.login("clerk", PASSWORD).user["id"]
    token = transport.login("admin", ADMIN_PASSWORD).access_token
    transport.set_password(token, clerk, "quite another one")
    assert transport.login("clerk", "quite another one").user["id"] == clerk
    with pytest.raises(Refused):
        transport.login("clerk", PASSWORD)


def test_a_password_that_may_not_be_used_is_refused_in_words(transport: HttpTransport) -> None:
    clerk = transport.login("clerk", PASSWORD).user["id"]
    token = transport.login("admin", ADMIN_PASSWORD).access_token
    with pytest.raises(ProtocolError, match="at least 8 characters"):
        transport.set_password(token, clerk, "x")


def test_who_does_not_manage_people_sets_nobodys_password(transport: HttpTransport) -> None:
    admin = transport.login("admin", ADMIN_PASSWORD).user["id"]
    token = transport.login("clerk", PASSWORD).access_token
    with pytest.raises(Refused):
        transport.set_password(token, admin, "quite another one")
