"""The demo's link: it carries everything while whole, and nothing once cut."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from desktop_app.demo.proxy import Proxy


class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            while data := self.request.recv(65536):
                self.request.sendall(data)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echo) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        proxy = Proxy(server.server_address[1])
        yield proxy
        proxy.close()
        server.shutdown()
        thread.join()


def _connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def test_bytes_pass_in_both_directions_whole_and_in_order(proxy: Proxy) -> None:
    sent = bytes(range(256)) * 4000
    received = bytearray()
    with _connect(proxy) as link:
        writer = threading.Thread(target=link.sendall, args=(sent,))
        writer.start()
        while len(received) < len(sent):
            received += link.recv(65536)
        writer.join()
    assert bytes(received) == sent


def test_a_cut_breaks_connections_under_way_and_refuses_new_ones(proxy: Proxy) -> None:
    with _connect(proxy) as link:
        link.sendall(b"hello")
        assert link.recv(5) == b"hello"
        proxy.cut()
        with pytest.raises(OSError):
            while True:
                link.sendall(b"lost")
                if not link.recv(4):
                    raise ConnectionResetError
    with pytest.raises(OSError), _connect(proxy) as late:
        late.sendall(b"x")
        if not late.recv(1):
            raise ConnectionResetError


def test_a_restored_link_carries_again(proxy: Proxy) -> None:
    proxy.cut()
    proxy.restore()
    with _connect(proxy) as link:
        link.sendall(b"back")
        assert link.recv(4) == b"back"
