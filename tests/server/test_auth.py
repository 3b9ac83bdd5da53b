"""Sign-in: passwords, short-lived access, renewal that rotates, revocation at once, and a pause for guessers."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import jwt
import pytest

from tests.helpers.running_server import ADMIN_PASSWORD, RunningServer, running_server, server_settings
from tests.server.client import signed_in
from tests.server.warehouse import PASSWORD, fill


class Hands:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def timed(tmp_path: Path, hands: Hands) -> Iterator[RunningServer]:
    """A server whose clock is in the test's hands."""
    with running_server(server_settings(tmp_path), clock=hands, on_start=fill) as server:
        yield server


def login(server: RunningServer, username: str = "admin", password: str = ADMIN_PASSWORD) -> httpx.Response:
    return httpx.post(f"{server.base_url}/api/auth/login", json={"username": username, "password": password})


def refresh(server: RunningServer, token: str) -> httpx.Response:
    return httpx.post(f"{server.base_url}/api/auth/refresh", json={"refresh_token": token})


def me(server: RunningServer, token: str) -> httpx.Response:
    return httpx.get(f"{server.base_url}/api/auth/me", headers={"Authorization": f"Bearer {token}"})


def test_the_right_password_gives_tokens_and_says_who_one_is(server: RunningServer) -> None:
    answer = login(server)
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 900)
    assert body["user"]["username"] == "admin"
    assert body["user"]["roles"] == ["administrator"]
    assert me(server, body["access_token"]).json()["username"] == "admin"


def test_a_wrong_password_and_an_unknown_name_look_alike(sqlite_server: RunningServer) -> None:
    wrong = login(sqlite_server, password="wrong")
    unknown = login(sqlite_server, username="nobody", password="wrong")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.json()["code"] == "wrong_credentials"


def test_no_token_a_strange_one_and_one_signed_by_somebody_else_are_turned_away(
    sqlite_server: RunningServer,
) -> None:
    assert httpx.get(f"{sqlite_server.base_url}/api/orders").status_code == 401
    claims = {"iss": "holdfast", "sub": "user-administrator", "sid": "x", "exp": 2**33, "iat": 0}
    forged = jwt.encode(claims, "k" * 40, algorithm="HS256")
    unsigned = jwt.encode(claims, None, algorithm="none")
    for token in ("nonsense", forged, unsigned):
        answer = me(sqlite_server, token)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_access_token_runs_out_and_is_renewed(timed: RunningServer, hands: Hands) -> None:
    tokens = login(timed).json()
    hands.wait(16 * 60)
    assert me(timed, tokens["access_token"]).status_code == 401
    renewed = refresh(timed, tokens["refresh_token"])
    assert renewed.status_code == 200
    assert me(timed, renewed.json()["access_token"]).status_code == 200
    assert renewed.json()["refresh_token"] != tokens["refresh_token"]


def test_a_spent_refresh_token_that_comes_again_late_ends_the_session(
    timed: RunningServer, hands: Hands
) -> None:
    tokens = login(timed).json()
    renewed = refresh(timed, tokens["refresh_token"]).json()
    hands.wait(120)
    assert refresh(timed, tokens["refresh_token"]).status_code == 401
    assert refresh(timed, renewed["refresh_token"]).status_code == 401
    assert me(timed, renewed["access_token"]).status_code == 401


def test_a_refresh_token_spent_several_renewals_ago_ends_the_session_of_whoever_holds_it(
    timed: RunningServer, hands: Hands
) -> None:
    stolen = first = login(timed).json()
    for _ in range(3):
        hands.wait(600)
        stolen = refresh(timed, stolen["refresh_token"]).json()
    assert refresh(timed, first["refresh_token"]).status_code == 401
    assert refresh(timed, stolen["refresh_token"]).status_code == 401
    assert me(timed, stolen["access_token"]).json()["code"] == "session_ended"


def test_of_two_who_renew_with_the_same_token_at_once_neither_goes_on_unnoticed(
    timed: RunningServer,
) -> None:
    tokens = login(timed).json()
    owner = refresh(timed, tokens["refresh_token"]).json()
    thief = refresh(timed, tokens["refresh_token"]).json()
    assert refresh(timed, owner["refresh_token"]).status_code == 401
    assert refresh(timed, thief["refresh_token"]).status_code == 401


def test_a_token_of_another_session_ends_none(sqlite_server: RunningServer) -> None:
    mine, other = login(sqlite_server).json(), login(sqlite_server, "clerk", PASSWORD).json()
    session = mine["refresh_token"].partition(".")[0]
    secret = other["refresh_token"].partition(".")[2]
    assert refresh(sqlite_server, f"{session}.{secret}").status_code == 401
    assert refresh(sqlite_server, mine["refresh_token"]).status_code == 200
    assert refresh(sqlite_server, other["refresh_token"]).status_code == 200


def test_a_renewal_whose_answer_got_lost_may_be_asked_for_again(timed: RunningServer, hands: Hands) -> None:
    tokens = login(timed).json()
    refresh(timed, tokens["refresh_token"])
    hands.wait(5)
    again = refresh(timed, tokens["refresh_token"])
    assert again.status_code == 200
    assert refresh(timed, again.json()["refresh_token"]).status_code == 200


def test_a_guessed_refresh_token_does_not_end_the_session(sqlite_server: RunningServer) -> None:
    tokens = login(sqlite_server).json()
    session = tokens["refresh_token"].partition(".")[0]
    for guess in ("guess", "", ".", "0" * 64 + "." + "0" * 64, "é.é"):
        assert refresh(sqlite_server, f"{session}.{guess}").status_code == 401
    assert refresh(sqlite_server, tokens["refresh_token"]).status_code == 200


def test_a_refresh_token_ends_with_time(timed: RunningServer, hands: Hands) -> None:
    tokens = login(timed).json()
    hands.wait(31 * 24 * 3600)
    assert refresh(timed, tokens["refresh_token"]).status_code == 401


def test_signing_out_ends_both_tokens_at_once(server: RunningServer) -> None:
    tokens = login(server).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert httpx.post(f"{server.base_url}/api/auth/logout", headers=headers).status_code == 200
    answer = me(server, tokens["access_token"])
    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
    assert refresh(server, tokens["refresh_token"]).status_code == 401


def test_guessing_is_slowed_down_per_name_until_the_window_is_over(
    timed: RunningServer, hands: Hands
) -> None:
    for _ in range(5):
        assert login(timed, password="wrong").status_code == 401
    held = login(timed)
    assert (held.status_code, held.json()["code"]) == (429, "too_many_tries")
    assert int(held.headers["Retry-After"]) == 900
    assert login(timed, "clerk", PASSWORD).status_code == 200
    hands.wait(901)
    assert login(timed).status_code == 200


def test_guesses_sent_all_at_once_learn_no_more_than_guesses_one_by_one(sqlite_server: RunningServer) -> None:
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda number: login(sqlite_server, password=f"wrong {number}"), range(40)))
    assert Counter(answer.status_code for answer in answers) == {401: 5, 429: 35}


def test_guessing_many_names_from_one_address_is_slowed_down_too(tmp_path: Path) -> None:
    settings = server_settings(tmp_path, sign_in_tries_per_address=10)
    with running_server(settings) as server:
        statuses = [login(server, f"name-{number}", "wrong").status_code for number in range(12)]
    assert statuses == [401] * 10 + [429] * 2


def test_secrets_are_stored_as_hashes_only(server: RunningServer) -> None:
    tokens = login(server).json()
    secret = tokens["refresh_token"].partition(".")[2]
    with server.parts.database.reading() as connection:
        hashes = [row[0] for row in connection.exec_driver_sql("SELECT password_hash FROM credential")]
        sessions = [row[0] for row in connection.exec_driver_sql("SELECT token_hash FROM session")]
    assert all(stored.startswith("$argon2id$") for stored in hashes)
    assert secret not in sessions
    assert len(sessions) == 1


def test_a_barred_person_is_out_at_once(sqlite_server: RunningServer) -> None:
    tokens = login(sqlite_server, "clerk", PASSWORD).json()

    def bar(transaction: object) -> None:
        from services.storage.tables import User

        unit = transaction.unit  # type: ignore[attr-defined]
        unit.change(unit.get(User, "user-clerk"), active=False)

    sqlite_server.parts.committer.run(("org",), bar)
    assert me(sqlite_server, tokens["access_token"]).status_code == 401
    assert refresh(sqlite_server, tokens["refresh_token"]).status_code == 401
    assert login(sqlite_server, "clerk", PASSWORD).status_code == 401


def test_one_changes_ones_own_password_by_the_old_one(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server, "clerk") as client:
        path = "/api/users/user-clerk/password"
        wrong = client.post(path, json={"password": "another long one", "current": "wrong"})
        assert wrong.status_code == 403
        short = client.post(path, json={"password": "short", "current": PASSWORD})
        assert (short.status_code, short.json()["details"][0]["field"]) == (422, "password")
        assert (
            client.post(path, json={"password": "another long one", "current": PASSWORD}).status_code == 200
        )
        assert client.get("/api/auth/me").status_code == 401
    assert login(sqlite_server, "clerk", PASSWORD).status_code == 401
    assert login(sqlite_server, "clerk", "another long one").status_code == 200


def test_only_an_administrator_sets_other_peoples_passwords(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server, "supervisor") as client:
        answer = client.post("/api/users/user-clerk/password", json={"password": "another long one"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    with signed_in(sqlite_server) as client:
        assert client.post("/api/users/user-clerk/password", json={"password": "another long one"}).is_success
        assert (
            client.post("/api/users/nobody/password", json={"password": "another long one"}).status_code
            == 404
        )


def test_many_may_sign_in_at_once_while_the_server_goes_on_answering(sqlite_server: RunningServer) -> None:
    names = itertools.cycle(["admin", "clerk", "picker", "viewer"])

    def one(name: str) -> int:
        return login(sqlite_server, name, ADMIN_PASSWORD if name == "admin" else PASSWORD).status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(one, itertools.islice(names, 32))) == {200}


def test_an_empty_database_without_a_password_says_how_to_begin(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with running_server(server_settings(tmp_path, admin_password="")) as server:
        assert login(server).status_code == 401
    assert "HOLDFAST_ADMIN_PASSWORD" in caplog.text


def test_the_first_password_is_not_set_again_later(tmp_path: Path) -> None:
    with running_server(server_settings(tmp_path)):
        pass
    with running_server(server_settings(tmp_path, admin_password="a different password")) as server:
        assert login(server, password="a different password").status_code == 401
        assert login(server).status_code == 200


def test_no_secret_shows_in_the_settings_or_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = server_settings(tmp_path, smtp_password="smtp-secret")
    with running_server(settings) as server:
        login(server)
        login(server, password="guessed-secret")
    for secret in (ADMIN_PASSWORD, "smtp-secret", "guessed-secret"):
        assert secret not in caplog.text
        assert secret not in repr(settings)
