"""Where the key of the files and the terminal's secrets are kept: the system's keyring, or behind a passphrase."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

import msgspec

from local_db.errors import KeyMissing, PlainStorageRefused

PROFILE_FILE = "profile.json"
_SERVICE = "Holdfast"
_KEY_BYTES = 32

# Argon2id, the first choice of RFC 9106 section 4 scaled to 64 MiB, which its second choice allows.
_PASSPHRASE_MEMORY_KIB = 64 * 1024
_PASSPHRASE_PASSES = 3
_PASSPHRASE_LANES = 4


class Profile(msgspec.Struct, frozen=True):
    """What is known of a profile before its files can be opened. ``storage``: keyring, passphrase or plain."""

    id: str
    storage: str
    salt: str = ""


class SecretStore(Protocol):
    """A place for small secrets, such as the device credential or a person's refresh token."""

    def secret(self, name: str) -> str:
        """The secret of this name, or an empty text."""
        ...

    def keep_secret(self, name: str, value: str) -> None:
        """Keep a secret; an empty one is removed."""
        ...


class FileKey(msgspec.Struct, frozen=True):
    """The key of both files (empty for plain ones), and the keyring as a store of secrets where there is one."""

    key: str
    keyring: SecretStore | None

    def __repr__(self) -> str:
        return f"FileKey({'keyed' if self.key else 'plain'})"


def find_key(folder: Path, *, allow_plain: bool, passphrase: str | None) -> FileKey:
    """The key of a profile's files, made with its first opening.

    A new profile is kept plain where ``allow_plain`` says so (an administrator's setting, the demo and tests), else
    behind ``passphrase`` where one is given, else with the system's keyring. Raises PlainStorageRefused where none of
    these is to be had, KeyMissing where the files exist and their key does not, or the passphrase is not given.
    """
    path = folder / PROFILE_FILE
    if path.exists():
        return _known_key(folder, _profile(path), allow_plain, passphrase)
    storage = "plain" if allow_plain else "passphrase" if passphrase else "keyring"
    profile = Profile(os.urandom(8).hex(), storage, os.urandom(16).hex())
    if storage == "keyring":
        vault = KeyringSecrets(profile.id)
        vault.keep_secret("file-key", os.urandom(_KEY_BYTES).hex())
    _write_durably(path, msgspec.json.encode(profile))
    return _known_key(folder, profile, allow_plain, passphrase)


def storage_of(folder: Path) -> str:
    """How the key of a profile's files is kept: keyring, passphrase or plain; empty where there is no profile."""
    path = folder / PROFILE_FILE
    return _profile(path).storage if path.exists() else ""


def _profile(path: Path) -> Profile:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Profile)
    except msgspec.MsgspecError as problem:
        raise KeyMissing(
            f"{path}, which says where the key of this desk's files is, is damaged. They were left as they are. "
            "Put it back from a copy of this folder."
        ) from problem


def _known_key(folder: Path, profile: Profile, allow_plain: bool, passphrase: str | None) -> FileKey:
    if profile.storage == "plain":
        if not allow_plain:
            raise PlainStorageRefused(
                f"The files in {folder} are not encrypted, and this desk is not allowed to use such files. "
                "Nothing was opened. Start the desk with --plain to use them, or with another --folder."
            )
        return FileKey("", None)
    if profile.storage == "passphrase":
        if not passphrase:
            raise KeyMissing(f"The files in {folder} are locked with a passphrase. Enter it to open them.")
        return FileKey(_derived(passphrase, profile.salt), None)
    vault = KeyringSecrets(profile.id)
    key = vault.secret("file-key")
    if not key:
        raise KeyMissing(
            f"The keyring has no key for the files in {folder}. They were left as they are. "
            "Sign in as the user who made them, or restore the keyring."
        )
    return FileKey(key, vault)


def _derived(passphrase: str, salt: str) -> str:
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        passphrase.encode(),
        bytes.fromhex(salt),
        time_cost=_PASSPHRASE_PASSES,
        memory_cost=_PASSPHRASE_MEMORY_KIB,
        parallelism=_PASSPHRASE_LANES,
        hash_len=_KEY_BYTES,
        type=Type.ID,
    ).hex()


def _write_durably(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


class KeyringSecrets:
    """Secrets of one profile in the system's keyring. Every method raises PlainStorageRefused where there is none.

    What was read once stays known to this process: a keyring that a screen lock has locked must not end the sync. The
    key of the files is in its memory for as long anyway.
    """

    def __init__(self, profile_id: str) -> None:
        self._profile_id = profile_id
        self._known: dict[str, str] = {}

    def secret(self, name: str) -> str:
        """The secret of this name, or an empty text."""
        if name not in self._known and (found := self._read(name)):
            self._known[name] = found
        return self._known.get(name, "")

    def _read(self, name: str) -> str:
        # Imported late: the keyring is slow to import, and a profile with a passphrase does without.
        import keyring
        import keyring.errors

        try:
            return keyring.get_password(_SERVICE, self._user(name)) or ""
        except keyring.errors.KeyringError as problem:
            raise _no_keyring(problem) from problem

    def keep_secret(self, name: str, value: str) -> None:
        """Keep a secret, and look whether it was kept; an empty one is removed."""
        import keyring
        import keyring.errors

        if type(keyring.get_keyring()).__module__.startswith("keyrings.alt"):
            raise _no_keyring("the one that is set up keeps secrets readable for everybody")
        try:
            if value:
                keyring.set_password(_SERVICE, self._user(name), value)
            elif keyring.get_password(_SERVICE, self._user(name)) is not None:
                keyring.delete_password(_SERVICE, self._user(name))
        except keyring.errors.KeyringError as problem:
            raise _no_keyring(problem) from problem
        self._known.pop(name, None)
        if value and self.secret(name) != value:
            raise _no_keyring("it did not keep what it was given")

    def _user(self, name: str) -> str:
        return f"{self._profile_id}/{name}"


def _no_keyring(problem: object) -> PlainStorageRefused:
    import keyring.errors

    if isinstance(problem, keyring.errors.KeyringLocked):
        return PlainStorageRefused(
            "The keyring is locked, so the key of the local files cannot be had. Nothing was opened. "
            "Unlock it and try again."
        )
    said = str(problem) or "no keyring was found"
    return PlainStorageRefused(
        f"This machine has no usable keyring for the key of the local files ({said.splitlines()[0]}). Nothing was "
        "written unencrypted. Set up a keyring, such as GNOME Keyring or KWallet; or, where your rules allow it, start "
        "the desk with --plain to keep its files unencrypted."
    )
