"""A server's address, checked once."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.sync.address import BadAddress, ServerAddress


@pytest.mark.parametrize(
    ("url", "http", "live"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "ws://127.0.0.1:8000"),
        ("https://depot.example/", "https://depot.example", "wss://depot.example"),
        (
            " https://Depot.Example/holdfast/ ",
            "https://depot.example/holdfast",
            "wss://depot.example/holdfast",
        ),
        ("http://[::1]:8000", "http://[::1]:8000", "ws://[::1]:8000"),
    ],
)
def test_an_address_serves_http_and_the_live_link(url: str, http: str, live: str) -> None:
    address = ServerAddress(url)
    assert (address.http, address.live) == (http, live)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "depot.example",
        "ftp://depot.example",
        "http://",
        "http://depot.example:notaport",
        "https://ann:secret@depot.example",
        "https://depot.example/?a=1",
        "http://[::1",
    ],
)
def test_what_is_no_address_is_refused_in_words(url: str) -> None:
    with pytest.raises(BadAddress):
        ServerAddress(url)


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(BadAddress) as refused:
        ServerAddress("https://ann:secret@depot.example")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("localhost", True),
        ("depot.localhost", True),
        ("10.0.0.1", False),
        ("localhost.example", False),
    ],
)
def test_this_very_computer_is_recognised(host: str, loopback: bool) -> None:
    assert ServerAddress(f"http://{host}:1").is_loopback is loopback


def test_a_file_without_certificates_is_refused_in_words(tmp_path: Path) -> None:
    empty = tmp_path / "company.pem"
    empty.write_text("not a certificate")
    with pytest.raises(BadAddress, match=r"company\.pem"):
        ServerAddress("https://depot.example").trust(empty)
    with pytest.raises(BadAddress, match=r"missing\.pem"):
        ServerAddress("https://depot.example").trust(tmp_path / "missing.pem")
