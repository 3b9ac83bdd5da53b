"""Names that never change: ids made where the thing is made, ids derived from meaning, and order numbers.

Ids are canonical UUID text: 36 characters, lower case. Nothing here reads a clock or a source of randomness;
the caller passes both, so that a command replayed on another machine makes the same ids.
"""

import hashlib
import re
from functools import lru_cache
from typing import Final

import msgspec

# The namespace that keeps our derived ids apart from everybody else's (RFC 9562, section 5.5). It must never
# change: rows already written carry ids derived from it.
NAMESPACE: Final = "5d8a0c5e-6f1b-4b52-9a3e-70c1f2d4b8a6"
RANDOM_BYTES: Final = 10
"""How many random bytes `uuid7_from` wants."""

_NAMESPACE_HASH: Final = hashlib.sha1(bytes.fromhex(NAMESPACE.replace("-", "")), usedforsecurity=False)
_SEPARATOR: Final = "\x1f"
_ESCAPE: Final = "\x1b"
_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TERMINAL_CODE_FORM: Final = r"[A-Z]{1,4}[0-9]{1,4}"
"""A terminal's code as a regular expression."""
COUNTER_FORM: Final = r"[0-9]{6,12}"
"""The count in an order number as a regular expression."""

_VERSION_AT: Final = 14
_TERMINAL_CODE: Final = re.compile(TERMINAL_CODE_FORM)
_ORDER_NUMBER: Final = re.compile(f"({TERMINAL_CODE_FORM})-({COUNTER_FORM})")
_MAX_MILLISECONDS: Final = (1 << 48) - 1
_MAX_COUNTER: Final = 10**12 - 1


def uuid7_from(milliseconds: int, random_bytes: bytes) -> str:
    """Make a UUID version 7 (RFC 9562, section 5.7).

    `milliseconds` is Unix time; `random_bytes` are ten bytes of which 74 bits are used. Ids made later sort
    later. Raises ValueError when the time does not fit 48 bits or the bytes are not ten.
    """
    if not 0 <= milliseconds <= _MAX_MILLISECONDS:
        raise ValueError(f"milliseconds must fit 48 bits, got {milliseconds}")
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"uuid7_from wants {RANDOM_BYTES} random bytes, got {len(random_bytes)}")
    time, noise = f"{milliseconds:012x}", random_bytes.hex()
    return f"{time[:8]}-{time[8:]}-7{noise[1:4]}-{_VARIANT[noise[4]]}{noise[5:8]}-{noise[8:]}"


def milliseconds_of(identifier: str) -> int:
    """The Unix time in milliseconds inside a version 7 id. Raises ValueError for any other text."""
    if not is_id(identifier) or identifier[_VERSION_AT] != "7":
        raise ValueError(f"not a version 7 id: {identifier!r}")
    return int(identifier[:8] + identifier[9:13], 16)


@lru_cache(maxsize=8192, typed=True)
def derive(*parts: object) -> str:
    """The id that follows from what a thing is: a UUID version 5 (RFC 9562, section 5.5) of the parts, in
    order.

    The same parts give the same id on every machine, so a terminal and the server agree on the children of a
    command. Parts are joined by their text: `1` and `"1"` are the same, and so are None and "" (both say:
    there is none), but `("ab", "c")` and `("a", "bc")` are not, whatever characters they contain.
    """
    texts = ["" if part is None else str(part) for part in parts]
    joined = _SEPARATOR.join(texts)
    if _ESCAPE in joined or joined.count(_SEPARATOR) >= len(texts):
        joined = _SEPARATOR.join(_escaped(text) for text in texts)
    sha1 = _NAMESPACE_HASH.copy()
    sha1.update(joined.encode())
    digest = sha1.hexdigest()
    return (
        f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{_VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"
    )


def _escaped(text: str) -> str:
    return text.replace(_ESCAPE, _ESCAPE + _ESCAPE).replace(_SEPARATOR, _ESCAPE + "s")


def is_id(text: str) -> bool:
    """Whether the text is an id in its canonical form."""
    return _ID.fullmatch(text) is not None


def is_derived(text: str) -> bool:
    """Whether the text is such an id as `derive` makes (UUID version 5), and none that was made at random."""
    return is_id(text) and text[_VERSION_AT] == "5"


class OrderNumber(msgspec.Struct, frozen=True):
    """What people call an order: the terminal that took it and that terminal's own count."""

    terminal_code: str
    counter: int

    def __str__(self) -> str:
        return f"{self.terminal_code}-{self.counter:06d}"


def order_number(terminal_code: str, counter: int) -> str:
    """The number on paper of a terminal's n-th order, such as `T01-000042`; unique without asking a server.

    Raises ValueError for a code that is not up to four capital letters and up to four digits, or a counter
    below 1.
    """
    if _TERMINAL_CODE.fullmatch(terminal_code) is None:
        raise ValueError(
            f"a terminal code is capital letters and then digits, such as T01, got {terminal_code!r}"
        )
    if not 1 <= counter <= _MAX_COUNTER:
        raise ValueError(f"an order counter starts at 1 and has at most twelve digits, got {counter}")
    return str(OrderNumber(terminal_code, counter))


def parse_order_number(text: str) -> OrderNumber | None:
    """Take an order number apart, or None when the text is not one. Case and blanks around do not matter."""
    match = _ORDER_NUMBER.fullmatch(text.strip().upper())
    return None if match is None else OrderNumber(match.group(1), int(match.group(2)))
