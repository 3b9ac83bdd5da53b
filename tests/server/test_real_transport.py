"""The terminal's own transport and live link against the real server: both halves read the protocol alike."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from backports import zstd

from services.commands import ReceiveStock
from services.commands.codec import encode_args
from services.protocol.messages import (
    NO_PATCHES,
    SCHEMA,
    EnrollRequest,
    EnrollResponse,
    PullRequest,
    PushedCommand,
    PushRequest,
)
from services.server.clock import new_id, now_ms
from services.sync.errors import Refused
from services.sync.live import LiveLink
from services.sync.port import DeviceCredential
from services.sync.replica import Identity
from services.sync.transport import HttpTransport
from tests.helpers.running_server import ADMIN_PASSWORD, RunningServer
from tests.server.warehouse import SITE, bin_id


@pytest.fixture
def transport(server: RunningServer) -> Iterator[HttpTransport]:
    made = HttpTransport(server.base_url)
    yield made
    made.close()


def enrolled(transport: HttpTransport) -> EnrollResponse:
    tokens = transport.login("admin", ADMIN_PASSWORD)
    identity = transport.enroll(tokens.access_token, EnrollRequest("Desk", SITE))
    transport.present(DeviceCredential(identity.client_id, identity.credential))
    return identity


def receipt(identity: EnrollResponse) -> PushRequest:
    args = encode_args(
        ReceiveStock(site_id=SITE, product_id="prod-1", location_id=bin_id(SITE, 1), quantity=1)
    )
    command = PushedCommand(1, new_id(), "user-picker", "ReceiveStock", 1, args, b"", now_ms())
    return PushRequest(identity.client_id, identity.epoch, SCHEMA, (command,))


def test_a_terminal_signs_in_enrols_pushes_pulls_and_fetches_its_image(
    transport: HttpTransport, tmp_path: Path
) -> None:
    assert transport.health()
    identity = enrolled(transport)
    assert transport.push(receipt(identity)).last_n == 1
    seen: list[tuple[int, int | None]] = []
    image = tmp_path / "image.db"
    info = transport.snapshot([], image, lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == info.compressed_bytes
    plain = tmp_path / "plain.db"
    plain.write_bytes(zstd.decompress(image.read_bytes()))
    connection = sqlcipher.connect(str(plain))
    (products,) = connection.execute("SELECT COUNT(*) FROM product").fetchone()
    connection.close()
    assert products == 5
    page = transport.pull(PullRequest(identity.client_id, identity.epoch, SCHEMA, info.cursors))
    assert (page.last_n, page.patches, page.reset) == (1, NO_PATCHES, [])
    part = transport.snapshot(["org"], tmp_path / "org.db", lambda _done, _total: None)
    assert part.cursors.keys() == {"org"}
    assert (
        transport.re_enroll(DeviceCredential(identity.client_id, identity.credential)).scopes
        == identity.scopes
    )


def test_who_is_not_let_in_is_told_so_and_not_that_the_link_is_down(transport: HttpTransport) -> None:
    with pytest.raises(Refused) as wrong:
        transport.login("admin", "wrong")
    assert (wrong.value.status, wrong.value.code) == (401, "wrong_credentials")
    transport.present(DeviceCredential("nobody", "nothing"))
    with pytest.raises(Refused) as unknown:
        transport.pull(PullRequest("nobody", "", SCHEMA, {}))
    assert unknown.value.code == "device_unknown"


def test_the_live_link_hears_of_a_commit(server: RunningServer, transport: HttpTransport) -> None:
    hello = enrolled(transport)
    identity = Identity(
        client_id=hello.client_id,
        credential=hello.credential,
        terminal_code=hello.terminal_code,
        epoch=hello.epoch,
    )
    hints: queue.Queue[tuple[str, int]] = queue.Queue()
    link = LiveLink(
        server.base_url, lambda: identity, on_hint=lambda scope, version: hints.put((scope, version))
    )
    link.start()
    try:
        first = dict([hints.get(timeout=20), hints.get(timeout=20)])
        transport.push(receipt(hello))
        scope, version = hints.get(timeout=20)
        assert version == first[scope] + 1
    finally:
        assert link.stop()
