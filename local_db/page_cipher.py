"""Encrypts a database page by page as SQLCipher 4 does it, for a file that arrives whole and is written once.

What goes through SQLite's own writing takes three times as long for a million rows. The format is the one that its makers
document (AES-256 in CBC mode, HMAC-SHA256 over each page): a page keeps room at its end for the vector and the checksum,
and the first page begins with the salt instead of SQLite's magic text.
"""

from __future__ import annotations

import hashlib
import os

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from services.storage.cache_tables import PAGE_BYTES, RESERVED_BYTES

_BLOCK_BYTES = 16
_SALT_BYTES = 16
_KEY_BYTES = 32
_TEXT_BYTES = PAGE_BYTES - RESERVED_BYTES
_ROUNDS = 2
_SALT_MASK = 0x3A
_SHA256_BLOCK_BYTES = 64


class PageCipher:
    """Encrypts the pages of one new file, from the first to the last. ``key``: 64 hexadecimal digits."""

    def __init__(self, key: str) -> None:
        raw = bytes.fromhex(key)
        self._salt = os.urandom(_SALT_BYTES)
        # All pages are one long chain, with their reserved bytes: what becomes of a page's last block is the vector of
        # the next page, as good as chance for whoever has no key, and no page has to be cut out and begun anew.
        self._vector: bytes | bytearray = os.urandom(_BLOCK_BYTES)
        self._encryptor = Cipher(AES(raw), CBC(self._vector)).encryptor()
        mac_salt = bytes(byte ^ _SALT_MASK for byte in self._salt)
        mac_key = hashlib.pbkdf2_hmac("sha512", raw, mac_salt, _ROUNDS, _KEY_BYTES)
        # The two halves of HMAC. The outer one is begun once; the inner one begins with its padded key each time, for with
        # these bytes a page is long enough for hashlib to let other threads work meanwhile.
        self._inner_key = _padded(mac_key, 0x36)
        self._outer = hashlib.sha256(_padded(mac_key, 0x5C))
        self._begun = False
        self._number = 0

    def encrypt(self, pages: bytes | bytearray) -> bytearray:
        """The next pages, whole ones, without their checksums; the ends of pages are for ``seal`` to fill."""
        encrypted = bytearray(len(pages) + _BLOCK_BYTES - 1)
        # The salt takes the place of the file's first block.
        begin = 0 if self._begun else _SALT_BYTES
        self._begun = True
        encrypted[:begin] = self._salt[:begin]
        with memoryview(encrypted) as room, memoryview(pages) as plain:
            self._encryptor.update_into(plain[begin:], room[begin:])
        del encrypted[len(pages) :]
        return encrypted

    def seal(self, pages: bytearray) -> bytearray:
        """The next encrypted pages as they stand in the keyed file: changed in place, with their vectors and checksums.

        A page is sealed after it was encrypted, but not by the same thread: another may encrypt what follows meanwhile.
        """
        inner_key, outer, number, vector = self._inner_key, self._outer, self._number, self._vector
        with memoryview(pages) as view:
            for begin in range(0, len(pages), PAGE_BYTES):
                number += 1
                text_end, end = begin + _TEXT_BYTES, begin + PAGE_BYTES
                text = view[begin if number > 1 else _SALT_BYTES : text_end]
                under = hashlib.sha256(b"".join((inner_key, text, vector, number.to_bytes(4, "little"))))
                checksum = outer.copy()
                checksum.update(under.digest())
                next_vector = pages[end - _BLOCK_BYTES : end]
                view[text_end:end] = vector + checksum.digest()
                vector = next_vector
        self._number, self._vector = number, vector
        return pages


def _padded(key: bytes, mask: int) -> bytes:
    return bytes(byte ^ mask for byte in key.ljust(_SHA256_BLOCK_BYTES, b"\0"))
