"""The server over HTTP: the only file that knows httpx."""

from __future__ import annotations

import contextlib
import logging
import ssl
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec
from backports import zstd
from msgspec import Struct

from services.protocol.messages import (
    CONTENT_TYPE,
    EnrollRequest,
    EnrollResponse,
    PullRequest,
    PullResponse,
    PushRequest,
    PushResponse,
    encode,
)
from services.sync.address import ServerAddress
from services.sync.answers import error_of, not_a_message
from services.sync.clock import Clock, Deadline, SystemClock
from services.sync.errors import NoSnapshot, NotEnrolled, Offline, ProtocolError, Untrusted
from services.sync.port import DeviceCredential, SnapshotInfo, SnapshotProgress, Tokens, Transport
from services.sync.snapshot_file import ImageFacts, SnapshotFile
from services.sync.sockets import OpenSockets

__all__ = ["Bounds", "HttpTransport", "Timeouts", "Transport"]

log = logging.getLogger(__name__)

T = TypeVar("T")

_JSON = "application/json"
# The server closes idle connections after five seconds; one that is about to be closed is not used again.
_KEEP_IDLE_S = 4.0
_PIECE_BYTES = 1024 * 1024
_PIECE_S = 0.2


class Timeouts(Struct, frozen=True, kw_only=True):
    """Seconds for a connection to be made, and for each read and write to bring something."""

    connect_s: float = 5.0
    read_s: float = 20.0
    write_s: float = 20.0


class Bounds(Struct, frozen=True, kw_only=True):
    """The most bytes that are taken of an answer: unpacked message, words of an error, image as it is sent."""

    message: int = 32 * 1024 * 1024
    error: int = 64 * 1024
    snapshot: int = 8 * 1024**3


class HttpTransport:
    """Transport over HTTP(S), as services.sync.port describes it. May be used from several threads."""

    def __init__(
        self,
        base_url: str,
        credential: DeviceCredential | None = None,
        *,
        ca_file: Path | None = None,
        timeouts: Timeouts | None = None,
        bounds: Bounds | None = None,
        clock: Clock | None = None,
    ) -> None:
        """``ca_file``: certificates (PEM) of a company's own authority. Raises BadAddress."""
        address = ServerAddress(base_url)
        self._credential = credential
        self._timeouts = timeouts or Timeouts()
        self._bounds = bounds or Bounds()
        self._clock = clock or SystemClock()
        self._sockets = OpenSockets()
        trust = address.trust(ca_file)
        if trust is None and not address.is_loopback:
            log.warning("%s is reached without encryption; use https beyond a trusted network", address.http)
        self._client = httpx.Client(
            base_url=address.http,
            # Without https nothing is ever verified; should TLS come up all the same, nobody is trusted.
            verify=trust or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            # A proxy from the environment stands between here and other computers, never before this one.
            trust_env=not address.is_loopback,
            follow_redirects=False,
            headers={"User-Agent": "holdfast-terminal", "Accept": CONTENT_TYPE},
            limits=httpx.Limits(keepalive_expiry=_KEEP_IDLE_S),
        )

    def present(self, credential: DeviceCredential | None) -> None:
        """See Transport."""
        self._credential = credential

    def login(self, username: str, password: str, *, within_s: float = 30.0) -> Tokens:
        """See Transport."""
        return self._tokens("/api/auth/login", {"username": username, "password": password}, within_s)

    def refresh(self, refresh_token: str, *, within_s: float = 30.0) -> Tokens:
        """See Transport."""
        return self._tokens("/api/auth/refresh", {"refresh_token": refresh_token}, within_s)

    def set_password(self, token: str, user_id: str, password: str, *, within_s: float = 30.0) -> None:
        """See Transport."""
        headers = {"Accept": _JSON, "Authorization": f"Bearer {token}"}
        path = f"/api/users/{quote(user_id, safe='')}/password"
        body = msgspec.json.encode({"password": password})
        self._ask(path, body, headers, within_s, repeatable=False, kind=_JSON)

    def enroll(self, token: str, request: EnrollRequest, *, within_s: float = 30.0) -> EnrollResponse:
        """See Transport."""
        headers = {"Authorization": f"Bearer {token}"}
        body = self._ask("/sync/enroll", encode(request), headers, within_s, repeatable=False)
        return _decoded(body, EnrollResponse)

    def re_enroll(self, credential: DeviceCredential, *, within_s: float = 30.0) -> EnrollResponse:
        """See Transport. The same route without a request: the credential says for which terminal."""
        body = self._ask("/sync/enroll", b"", _device(credential), within_s, repeatable=False)
        return _decoded(body, EnrollResponse)

    def push(self, request: PushRequest, *, within_s: float = 30.0) -> PushResponse:
        """See Transport."""
        return _decoded(self._ask("/sync/push", encode(request), self._own(), within_s), PushResponse)

    def pull(self, request: PullRequest, *, within_s: float = 60.0) -> PullResponse:
        """See Transport."""
        return _decoded(self._ask("/sync/pull", encode(request), self._own(), within_s), PullResponse)

    def snapshot(
        self, scopes: Sequence[str], into: Path, progress: SnapshotProgress, *, within_s: float = 1800.0
    ) -> SnapshotInfo:
        """See Transport."""
        deadline = Deadline(self._clock, within_s)
        file = SnapshotFile(into)
        if not self._receive(scopes, file, progress, deadline):
            # What was kept here belongs to an image that the server no longer has.
            file.drop()
            self._receive(scopes, file, progress, deadline)
        if not file.is_whole or file.facts is None:
            raise Offline("The image of the server's rows broke off; it goes on where it stopped.")
        info = SnapshotInfo(file.facts.cursors, file.size)
        file.finish()
        return info

    def health(self, *, within_s: float = 5.0) -> bool:
        """See Transport."""
        with self._stream("GET", "/health", b"", {}, Deadline(self._clock, within_s)) as response:
            return response.status_code == httpx.codes.OK

    def abort(self) -> None:
        """See Transport."""
        self._sockets.abort()

    def close(self) -> None:
        """See Transport."""
        self._client.close()

    def _own(self) -> dict[str, str]:
        if self._credential is None:
            raise NotEnrolled("This terminal is not enrolled yet.")
        return _device(self._credential)

    def _tokens(self, path: str, fields: Mapping[str, str], within_s: float) -> Tokens:
        headers = {"Accept": _JSON}
        body = self._ask(path, msgspec.json.encode(fields), headers, within_s, repeatable=False, kind=_JSON)
        try:
            return msgspec.json.decode(body, type=Tokens)
        except msgspec.MsgspecError as problem:
            raise ProtocolError("The server's answer to the sign-in cannot be read.") from problem

    def _ask(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        within_s: float,
        *,
        repeatable: bool = True,
        kind: str = CONTENT_TYPE,
    ) -> bytes:
        """Post a message; answers the body of a success.

        A connection kept from before may just have been closed at the other end. That is no sign of an outage, so what
        may be sent twice is sent once more over a new one.
        """
        deadline = Deadline(self._clock, within_s)
        opened, aborts = self._sockets.opened, self._sockets.aborts
        try:
            return self._ask_once(path, body, headers, deadline, kind)
        except _HungUp:
            fresh_or_stopped = (self._sockets.opened, self._sockets.aborts) != (opened, aborts)
            if fresh_or_stopped or not repeatable:
                raise
        return self._ask_once(path, body, headers, deadline, kind)

    def _ask_once(
        self, path: str, body: bytes, headers: Mapping[str, str], deadline: Deadline, kind: str
    ) -> bytes:
        headers = {"Content-Type": kind, "Accept-Encoding": "zstd", **headers}
        with self._stream("POST", path, body, headers, deadline) as response:
            if not response.is_success:
                raise error_of(*self._failure(response, deadline))
            content_type = response.headers.get("content-type", "")
            if not content_type.startswith(kind):
                raise not_a_message(content_type)
            return self._read(response, self._bounds.message, deadline)

    def _receive(
        self, scopes: Sequence[str], file: SnapshotFile, progress: SnapshotProgress, deadline: Deadline
    ) -> bool:
        """Add to the file until it is whole; False if the server cannot go on where it ends."""
        headers = {"Accept": "application/octet-stream", "Accept-Encoding": "identity", **self._own()}
        if file.can_go_on and file.facts is not None:
            headers |= {"Range": f"bytes={file.size}-", "If-Range": file.facts.etag}
        query = "&".join(str(httpx.QueryParams({"scope": scope})) for scope in scopes)
        path = f"/sync/snapshot?{query}" if query else "/sync/snapshot"
        with self._stream("GET", path, b"", headers, deadline) as response:
            match response.status_code:
                case httpx.codes.OK:
                    file.begin(self._facts(response))
                case httpx.codes.PARTIAL_CONTENT:
                    if not _goes_on(response, file):
                        return False
                case httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    return file.is_whole
                case httpx.codes.NOT_FOUND | httpx.codes.GONE | httpx.codes.NOT_IMPLEMENTED:
                    raise NoSnapshot("The server has no image to begin with.")
                case _:
                    raise error_of(*self._failure(response, deadline))
            total = file.facts.size if file.facts is not None else None
            progress(file.size, total)
            for piece in _gathered(self._chunks(response, deadline), self._clock):
                file.append(piece)
                progress(file.size, total)
        return True

    def _facts(self, response: httpx.Response) -> ImageFacts:
        headers = response.headers
        if headers.get("content-encoding", "identity") != "identity":
            raise ProtocolError("Something on the way repacked the server's image.")
        try:
            facts = ImageFacts(
                cursors=msgspec.json.decode(headers["x-holdfast-cursors"], type=dict[str, int]),
                etag=headers.get("etag", ""),
                sha256=headers["x-holdfast-sha256"],
                size=int(headers["content-length"]),
            )
        except (KeyError, ValueError, msgspec.MsgspecError) as problem:
            raise not_a_message(headers.get("content-type", "")) from problem
        if not 0 < facts.size <= self._bounds.snapshot:
            raise ProtocolError(f"The server announces an image of {facts.size} bytes, which is not taken.")
        return facts

    @contextlib.contextmanager
    def _stream(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], deadline: Deadline
    ) -> Iterator[httpx.Response]:
        """A request whose answer is read within the block; every failure of the link in it becomes Offline."""
        left = deadline.within(self._timeouts.read_s)
        timeout = httpx.Timeout(
            connect=min(self._timeouts.connect_s, left),
            read=left,
            write=min(self._timeouts.write_s, left),
            pool=left,
        )
        try:
            with self._client.stream(
                method,
                path,
                content=body,
                headers=dict(headers),
                timeout=timeout,
                extensions={"trace": self._sockets.trace},
            ) as response:
                yield response
        except httpx.TimeoutException as problem:
            raise Offline("The server did not answer in time.") from problem
        except httpx.TransportError as problem:
            raise _broken_link(problem) from problem

    def _chunks(self, response: httpx.Response, deadline: Deadline) -> Iterator[bytes]:
        """The answer's bytes as they come; also one that only trickles ends at the deadline."""
        for chunk in response.iter_raw():
            yield chunk
            if deadline.remaining() <= 0:
                raise Offline("The server's answer took too long.")

    def _read(self, response: httpx.Response, most: int, deadline: Deadline) -> bytes:
        """A whole body, unpacked if it was packed, of at most so many bytes."""
        coding = response.headers.get("content-encoding", "identity")
        if coding not in ("identity", "zstd"):
            raise ProtocolError(f"The answer is packed in a way that was not asked for ({coding[:20]!r}).")
        unpacker = zstd.ZstdDecompressor() if coding == "zstd" else None
        parts: list[bytes] = []
        size = 0
        for chunk in self._chunks(response, deadline):
            try:
                # One byte more than allowed is enough to know that it is too much.
                piece = chunk if unpacker is None else unpacker.decompress(chunk, most - size + 1)
            except (zstd.ZstdError, EOFError) as problem:
                raise ProtocolError("The server's answer cannot be unpacked.") from problem
            size += len(piece)
            if size > most:
                raise ProtocolError(f"The server's answer is larger than the {most} bytes that are taken.")
            parts.append(piece)
        if unpacker is not None and not unpacker.eof:
            raise ProtocolError("The server's answer broke off.")
        return b"".join(parts)

    def _failure(
        self, response: httpx.Response, deadline: Deadline
    ) -> tuple[int, Mapping[str, str], bytes, int]:
        """Status, headers, body (nothing where it is too large) and now, for ``error_of``."""
        try:
            body = self._read(response, self._bounds.error, deadline)
        except ProtocolError:
            body = b""
        return response.status_code, response.headers, body, self._clock.now_ms()


class _HungUp(Offline):
    """The connection was there and ended."""


def _device(credential: DeviceCredential) -> dict[str, str]:
    return {"Authorization": f"Device {credential.client_id}:{credential.secret}"}


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except msgspec.MsgspecError as problem:
        raise ProtocolError(
            "The server's answer cannot be read; program and server may be too far apart."
        ) from problem


def _gathered(chunks: Iterator[bytes], clock: Clock) -> Iterator[bytes]:
    """The same bytes in larger pieces, as each costs a write and a report; those of a slow link do not wait for more.

    Where the chunks break off, what has come before is still a piece.
    """
    waiting: list[bytes] = []
    size, since = 0, clock.monotonic()
    try:
        for chunk in chunks:
            waiting.append(chunk)
            size += len(chunk)
            if size >= _PIECE_BYTES or clock.monotonic() - since >= _PIECE_S:
                yield b"".join(waiting)
                waiting.clear()
                size, since = 0, clock.monotonic()
    except Exception:
        if waiting:
            yield b"".join(waiting)
        raise
    if waiting:
        yield b"".join(waiting)


def _goes_on(response: httpx.Response, file: SnapshotFile) -> bool:
    """Whether a partial answer begins exactly where the file ends, in the same image."""
    if file.facts is None or response.headers.get("etag", file.facts.etag) != file.facts.etag:
        return False
    return bool(response.headers.get("content-range", "").startswith(f"bytes {file.size}-"))


def _broken_link(problem: httpx.TransportError) -> Offline:
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Untrusted(f"The server could not prove who it is: {cause.verify_message}.")
        if isinstance(cause, ssl.SSLError):
            return Untrusted("No encrypted connection to the server came about.")
        cause = cause.__cause__ or cause.__context__
    if isinstance(problem, httpx.ConnectError):
        return Offline("The server cannot be reached.")
    return _HungUp("The connection to the server broke.")
