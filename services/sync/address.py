"""Where the server is: its address checked once, and how far it is to be trusted on the way there."""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path
from urllib.parse import urlsplit


class BadAddress(ValueError):
    """This is no address of a server; the message says why."""


class ServerAddress:
    """An http or https address, without credentials in it."""

    def __init__(self, url: str) -> None:
        """Raises BadAddress."""
        try:
            parts = urlsplit(url.strip())
            self.host = parts.hostname or ""
            port = parts.port
        except ValueError as problem:
            raise BadAddress(f"{url!r} is not a server's address: {problem}.") from problem
        if parts.scheme not in ("http", "https") or not self.host:
            raise BadAddress(
                f"{url!r} is not a server's address: it should look like https://server.example:8000."
            )
        if parts.username is not None or parts.password is not None:
            raise BadAddress("A server's address holds no name and no password.")
        if parts.query or parts.fragment:
            raise BadAddress("A server's address ends with its path.")
        self.is_secure = parts.scheme == "https"
        shown_host = f"[{self.host}]" if ":" in self.host else self.host
        rest = (f"{shown_host}:{port}" if port is not None else shown_host) + parts.path.rstrip("/")
        self.http = f"{parts.scheme}://{rest}"
        self.live = f"{'wss' if self.is_secure else 'ws'}://{rest}"

    @property
    def is_loopback(self) -> bool:
        """Whether the server is this very computer, which no proxy stands before."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")

    def trust(self, ca_file: Path | None) -> ssl.SSLContext | None:
        """The usual checks of certificate and name, with a company's own authority beside the system's if it has one.

        None for http. Raises BadAddress when the file holds no certificates.
        """
        if not self.is_secure:
            return None
        context = ssl.create_default_context()
        if ca_file is not None:
            try:
                context.load_verify_locations(cafile=str(ca_file))
            except (OSError, ssl.SSLError) as problem:
                raise BadAddress(f"{ca_file} holds no certificate that can be read: {problem}.") from problem
        return context
