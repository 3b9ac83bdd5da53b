"""Terminals over HTTP: enrolment, push, pull and the snapshot with its ranges; and who is turned away."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import msgspec
import pytest
import sqlcipher3.dbapi2 as sqlcipher
from backports import zstd

from services.commands import ReceiveStock, SaveTerminal
from services.commands.codec import chain_hash, encode_args
from services.protocol.messages import (
    NO_PATCHES,
    SCHEMA,
    EnrollRequest,
    EnrollResponse,
    PullRequest,
    PullResponse,
    PushedCommand,
    PushRequest,
    PushResponse,
    encode,
)
from services.server.clock import new_id, now_ms
from services.storage.tables import TABLES, Terminal
from services.storage.unit_of_work import UnitOfWork
from tests.helpers.running_server import RunningServer, running_server, server_settings
from tests.server.client import device, enroll, send, signed_in
from tests.server.terminal import stored_rows
from tests.server.warehouse import SITE, bin_id, fill, must


def push_of(enrolled: EnrollResponse) -> PushRequest:
    args = encode_args(
        ReceiveStock(site_id=SITE, product_id="prod-1", location_id=bin_id(SITE, 1), quantity=4)
    )
    command = PushedCommand(1, new_id(), "user-picker", "ReceiveStock", 1, args, b"", now_ms())
    return PushRequest(enrolled.client_id, enrolled.epoch, SCHEMA, (command,))


def test_an_enrolled_terminal_pushes_and_pulls_with_its_own_credential(server: RunningServer) -> None:
    with signed_in(server) as client:
        enrolled = enroll(client)
        assert enrolled.scopes == ["org", f"site:{SITE}"]
        assert enrolled.epoch == server.parts.epoch
        pushed = send(client, "/sync/push", push_of(enrolled), PushResponse, enrolled)
        assert [outcome.status for outcome in pushed.outcomes] == ["applied"]
        wanted = PullRequest(enrolled.client_id, enrolled.epoch, SCHEMA, {})
        page = send(client, "/sync/pull", wanted, PullResponse, enrolled)
    assert page.last_n == 1
    with server.parts.database.reading() as connection:
        terminals = UnitOfWork(connection).find(Terminal, code=enrolled.terminal_code)
    assert [terminal.name for terminal in terminals] == ["Desk"]


def test_who_has_hung_up_while_waiting_in_line_is_not_served(tmp_path: Path) -> None:
    """The first pull takes the only room, the second hangs up behind it, and the third comes after that."""
    goes_on, served = threading.Event(), []
    with running_server(server_settings(tmp_path, sync_requests_at_once=1)) as server:
        fill(server.parts)
        page, address = server.parts.pull.page, httpx.URL(server.base_url)

        def slowly(request: PullRequest, scopes: list[str]) -> PullResponse:
            served.append(request.outcomes_ack)
            assert goes_on.wait(60)
            return page(request, scopes)

        server.parts.pull.page = slowly  # type: ignore[method-assign]
        with signed_in(server) as client, ThreadPoolExecutor(2) as pool:
            enrolled = enroll(client)
            pulls = [PullRequest(enrolled.client_id, enrolled.epoch, SCHEMA, {}, "", n) for n in range(3)]
            waiting = [pool.submit(send, client, "/sync/pull", pulls[0], PullResponse, enrolled)]
            _until(lambda: served == [0])
            with socket.create_connection((address.host, address.port)) as hasty:
                body = encode(pulls[1])
                head = f"POST /sync/pull HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
                hasty.sendall(
                    f"{head}Authorization: {device(enrolled)['Authorization']}\r\n\r\n".encode() + body
                )
                _until(lambda: server.parts.gate.here == 2)
            waiting.append(pool.submit(send, client, "/sync/pull", pulls[2], PullResponse, enrolled))
            _until(lambda: server.parts.gate.here == 3)
            goes_on.set()
            assert [each.result(60).problem for each in waiting] == ["", ""]
    assert served == [0, 2]


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_every_terminal_has_a_code_of_its_own(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        codes = [enroll(client, f"Desk {number}").terminal_code for number in range(4)]
    assert codes == ["T01", "T02", "T03", "T04"]


def test_only_an_administrator_enrols(sqlite_server: RunningServer) -> None:
    body = encode(EnrollRequest("Desk", SITE))
    assert httpx.post(f"{sqlite_server.base_url}/sync/enroll", content=body).status_code == 401
    with signed_in(sqlite_server, "supervisor") as client:
        answer = client.post("/sync/enroll", content=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_enrolment_at_no_site_and_a_message_that_is_none_are_refused(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        nowhere = client.post("/sync/enroll", content=encode(EnrollRequest("Desk", "nowhere")))
        assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
        nonsense = client.post("/sync/enroll", content=b"\xc1nonsense")
        assert (nonsense.status_code, nonsense.json()["code"]) == (422, "invalid_message")
        nameless = client.post("/sync/enroll", content=encode({"name": "", "site_id": SITE}))
        assert nameless.status_code == 422


def test_the_credential_is_not_stored(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        enrolled = enroll(client)
    with sqlite_server.parts.database.reading() as connection:
        (stored,) = connection.exec_driver_sql("SELECT credential_hash FROM client").one()
    assert enrolled.credential not in stored
    assert enrolled.credential not in repr(stored_rows(sqlite_server.parts))


@pytest.mark.parametrize("header", ["", "Device", "Device x", "Device x:y", "Bearer x", "Device :"])
def test_whoever_is_no_terminal_is_turned_away(sqlite_server: RunningServer, header: str) -> None:
    for path in ("/sync/push", "/sync/pull"):
        answer = httpx.post(f"{sqlite_server.base_url}{path}", headers={"Authorization": header})
        assert (answer.status_code, answer.json()["code"]) == (401, "device_unknown")
    answer = httpx.get(f"{sqlite_server.base_url}/sync/snapshot", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_terminal_cannot_speak_for_another(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        one, other = enroll(client), enroll(client)
        answer = client.post("/sync/push", content=encode(push_of(other)), headers=device(one))
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_client")


def test_a_barred_terminal_is_turned_away(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        enrolled = enroll(client)
        with sqlite_server.parts.database.reading() as connection:
            (terminal,) = UnitOfWork(connection).find(Terminal, code=enrolled.terminal_code)
        barred = SaveTerminal(terminal_id=terminal.id, name="Desk", active=False)
        sqlite_server.parts.committer.run(("org",), lambda transaction: must(transaction, barred, "bar"))
        answer = client.post("/sync/push", content=encode(push_of(enrolled)), headers=device(enrolled))
    assert (answer.status_code, answer.json()["code"]) == (403, "device_barred")


def test_a_copied_file_gets_a_new_identity_by_its_old_credential(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        enrolled = enroll(client)
        answer = client.post("/sync/enroll", headers=device(enrolled))
        again = msgspec.msgpack.decode(answer.content, type=EnrollResponse)
        assert again.client_id != enrolled.client_id
        assert again.scopes == enrolled.scopes
        for identity in (enrolled, again):
            assert send(client, "/sync/push", push_of(identity), PushResponse, identity).last_n == 1


def test_a_pull_that_cannot_be_continued_says_so(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        enrolled = enroll(client)
        wanted = PullRequest(enrolled.client_id, enrolled.epoch, SCHEMA, {}, resume="nonsense")
        answer = client.post("/sync/pull", content=encode(wanted), headers=device(enrolled))
    assert (answer.status_code, answer.json()["code"]) == (409, "pull_again")


def test_a_message_that_is_too_large_is_turned_away(tmp_path: Path) -> None:
    settings = server_settings(tmp_path, max_sync_bytes=2000, max_request_bytes=1024)
    with running_server(settings, on_start=fill) as server, signed_in(server) as client:
        enrolled = enroll(client)
        large = client.post("/sync/push", content=b"x" * 2001, headers=device(enrolled))
        assert (large.status_code, large.json()["code"]) == (413, "too_large")
        chunked = client.post("/sync/push", content=iter([b"x" * 1500] * 2), headers=device(enrolled))
        assert chunked.status_code == 413
        assert client.post("/api/orders", content=b"x" * 1025).status_code == 413


def test_a_snapshot_is_the_rows_of_the_scopes_at_the_cursors(server: RunningServer, tmp_path: Path) -> None:
    with signed_in(server) as client:
        enrolled = enroll(client)
        answer = client.get("/sync/snapshot", headers=device(enrolled))
        assert answer.status_code == 200
        cursors = json.loads(answer.headers["X-Holdfast-Cursors"])
        assert hashlib.sha256(answer.content).hexdigest() == answer.headers["X-Holdfast-SHA256"]
        assert int(answer.headers["Content-Length"]) == len(answer.content)
        wanted = PullRequest(enrolled.client_id, enrolled.epoch, SCHEMA, cursors)
        rest = send(client, "/sync/pull", wanted, PullResponse, enrolled)
    assert (rest.patches, rest.reset, rest.cursors) == (NO_PATCHES, [], cursors)
    image = tmp_path / "image.db"
    image.write_bytes(zstd.decompress(answer.content))
    connection = sqlcipher.connect(str(image))
    rows = {
        (cls.table.name, row[0]): list(row)
        for cls in TABLES
        for row in connection.execute(f'SELECT * FROM "{cls.table.name}"')
    }
    (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'product'").fetchone()
    connection.close()
    assert "PRIMARY KEY (id)" in sql
    assert rows == stored_rows(server.parts)


def test_a_snapshot_that_broke_off_goes_on_where_it_ended(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        headers = device(enroll(client))
        whole = client.get("/sync/snapshot", headers=headers)
        etag = whole.headers["ETag"]
        rest = client.get("/sync/snapshot", headers={**headers, "Range": "bytes=100-", "If-Range": etag})
        assert (rest.status_code, rest.content) == (206, whole.content[100:])
        assert rest.headers["X-Holdfast-SHA256"] == whole.headers["X-Holdfast-SHA256"]
        other = client.get(
            "/sync/snapshot", headers={**headers, "Range": "bytes=100-", "If-Range": '"other"'}
        )
        assert (other.status_code, other.content) == (200, whole.content)


def test_a_snapshot_is_shared_until_it_is_old_or_too_much_has_changed(tmp_path: Path) -> None:
    settings = server_settings(tmp_path, snapshot_changes=3)
    with running_server(settings, on_start=fill) as server, signed_in(server) as client:
        one, other = enroll(client), enroll(client)
        first = client.get("/sync/snapshot", headers=device(one)).headers["ETag"]
        assert client.get("/sync/snapshot", headers=device(other)).headers["ETag"] == first
        send(client, "/sync/push", push_of(one), PushResponse, one)
        assert client.get("/sync/snapshot", headers=device(other)).headers["ETag"] != first
        assert len(list((tmp_path / "snapshots").glob("*.zst"))) == 2


def test_a_snapshot_of_what_the_terminal_may_not_see_is_refused(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        headers = device(enroll(client))
        answer = client.get("/sync/snapshot", params={"scope": ["org", "site:other"]}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_not_granted")
        part = client.get("/sync/snapshot", params={"scope": "org"}, headers=headers)
        assert json.loads(part.headers["X-Holdfast-Cursors"]).keys() == {"org"}


def test_what_arrives_is_chained_as_it_was_made() -> None:
    """The first command hangs on nothing: both sides must agree on that."""
    assert chain_hash(b"", b"{}") == hashlib.sha256(b"{}").digest()
