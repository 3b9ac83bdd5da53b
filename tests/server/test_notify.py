"""Telling customers: over SMTP or a webhook as the settings say, and visibly not at all where neither is set."""

from __future__ import annotations

import hashlib
import hmac
import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from tests.helpers.running_server import RunningServer, running_server, server_settings
from tests.server.client import signed_in
from tests.server.warehouse import CUSTOMER, fill


@contextmanager
def webhook(answers: list[int]) -> Iterator[tuple[str, list[tuple[bytes, str]]]]:
    """A receiver that answers with these statuses, one after the other, the last for ever."""
    received: list[tuple[bytes, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((body, self.headers.get("X-Holdfast-Signature", "")))
            self.send_response(answers.pop(0) if len(answers) > 1 else answers[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with serving(HTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}/hook", received


@contextmanager
def mail_server() -> Iterator[tuple[int, list[str]]]:
    """As much of SMTP (RFC 5321) as one mail needs."""
    received: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 test\r\n")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = []
                    while (part := self.rfile.readline()) != b".\r\n":
                        lines.append(part)
                    received.append(b"".join(lines).decode())
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
                if verb == b"QUIT":
                    return

    with serving(socketserver.TCPServer(("127.0.0.1", 0), Handler)) as port:
        yield port, received


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def place(server: RunningServer) -> dict[str, Any]:
    with signed_in(server) as client:
        body = {"products": [{"product_id": "prod-1", "quantity": 1}], "customer_id": CUSTOMER}
        order: dict[str, Any] = client.post("/api/orders", json=body).json()
        return order


def logs(server: RunningServer, number: int) -> list[dict[str, Any]]:
    """The first so many attempts, as people see them."""
    with signed_in(server) as client:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            found = client.get("/api/sync-logs", params={"kind": "job.notify_customer"}).json()["logs"]
            if len(found) >= number:
                return list(reversed(found))
            time.sleep(0.02)
    raise AssertionError("the job was not tried")


def test_a_webhook_is_told_and_can_check_who_tells(tmp_path: Path) -> None:
    with webhook([200]) as (url, received):
        settings = server_settings(tmp_path, notify_webhook_url=url, notify_webhook_secret="shared")
        with running_server(settings, on_start=fill) as server:
            order = place(server)
            (log,) = logs(server, 1)
    assert log["status"] == "done"
    ((body, signature),) = received
    said = json.loads(body)
    assert (said["event"], said["number"]) == ("order.placed", order["number"])
    assert said["customer"] == "Corner Shop"
    assert signature == hmac.new(b"shared", body, hashlib.sha256).hexdigest()


def test_a_webhook_that_fails_is_tried_again(tmp_path: Path) -> None:
    with webhook([500, 503, 200]) as (url, received):
        settings = server_settings(tmp_path, notify_webhook_url=url, job_retry_seconds=(0.05, 0.05, 0.05))
        with running_server(settings, on_start=fill) as server:
            place(server)
            found = logs(server, 3)
    assert [(log["status"], log["attempt"]) for log in found] == [("failed", 1), ("failed", 2), ("done", 3)]
    assert len(received) == 3


def test_a_parked_notice_is_seen_and_retried_by_a_supervisor(tmp_path: Path) -> None:
    with webhook([500, 200]) as (url, _received):
        settings = server_settings(tmp_path, notify_webhook_url=url, job_retry_seconds=())
        with running_server(settings, on_start=fill) as server:
            place(server)
            assert logs(server, 1)[0]["status"] == "parked"
            with signed_in(server, "clerk") as client:
                (job,) = client.get("/api/jobs", params={"status": "parked"}).json()["jobs"]
                assert job["name"] == "notify_customer"
                assert client.post(f"/api/jobs/{job['id']}/retry").status_code == 403
            with signed_in(server, "supervisor") as client:
                assert client.post(f"/api/jobs/{job['id']}/retry").status_code == 200
                assert client.post("/api/jobs/nothing/retry").status_code == 404
            assert logs(server, 2)[1]["status"] == "done"


def test_a_customer_gets_an_e_mail(tmp_path: Path) -> None:
    with mail_server() as (port, received):
        settings = server_settings(
            tmp_path, smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False, smtp_from="shop@example.com"
        )
        with running_server(settings, on_start=fill) as server:
            order = place(server)
            (log,) = logs(server, 1)
    assert log["status"] == "done"
    (mail,) = received
    assert "To: shop@example.com" in mail
    assert f"Order {order['number']}" in mail


def test_with_neither_set_the_log_says_that_nobody_was_told(sqlite_server: RunningServer) -> None:
    place(sqlite_server)
    (log,) = logs(sqlite_server, 1)
    assert log["status"] == "done"
    assert log["message"].startswith("not configured")
