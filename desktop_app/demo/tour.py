"""The tour: two desks and a server, a link that is cut, a desk that is killed, and everything settled, once."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlcipher3

from desktop_app.demo.desk_process import DeskProcess
from desktop_app.demo.digests import Digests, differences, digest_all
from desktop_app.demo.hands import TourFailed
from desktop_app.demo.proxy import Proxy
from desktop_app.demo.server_process import ServerProcess

PASSWORD: Final = "holdfast-tour"
PANELS: Final = ("dashboard", "orders", "picking", "dispatch", "inventory", "fleet", "outbox", "admin")
_EQUAL_SECONDS: Final = 45.0


class Tour:
    """Plays the tour in ``folder``, and prints a line for each step with its time."""

    def __init__(
        self, folder: Path, *, server_options: Sequence[str], say: Callable[[str], object] = print
    ) -> None:
        self.folder = folder
        self._options = server_options
        self._say = say
        self._step = 0
        self._began = time.monotonic()

    def play(self) -> None:
        """Play all of it. Raises TourFailed at the first step that does not hold."""
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        server = ServerProcess(work / "server", password=PASSWORD, options=["--demo", *self._options])
        proxies: list[Proxy] = []
        desks: list[DeskProcess] = []
        try:
            with self._stepping("The server starts on a fresh warehouse"):
                server.ready()
            for name in ("a", "b"):
                proxies.append(Proxy(server.port))
                desks.append(DeskProcess(name.upper(), work / f"desk-{name}", proxies[-1].url))
            self._steps(server, proxies[0], *desks)
        except TourFailed:
            self._grab_where_it_stopped(desks)
            raise
        finally:
            for desk in desks:
                desk.close()
            for proxy in proxies:
                proxy.close()
            server.stop()
        shutil.rmtree(work, ignore_errors=True)

    def _steps(self, server: ServerProcess, link: Proxy, a: DeskProcess, b: DeskProcess) -> None:
        with self._stepping("Both desks are enrolled, and people sign in"):
            with ThreadPoolExecutor() as both:
                list(both.map(_sign_in, (a, b), ("grace", "tom"), ("Packing bench", "Order desk")))
        customers = a.do("customers", count=5)
        goods = a.do("goods", count=8, least=20)
        scarce = a.do("goods", count=1, least=4, most=12)[0]

        with self._stepping("An order placed online: order, stock, delivery and picks are confirmed"):
            first = a.do("order", customer=customers[0], lines=[[goods[0]["sku"], 3], [goods[1]["sku"], 2]])
            state = a.do("wait_confirmed", order_id=first)
            _hold(state["reserved"] == state["wanted"] == 5, "stock is reserved", state)
            _hold(state["tasks"] >= 2, "picks are queued", state)
            _hold(state["shipment"] == "assigned" and state["vehicle_id"], "a delivery is scheduled", state)
        self._grab(a, "order-online", "orders", "order", first)

        with self._stepping("It is picked by scanned barcodes"):
            picked = a.do("pick", number=state["number"])
            _hold(picked == state["tasks"], "every task is picked", picked)
            a.do("wait_settled")
        with self._stepping("It is packed and loaded, and its van leaves"):
            a.do("pack", order_id=first)
            gone = a.do("load_and_depart", order_id=first)
            a.do("wait_settled")
            van = a.do("vehicle", vehicle_id=gone["vehicle_id"])
            _hold(van["state"] == "executing", "the van is on the road", van)
        self._grab(a, "fleet", "fleet", "vehicle", gone["vehicle_id"])

        with self._stepping("The link of this desk is cut"):
            link.cut()
            a.do("wait_link", state="offline")
        with self._stepping("Three orders are placed without a link; another desk sells one of them away"):
            everything = int(a.do("available", product_id=scarce["id"]))
            orders = [
                a.do("order", customer=customers[1], lines=[[goods[2]["sku"], 4]]),
                a.do("order", customer=customers[2], lines=[[goods[3]["sku"], 6], [goods[4]["sku"], 2]]),
                a.do(
                    "order", customer=customers[3], lines=[[scarce["sku"], everything], [goods[5]["sku"], 1]]
                ),
            ]
            rival = b.do("order", customer=customers[4], lines=[[scarce["sku"], everything]])
            taken = b.do("wait_confirmed", order_id=rival)
            _hold(taken["reserved"] == everything, "the other desk got the stock", taken)
            _hold(set(orders) <= set(a.do("provisional_orders")), "all three show as provisional", orders)
        self._grab(a, "order-offline", "orders", "order", orders[2])

        with self._stepping("Without a link, one order is picked, and another one short"):
            number = a.do("order_state", order_id=orders[0])["number"]
            a.do("pick", number=number)
            short = a.do(
                "short_pick", number=a.do("order_state", order_id=orders[1])["number"], found=1, reason=2
            )
            _hold(short["found"] < short["asked"], "less was found than asked", short)
        self._grab(a, "picking-offline", "picking")

        with self._stepping("The desk is killed and opened again: nothing is lost"):
            before = a.do("link")["pending"]
            orders_before = a.do("provisional_orders")
            a.kill()
            a.restart()
            person = a.do("person")
            _hold(bool(person), "the person is still signed in", person)
            after = a.do("link")["pending"]
            _hold(after == before > 0, "everything pending is still there", (before, after))
            _hold(a.do("provisional_orders") == orders_before, "its effects are there", orders_before)
        self._grab(a, "outbox-offline", "outbox", "box", "pending")

        with self._stepping("The link comes back, and every outcome arrives"):
            link.restore()
            a.do("wait_settled", seconds=60)
            a.do("wait_link", state="live")
        with self._stepping("The oversold order was adjusted, and waits in the Outbox for a person"):
            items = a.do("attention")
            mine = [item for item in items if item["order_id"] == orders[2] and item["status"] == "adjusted"]
            _hold(len(mine) == 1, "the oversold order needs attention", items)
            state = a.do("order_state", order_id=orders[2])
            _hold(
                state["reserved"] < state["wanted"] and not state["provisional"],
                "it lacks what was sold",
                state,
            )
        self._grab(a, "outbox-attention", "outbox", "box", "attention")

        with self._stepping("The two desks and the server are equal, table by table"):
            self._compare(server, a, b)
        with self._stepping("A picture of every panel"):
            for panel in PANELS:
                self._grab(a, panel, panel)
            a.do("theme", name="dark")
            for panel in ("dashboard", "orders", "fleet"):
                self._grab(a, f"{panel}-dark", panel)
            a.do("theme", name="light")

    def _grab_where_it_stopped(self, desks: Sequence[DeskProcess]) -> None:
        for desk in desks:
            try:
                self._grab(desk, f"stopped-{desk.name}")
            except TourFailed as problem:
                self._say(f"    desk {desk.name} could not be pictured where it stopped: {problem}")

    def _compare(self, server: ServerProcess, *desks: DeskProcess) -> None:
        deadline = time.monotonic() + _EQUAL_SECONDS
        while True:
            truth = _server_digests(self.folder / "work" / "server" / "server.db")
            found = []
            for desk in desks:
                path = self.folder / "work" / f"digests-{desk.name}.json"
                desk.do("digests", path=str(path))
                theirs: Digests = json.loads(path.read_text(encoding="utf-8"))
                found += [f"desk {desk.name}, {difference}" for difference in differences(truth, theirs)]
            if not found:
                return
            if time.monotonic() > deadline:
                raise TourFailed("not equal: " + "; ".join(found))
            time.sleep(0.5)

    def _grab(self, desk: DeskProcess, name: str, panel: str = "", kind: str = "", item_id: str = "") -> None:
        desk.do("grab", path=str(self.folder / f"{name}.png"), panel=panel, kind=kind, item_id=item_id)

    @contextmanager
    def _stepping(self, words: str) -> Iterator[None]:
        self._step += 1
        begun = time.monotonic()
        try:
            yield
        except TourFailed:
            self._say(f"{self._step:>2}. {words}: DID NOT HOLD after {time.monotonic() - begun:.1f} s")
            raise
        self._say(f"{self._step:>2}. {words}  ({time.monotonic() - begun:.1f} s)")


def _sign_in(desk: DeskProcess, person: str, bench: str) -> None:
    desk.do("enrol", username="admin", password=PASSWORD, terminal_name=bench)
    desk.do("sign_in", username=person, password=PASSWORD)
    desk.do("wait_link", state="live")


def _hold(holds: bool, what: str, seen: Any) -> None:
    if not holds:
        raise TourFailed(f"{what}: seen was {seen}")


def _server_digests(path: Path) -> Digests:
    connection = sqlcipher3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        connection.execute("BEGIN")
        return digest_all(lambda sql: connection.execute(sql).fetchall(), time.time_ns() // 1_000_000)
    finally:
        connection.close()
