"""A real keyring for tests: a private D-Bus session bus with an unlocked gnome-keyring of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpers.leased_server import Launch, private_server
from tests.helpers.required import program


@dataclass(frozen=True)
class PrivateKeyring:
    """A running Secret Service; `environment` is what another process needs to use it."""

    environment: dict[str, str]

    def lock(self) -> None:
        """Lock the default collection, as a screen lock does on some desktops."""
        import secretstorage

        with closing(secretstorage.dbus_init()) as connection:
            secretstorage.get_default_collection(connection).lock()


@pytest.fixture
def private_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateKeyring]:
    """An empty keyring for this process and for those that it starts; gone after the test."""
    import keyring
    from keyring.backends import SecretService

    before = keyring.get_keyring()
    with running_keyring() as private:
        for name, value in private.environment.items():
            monkeypatch.setenv(name, value)
        keyring.set_keyring(SecretService.Keyring())
        try:
            yield private
        finally:
            keyring.set_keyring(before)


@contextmanager
def running_keyring() -> Iterator[PrivateKeyring]:
    """Run a bus and a keyring daemon, unlocked with an empty password, until the block ends."""
    dbus = program("dbus-daemon", package="dbus-daemon")
    daemon = program("gnome-keyring-daemon", package="gnome-keyring")
    with private_server("dbus", lambda folder: _prepare_bus(folder, dbus)) as bus:
        with private_server("keyring", lambda folder: _prepare_keyring(folder, daemon, bus["address"])):
            yield PrivateKeyring(
                {
                    "DBUS_SESSION_BUS_ADDRESS": bus["address"],
                    "PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring",
                }
            )


# A bus that starts nothing by itself, so that no other keyring daemon of the machine can answer on it.
_BUS_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>{address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


def _prepare_bus(folder: Path, dbus: str) -> Launch:
    socket_path = folder / "bus"
    address = f"unix:path={socket_path}"
    configuration = folder / "bus.conf"
    configuration.write_text(_BUS_CONFIGURATION.format(address=address))
    return Launch(
        command=[dbus, "--nofork", "--nopidfile", "--nosyslog", f"--config-file={configuration}"],
        is_ready=socket_path.exists,
        facts={"address": address},
    )


def _prepare_keyring(folder: Path, daemon: str, address: str) -> Launch:
    # It makes and unlocks the login keyring with the password that it reads; nothing to read, no keyring.
    (folder / "password").write_text("\n")
    daemon_command = [
        daemon,
        "--foreground",
        "--unlock",
        "--components=secrets",
        f"--control-directory={folder}",
    ]
    return Launch(
        command=["/bin/sh", "-c", 'exec "$@" < password', "sh", *daemon_command],
        is_ready=lambda: _answers(address),
        facts={},
        environment={
            "DBUS_SESSION_BUS_ADDRESS": address,
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_RUNTIME_DIR": str(folder),
        },
    )


def _answers(address: str) -> bool:
    from jeepney import DBusAddress, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    question = new_method_call(bus, "NameHasOwner", "s", ("org.freedesktop.secrets",))
    with open_dbus_connection(address) as connection:
        return bool(connection.send_and_get_reply(question).body[0])
