"""The transport against a real HTTP server."""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path

import msgspec
import pytest
from backports import zstd

from services.protocol.messages import (
    CONTENT_TYPE,
    SCHEMA,
    EnrollRequest,
    EnrollResponse,
    PullRequest,
    PullResponse,
    PushedCommand,
    PushRequest,
    PushResponse,
    TablePatch,
    encode,
    pack,
)
from services.sync.address import BadAddress
from services.sync.errors import (
    Busy,
    DamagedSnapshot,
    NoSnapshot,
    NotEnrolled,
    Offline,
    ProtocolError,
    Refused,
    SyncError,
    TooLarge,
    Untrusted,
)
from services.sync.port import DeviceCredential, Transport
from services.sync.transport import Bounds, HttpTransport, Timeouts, _gathered
from tests.helpers.fake_clock import FakeClock
from tests.helpers.http_peer import Asked, HttpPeer, Reply, ranged, serving
from tests.helpers.required import program

CREDENTIAL = DeviceCredential("client-1", "a secret of forty letters or thereabouts")
AUTHORIZATION = f"Device {CREDENTIAL.client_id}:{CREDENTIAL.secret}"
PUSH = PushRequest(
    "client-1", "e1", SCHEMA, (PushedCommand(1, "id-1", "ann", "Change", 1, b'{"a":1}', b"", 5),), 0
)
PULL = PullRequest("client-1", "e1", SCHEMA, {"org": 3})
PUSHED = PushResponse(1, [], epoch="e1", server_time=9)
PULLED = PullResponse(
    pack([TablePatch("order", [["id-1", 5, None, 1.5]], ["id-2"])]), False, cursors={"org": 4}
)
HASTY = Timeouts(connect_s=2.0, read_s=0.2, write_s=2.0)

IMAGE = os.urandom(400_000) + bytes(400_000)
PACKED = zstd.compress(IMAGE)


def image_headers(packed: bytes = PACKED, etag: str = '"v7"') -> dict[str, str]:
    return {
        "content-type": "application/octet-stream",
        "etag": etag,
        "x-holdfast-cursors": '{"org": 7, "site:1": 9}',
        "x-holdfast-sha256": hashlib.sha256(packed).hexdigest(),
    }


@pytest.fixture(scope="module")
def running() -> Iterator[HttpPeer]:
    with serving(HttpPeer()) as peer:
        yield peer


@pytest.fixture
def peer(running: HttpPeer) -> Iterator[HttpPeer]:
    yield running
    running.forget()


@pytest.fixture
def made(peer: HttpPeer) -> Iterator[Callable[..., HttpTransport]]:
    """Make transports to the peer; they are closed after the test."""
    transports: list[HttpTransport] = []

    def make(url: str = "", **settings: object) -> HttpTransport:
        transport = HttpTransport(url or peer.url, CREDENTIAL, **settings)  # type: ignore[arg-type]
        transports.append(transport)
        return transport

    yield make
    for transport in transports:
        transport.close()


@pytest.fixture
def transport(made: Callable[..., HttpTransport]) -> HttpTransport:
    return made()


@pytest.fixture
def hasty(made: Callable[..., HttpTransport]) -> HttpTransport:
    return made(timeouts=HASTY)


class TestMessages:
    def test_push_and_pull_travel_as_messagepack_with_the_terminals_credential(
        self, peer: HttpPeer, transport: HttpTransport
    ) -> None:
        peer.on("POST", "/sync/push", Reply(encode(PUSHED)))
        peer.on("POST", "/sync/pull", Reply(encode(PULLED)))
        port: Transport = transport
        assert port.push(PUSH) == PUSHED
        assert port.pull(PULL) == PULLED
        assert msgspec.msgpack.decode(peer.asked[0].body, type=PushRequest) == PUSH
        assert msgspec.msgpack.decode(peer.asked[1].body, type=PullRequest) == PULL
        for asked in peer.asked:
            assert asked.headers["authorization"] == AUTHORIZATION
            assert asked.headers["content-type"] == CONTENT_TYPE

    def test_an_answer_may_come_compressed(self, peer: HttpPeer, transport: HttpTransport) -> None:
        headers = {"content-type": CONTENT_TYPE, "content-encoding": "zstd"}
        peer.on("POST", "/sync/pull", Reply(zstd.compress(encode(PULLED)), 200, headers))
        assert transport.pull(PULL) == PULLED
        assert peer.asked[0].headers["accept-encoding"] == "zstd"

    def test_a_person_signs_in_and_stays_signed_in(self, peer: HttpPeer, transport: HttpTransport) -> None:
        tokens = b'{"access_token": "at", "refresh_token": "rt", "token_type": "bearer", "expires_in": 900, '
        tokens += b'"user": {"id": "u1"}, "new_field": 1}'
        peer.on("POST", "/api/auth/login", Reply(tokens, 200, {"content-type": "application/json"}))
        peer.on("POST", "/api/auth/refresh", Reply(tokens, 200, {"content-type": "application/json"}))
        found = transport.login("ann", "pass word")
        assert (found.access_token, found.expires_in, found.user) == ("at", 900, {"id": "u1"})
        assert transport.refresh("rt").access_token == "at"
        assert msgspec.json.decode(peer.asked[0].body) == {"username": "ann", "password": "pass word"}
        assert msgspec.json.decode(peer.asked[1].body) == {"refresh_token": "rt"}
        assert "authorization" not in peer.asked[0].headers
        assert "at" not in repr(found).replace("repr", "")

    def test_a_wrong_password_is_a_refusal_in_the_servers_words(
        self, peer: HttpPeer, transport: HttpTransport
    ) -> None:
        said = b'{"error": "Name or password is wrong.", "code": "wrong_password", "details": []}'
        peer.on("POST", "/api/auth/login", Reply(said, 401, {"content-type": "application/json"}))
        with pytest.raises(Refused, match="Name or password is wrong") as refused:
            transport.login("ann", "guess")
        assert refused.value.code == "wrong_password"

    def test_a_terminal_is_enrolled_with_an_administrators_token(
        self, peer: HttpPeer, transport: HttpTransport
    ) -> None:
        answer = EnrollResponse("client-2", "new secret", "T2", "e1", ["org", "site:1"])
        peer.on("POST", "/sync/enroll", Reply(encode(answer)))
        assert transport.enroll("the-token", EnrollRequest("Desk 2", "1")) == answer
        assert peer.asked[0].headers["authorization"] == "Bearer the-token"
        assert msgspec.msgpack.decode(peer.asked[0].body, type=EnrollRequest) == EnrollRequest("Desk 2", "1")

    def test_a_copied_terminal_enrols_again_by_its_old_credential(
        self, peer: HttpPeer, transport: HttpTransport
    ) -> None:
        answer = EnrollResponse("client-2", "new secret", "T2", "e1", ["org"])
        peer.on("POST", "/sync/enroll", Reply(encode(answer)))
        assert transport.re_enroll(CREDENTIAL) == answer
        assert peer.asked[0].headers["authorization"] == AUTHORIZATION

    def test_from_then_on_it_speaks_as_who_it_is_now(self, peer: HttpPeer, transport: HttpTransport) -> None:
        peer.on("POST", "/sync/push", Reply(encode(PUSHED)))
        transport.present(DeviceCredential("client-2", "other"))
        transport.push(PUSH)
        assert peer.asked[0].headers["authorization"] == "Device client-2:other"
        transport.present(None)
        with pytest.raises(NotEnrolled):
            transport.push(PUSH)
        assert len(peer.asked) == 1

    def test_health_says_whether_the_server_is_well(self, peer: HttpPeer, transport: HttpTransport) -> None:
        peer.on("GET", "/health", Reply(b"{}", 200, {}))
        assert transport.health()
        peer.on("GET", "/health", Reply(b"{}", 503, {}))
        assert not transport.health()

    def test_a_path_in_the_servers_address_is_kept(
        self, peer: HttpPeer, made: Callable[..., HttpTransport]
    ) -> None:
        peer.on("POST", "/holdfast/sync/push", Reply(encode(PUSHED)))
        assert made(f"{peer.url}/holdfast/").push(PUSH) == PUSHED

    def test_the_credential_is_in_no_log(
        self, peer: HttpPeer, transport: HttpTransport, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        peer.on("POST", "/sync/push", Reply(encode(PUSHED)))
        transport.push(PUSH)
        assert "/sync/push" in caplog.text
        assert CREDENTIAL.secret not in caplog.text
        assert CREDENTIAL.secret not in repr(CREDENTIAL)


class TestTrouble:
    def test_nobody_there(self, made: Callable[..., HttpTransport]) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            nobody = made(f"http://127.0.0.1:{taken.getsockname()[1]}")
            with pytest.raises(Offline, match="cannot be reached"):
                nobody.push(PUSH)

    def test_an_answer_that_never_comes(self, peer: HttpPeer, hasty: HttpTransport) -> None:
        peer.on("POST", "/sync/push", Reply(never=True))
        with pytest.raises(Offline, match="in time"):
            hasty.push(PUSH)
        assert len(peer.asked) == 1, "a time-out is not tried again on the spot"

    def test_an_answer_that_only_trickles_ends_at_the_deadline(
        self, peer: HttpPeer, transport: HttpTransport
    ) -> None:
        peer.on("POST", "/sync/push", Reply(bytes(200), drip_s=0.05, pieces=200))
        with pytest.raises(Offline, match="too long"):
            transport.push(PUSH, within_s=0.3)

    def test_an_answer_that_is_cut(self, peer: HttpPeer, transport: HttpTransport) -> None:
        peer.on("POST", "/sync/pull", Reply(encode(PULLED), cut_after=10))
        with pytest.raises(Offline, match="broke"):
            transport.pull(PULL)

    def test_a_compressed_answer_that_ends_early(self, peer: HttpPeer, transport: HttpTransport) -> None:
        headers = {"content-type": CONTENT_TYPE, "content-encoding": "zstd"}
        peer.on("POST", "/sync/pull", Reply(zstd.compress(encode(PULLED))[:-5], 200, headers))
        with pytest.raises(ProtocolError):
            transport.pull(PULL)

    @pytest.mark.parametrize("status", [502, 503, 504])
    def test_a_front_without_its_server_is_an_outage(
        self, peer: HttpPeer, transport: HttpTransport, status: int
    ) -> None:
        peer.on(
            "POST", "/sync/push", Reply(b"<html>Bad gateway</html>", status, {"content-type": "text/html"})
        )
        with pytest.raises(Offline):
            transport.push(PUSH)

    def test_a_pause_is_asked_for_in_seconds_or_until_a_date(
        self, peer: HttpPeer, transport: HttpTransport
    ) -> None:
        peer.on("POST", "/sync/push", Reply(b"", 503, {"retry-after": "7"}))
        with pytest.raises(Busy) as busy:
            transport.push(PUSH)
        assert busy.value.retry_after_s == 7
        date = formatdate(time.time() + 60, usegmt=True)
        peer.on("POST", "/sync/push", Reply(b"", 429, {"retry-after": date}))
        with pytest.raises(Busy) as busy:
            transport.push(PUSH)
        assert busy.value.retry_after_s == pytest.approx(60, abs=10)

    def test_a_batch_that_something_takes_for_too_large(
        self, peer: HttpPeer, transport: HttpTransport
    ) -> None:
        peer.on("POST", "/sync/push", Reply(b"<html>", 413, {"content-type": "text/html"}))
        with pytest.raises(TooLarge):
            transport.push(PUSH)

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(b"<html>Welcome to the hotel</html>", 200, {"content-type": "text/html"}),
            Reply(b"", 302, {"location": "http://127.0.0.1:1/login"}),
            Reply(b"\xc1 no message", 200),
            Reply(encode({"last_n": "many"}), 200),
            Reply(b"", 200),
            Reply(encode(PUSHED), 200, {"content-type": CONTENT_TYPE, "content-encoding": "gzip"}),
            Reply(encode(PUSHED), 200, {"content-type": CONTENT_TYPE, "content-encoding": "zstd"}),
        ],
    )
    def test_what_is_no_answer_of_the_protocol(
        self, peer: HttpPeer, transport: HttpTransport, reply: Reply
    ) -> None:
        peer.on("POST", "/sync/push", reply)
        with pytest.raises(ProtocolError):
            transport.push(PUSH)

    def test_a_credential_does_not_follow_a_redirect(self, peer: HttpPeer, transport: HttpTransport) -> None:
        peer.on("POST", "/sync/push", Reply(b"", 307, {"location": f"{peer.url}/elsewhere"}))
        with pytest.raises(ProtocolError):
            transport.push(PUSH)
        assert [asked.path for asked in peer.asked] == ["/sync/push"]

    def test_an_oversized_answer_is_not_taken_whole(
        self, peer: HttpPeer, made: Callable[..., HttpTransport]
    ) -> None:
        small = made(bounds=Bounds(message=1000))
        peer.on("POST", "/sync/push", Reply(bytes(5_000_000), pieces=100))
        with pytest.raises(ProtocolError, match="larger"):
            small.push(PUSH)

    def test_an_answer_that_swells_when_unpacked_is_not_taken_whole(
        self, peer: HttpPeer, made: Callable[..., HttpTransport]
    ) -> None:
        small = made(bounds=Bounds(message=1000))
        headers = {"content-type": CONTENT_TYPE, "content-encoding": "zstd"}
        peer.on("POST", "/sync/push", Reply(zstd.compress(bytes(50_000_000)), 200, headers))
        with pytest.raises(ProtocolError, match="larger"):
            small.push(PUSH)

    def test_oversized_words_of_an_error_are_done_without(
        self, peer: HttpPeer, made: Callable[..., HttpTransport]
    ) -> None:
        small = made(bounds=Bounds(error=100))
        said = msgspec.json.encode({"error": "x" * 10_000})
        peer.on("POST", "/sync/push", Reply(said, 401, {"content-type": "application/json"}))
        with pytest.raises(Refused, match="turned"):
            small.push(PUSH)

    def test_a_proxy_of_the_environment_does_not_stand_before_this_computer(
        self, peer: HttpPeer, made: Callable[..., HttpTransport], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.delenv("no_proxy", raising=False)
        peer.on("POST", "/sync/push", Reply(encode(PUSHED)))
        assert made().push(PUSH) == PUSHED

    def test_abort_breaks_off_a_wait_from_another_thread_and_the_next_call_works(
        self, peer: HttpPeer, transport: HttpTransport
    ) -> None:
        peer.on("POST", "/sync/push", Reply(never=True))
        raised: list[SyncError] = []

        def push() -> None:
            try:
                transport.push(PUSH, within_s=60)
            except SyncError as error:
                raised.append(error)

        thread = threading.Thread(target=push)
        thread.start()
        while not peer.asked:
            time.sleep(0.005)
        transport.abort()
        thread.join(10)
        assert not thread.is_alive()
        assert isinstance(raised[0], Offline)
        peer.on("POST", "/sync/push", Reply(encode(PUSHED)))
        assert transport.push(PUSH) == PUSHED


def _read_request(connection: socket.socket) -> None:
    """Read one request with its body. Raises ConnectionError where there is none."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line
    )
    while len(body) < length:
        body += _some(connection)


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError
    return data


class TestConnectionsThatEnd:
    """A server that ends a kept connection just when the next request is on its way."""

    @pytest.fixture
    def fickle(self) -> Iterator[tuple[str, list[int]]]:
        """Answers the first request of each connection, and hangs up on the second."""
        served: list[int] = []
        body = encode(PUSHED)
        answer = f"HTTP/1.1 200 OK\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
        listening = socket.create_server(("127.0.0.1", 0))
        listening.settimeout(10)

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(10)
                    try:
                        _read_request(connection)
                        served.append(1)
                        connection.sendall(answer.encode() + body)
                        _read_request(connection)
                        served.append(0)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", served
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()

    def test_what_may_be_sent_twice_is_sent_again_over_a_new_one(
        self, fickle: tuple[str, list[int]], made: Callable[..., HttpTransport]
    ) -> None:
        url, served = fickle
        transport = made(url)
        assert transport.push(PUSH) == PUSHED
        assert transport.push(PUSH) == PUSHED
        assert served[:3] == [1, 0, 1]
        transport.close()

    def test_an_enrolment_is_not_sent_again(
        self, fickle: tuple[str, list[int]], made: Callable[..., HttpTransport]
    ) -> None:
        url, served = fickle
        transport = made(url)
        transport.push(PUSH)
        with pytest.raises(Offline):
            transport.enroll("token", EnrollRequest("Desk", "1"))
        assert served == [1, 0]
        transport.close()


class TestSnapshot:
    @pytest.fixture
    def target(self, tmp_path: Path) -> Path:
        return tmp_path / "image"

    def test_an_image_is_fetched_and_checked_with_progress(
        self, peer: HttpPeer, transport: HttpTransport, target: Path
    ) -> None:
        peer.on("GET", "/sync/snapshot", Reply(PACKED, 200, image_headers(), pieces=20))
        seen: list[tuple[int, int | None]] = []
        info = transport.snapshot(["org", "site:1"], target, lambda done, total: seen.append((done, total)))
        assert info.cursors == {"org": 7, "site:1": 9}
        assert info.compressed_bytes == len(PACKED)
        assert target.read_bytes() == PACKED
        assert list(target.parent.iterdir()) == [target]
        assert seen[0] == (0, len(PACKED))
        assert seen[-1] == (len(PACKED), len(PACKED))
        assert seen == sorted(seen)
        assert peer.asked[0].query == [("scope", "org"), ("scope", "site:1")]
        assert peer.asked[0].headers["authorization"] == AUTHORIZATION

    def test_a_transfer_that_broke_goes_on_where_it_stopped(
        self, peer: HttpPeer, transport: HttpTransport, target: Path
    ) -> None:
        peer.on("GET", "/sync/snapshot", Reply(PACKED, 200, image_headers(), cut_after=150_000))
        with pytest.raises(Offline):
            transport.snapshot([], target, lambda done, total: None)
        sent: list[int] = []

        def rest(asked: Asked) -> Reply:
            reply = ranged(PACKED, image_headers(), asked)
            sent.append(len(reply.body))
            return reply

        peer.on("GET", "/sync/snapshot", rest)
        first: list[int] = []
        transport.snapshot([], target, lambda done, total: first.append(done))
        assert target.read_bytes() == PACKED
        assert 0 < first[0] <= 150_000
        assert sent == [len(PACKED) - first[0]]
        assert peer.asked[1].headers["if-range"] == '"v7"'
        assert peer.asked[0].query == []

    def test_what_comes_slowly_is_told_and_kept_soon_and_what_comes_fast_in_large_pieces(self) -> None:
        clock = FakeClock()

        def coming(seconds: float) -> Iterator[bytes]:
            for _ in range(64):
                clock.advance(seconds)
                yield bytes(65536)

        assert [len(piece) // 65536 for piece in _gathered(coming(0.11), clock)] == [2] * 32
        assert [len(piece) // 65536 for piece in _gathered(coming(0.0), clock)] == [16] * 4

    def test_an_image_that_was_rebuilt_meanwhile_is_fetched_from_its_beginning(
        self, peer: HttpPeer, transport: HttpTransport, target: Path
    ) -> None:
        peer.on("GET", "/sync/snapshot", Reply(PACKED, 200, image_headers(), cut_after=150_000))
        with pytest.raises(Offline):
            transport.snapshot([], target, lambda done, total: None)
        other_image = os.urandom(1000)
        packed = zstd.compress(other_image)
        headers = image_headers(packed, '"v8"')
        peer.on("GET", "/sync/snapshot", lambda asked: ranged(packed, headers, asked))
        transport.snapshot([], target, lambda done, total: None)
        assert target.read_bytes() == packed

    def test_a_server_that_cannot_go_on_there_sends_it_whole(
        self, peer: HttpPeer, transport: HttpTransport, target: Path
    ) -> None:
        peer.on("GET", "/sync/snapshot", Reply(PACKED, 200, image_headers(), cut_after=150_000))
        with pytest.raises(Offline):
            transport.snapshot([], target, lambda done, total: None)

        def odd(asked: Asked) -> Reply:
            if "range" in asked.headers:
                return Reply(b"xyz", 206, {**image_headers(), "content-range": "bytes 0-2/3"})
            return Reply(PACKED, 200, image_headers())

        peer.on("GET", "/sync/snapshot", odd)
        transport.snapshot([], target, lambda done, total: None)
        assert target.read_bytes() == PACKED

    def test_an_image_that_was_whole_already_is_not_sent_again(
        self, peer: HttpPeer, transport: HttpTransport, target: Path
    ) -> None:
        from services.sync.snapshot_file import ImageFacts, SnapshotFile

        file = SnapshotFile(target)
        digest = hashlib.sha256(PACKED).hexdigest()
        file.begin(ImageFacts({"org": 7}, '"v7"', digest, len(PACKED)))
        file.append(PACKED)
        peer.on("GET", "/sync/snapshot", lambda asked: ranged(PACKED, image_headers(), asked))
        assert transport.snapshot([], target, lambda done, total: None).cursors == {"org": 7}
        assert target.read_bytes() == PACKED
        assert len(peer.asked) == 1

    def test_a_damaged_image_is_dropped(self, peer: HttpPeer, transport: HttpTransport, target: Path) -> None:
        damaged = bytes([*PACKED[:500], PACKED[500] ^ 1, *PACKED[501:]])
        peer.on("GET", "/sync/snapshot", Reply(damaged, 200, image_headers()))
        with pytest.raises(DamagedSnapshot):
            transport.snapshot([], target, lambda done, total: None)
        assert list(target.parent.iterdir()) == []

    def test_a_server_without_images_says_so(
        self, peer: HttpPeer, transport: HttpTransport, target: Path
    ) -> None:
        with pytest.raises(NoSnapshot):
            transport.snapshot([], target, lambda done, total: None)

    @pytest.mark.parametrize("missing", ["x-holdfast-cursors", "x-holdfast-sha256"])
    def test_an_image_without_its_description_is_not_taken(
        self, peer: HttpPeer, transport: HttpTransport, target: Path, missing: str
    ) -> None:
        headers = {name: value for name, value in image_headers().items() if name != missing}
        peer.on("GET", "/sync/snapshot", Reply(PACKED, 200, headers))
        with pytest.raises(ProtocolError):
            transport.snapshot([], target, lambda done, total: None)

    def test_an_oversized_image_is_not_taken(
        self, peer: HttpPeer, made: Callable[..., HttpTransport], target: Path
    ) -> None:
        peer.on("GET", "/sync/snapshot", Reply(PACKED, 200, image_headers()))
        with pytest.raises(ProtocolError):
            made(bounds=Bounds(snapshot=1000)).snapshot([], target, lambda done, total: None)
        assert list(target.parent.iterdir()) == []

    def test_a_full_disk_is_no_trouble_of_the_server(
        self, peer: HttpPeer, transport: HttpTransport, tmp_path: Path
    ) -> None:
        peer.on("GET", "/sync/snapshot", Reply(PACKED, 200, image_headers()))
        with pytest.raises(OSError, match="No such file"):
            transport.snapshot([], tmp_path / "missing" / "image", lambda done, total: None)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that no public authority has signed, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    openssl = program("openssl", package="openssl")
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=depot", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


class TestEncryption:
    def test_a_server_that_cannot_prove_who_it_is_gets_nothing(self, certificate: tuple[Path, Path]) -> None:
        with serving(HttpPeer(), certificate=certificate[0], key=certificate[1]) as peer:
            transport = HttpTransport(peer.url, CREDENTIAL)
            with pytest.raises(Untrusted, match="prove"):
                transport.push(PUSH)
            transport.close()
            assert peer.asked == []

    def test_a_companys_own_authority_is_trusted_where_it_is_named(
        self, certificate: tuple[Path, Path]
    ) -> None:
        with serving(HttpPeer(), certificate=certificate[0], key=certificate[1]) as peer:
            peer.on("POST", "/sync/push", Reply(encode(PUSHED)))
            transport = HttpTransport(peer.url, CREDENTIAL, ca_file=certificate[0])
            assert transport.push(PUSH) == PUSHED
            peer.on("POST", "/sync/push", Reply(never=True))
            stopper = threading.Timer(0.2, transport.abort)
            stopper.start()
            with pytest.raises(Offline):
                transport.push(PUSH, within_s=60)
            stopper.join()
            transport.close()

    def test_a_plain_server_behind_an_https_address_is_not_trusted(self, peer: HttpPeer) -> None:
        transport = HttpTransport(peer.url.replace("http:", "https:"), CREDENTIAL)
        with pytest.raises(Untrusted):
            transport.push(PUSH)
        transport.close()

    def test_a_credential_that_travels_in_the_open_is_warned_of(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        HttpTransport("http://depot.example", CREDENTIAL).close()
        assert "without encryption" in caplog.text
        caplog.clear()
        HttpTransport("http://127.0.0.1:1", CREDENTIAL).close()
        assert caplog.text == ""

    def test_an_address_that_is_none_is_refused(self) -> None:
        with pytest.raises(BadAddress):
            HttpTransport("depot", CREDENTIAL)
