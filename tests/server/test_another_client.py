"""Another client, written from docs/protocol.md alone: HTTP, MessagePack and SHA-256, nothing of this project."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from typing import Any

import httpx
import msgspec

from tests.helpers.running_server import ADMIN_PASSWORD, RunningServer
from tests.server.warehouse import SITE

pack, unpack = msgspec.msgpack.encode, msgspec.msgpack.decode


class OtherClient:
    """What the page says, and no more."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=base_url)
        signed_in = self._http.post(
            "/api/auth/login", json={"username": "admin", "password": ADMIN_PASSWORD}
        ).json()
        self.actor = signed_in["user"]["id"]
        bearer = {"Authorization": f"Bearer {signed_in['access_token']}"}
        wanted = pack({"name": "Other program", "site_id": SITE})
        self.identity = unpack(self._http.post("/sync/enroll", content=wanted, headers=bearer).content)
        self.sent: list[dict[str, Any]] = []
        self.cursors: dict[str, int] = {}
        self.rows: dict[str, dict[str, list[Any]]] = {}
        self.last_n = 0

    def close(self) -> None:
        self._http.close()

    def command(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        before = self.sent[-1] if self.sent else None
        previous = hashlib.sha256(before["prev_hash"] + before["args"]).digest() if before else b""
        made = {
            "n": len(self.sent) + 1, "id": str(uuid.uuid4()), "actor_id": self.actor, "name": name, "v": 1,
            "args": json.dumps(args).encode(), "prev_hash": previous, "issued_at": 0,
        }  # fmt: skip
        self.sent.append(made)
        return made

    def push(self, *commands: dict[str, Any]) -> dict[str, Any]:
        return self._ask("/sync/push", {"commands": commands})

    def pull(self) -> dict[str, Any]:
        resume, checksum = "", b""
        while True:
            page = self._ask("/sync/pull", {"cursors": self.cursors, "resume": resume})
            checksum = hashlib.sha256(checksum + pack(page["patches"])).digest()
            for patch in page["patches"]:
                table = self.rows.setdefault(patch["table"], {})
                table.update({row[0]: row for row in patch["puts"]})
                for row_id in patch["deletes"]:
                    table.pop(row_id, None)
            if not page["more"]:
                assert page["checksum"] == checksum
                self.cursors, self.last_n = page["cursors"], page["last_n"]
                return page
            resume = page["resume"]

    def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        identity = self.identity
        device = {"Authorization": f"Device {identity['client_id']}:{identity['credential']}"}
        nonce = os.urandom(8)
        about = {
            "client_id": identity["client_id"], "epoch": identity["epoch"], "schema": 1, "nonce": nonce,
        }  # fmt: skip
        answer = self._http.post(path, content=pack({**about, **body}), headers=device)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = unpack(answer.content)
        assert found["nonce"] == nonce
        return found


def test_the_page_is_enough_to_push_and_to_pull(server: RunningServer) -> None:
    other = OtherClient(server.base_url)
    try:
        customer = str(uuid.uuid4())
        fields = {"code": "OTHER", "name": "Other Shop", "city": "Ely"}
        first = other.command("SaveCustomer", {"customer_id": customer, "values": fields})
        second = other.command("SaveCustomer", {"customer_id": customer, "values": {"colour": "red"}})

        early = other.push(second)
        assert (early["problem"], early["expected"]) == ("gap", 1)
        settled = other.push(first, second)
        assert [outcome["status"] for outcome in settled["outcomes"]] == ["applied", "rejected"]
        again = other.push(first, second)
        assert again["outcomes"] == settled["outcomes"]

        page = other.pull()
        assert other.last_n == settled["last_n"] == 2
        assert page["outcomes"] == settled["outcomes"]
        assert other.rows["customer"][customer][1:3] == ["OTHER", "Other Shop"]
        assert other.pull()["patches"] == []

        forged = {**other.command("SaveSetting", {"key": "a", "value": "b"}), "prev_hash": b"elsewhere"}
        assert other.push(forged)["problem"] == "forked"
    finally:
        other.close()
