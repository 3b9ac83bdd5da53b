"""The keyring that tests get: a real Secret Service, empty, and private to the test."""

from __future__ import annotations

import os
import subprocess
import sys

import keyring
import pytest

from tests.helpers.keyring_daemon import PrivateKeyring

_ASK = "import keyring; print(keyring.get_password('holdfast', 'desk-1'))"


@pytest.mark.usefixtures("private_keyring")
@pytest.mark.parametrize("run", ["first", "second"])
def test_a_secret_is_kept_and_the_next_test_does_not_see_it(run: str) -> None:
    assert keyring.get_password("holdfast", "desk-1") is None
    keyring.set_password("holdfast", "desk-1", run)
    assert keyring.get_password("holdfast", "desk-1") == run
    keyring.delete_password("holdfast", "desk-1")
    assert keyring.get_password("holdfast", "desk-1") is None


@pytest.mark.usefixtures("private_keyring")
def test_another_process_reads_the_secret() -> None:
    keyring.set_password("holdfast", "desk-1", "s3cret")
    other = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == "s3cret"


def test_the_keyring_of_the_machine_is_back_after_the_test(private_keyring: PrivateKeyring) -> None:
    assert os.environ["DBUS_SESSION_BUS_ADDRESS"] == private_keyring.environment["DBUS_SESSION_BUS_ADDRESS"]
    assert "holdfast-dbus-" in os.environ["DBUS_SESSION_BUS_ADDRESS"]


def test_a_locked_keyring_says_so(private_keyring: PrivateKeyring) -> None:
    keyring.set_password("holdfast", "desk-1", "s3cret")
    private_keyring.lock()
    # In a process of its own: keyring 25.7 leaves its connection open when it finds the collection locked.
    other = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, check=False)
    assert other.returncode == 1
    assert "keyring.errors.KeyringLocked" in other.stderr
