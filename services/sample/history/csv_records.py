"""Reads delimited text: any usual delimiter and encoding, and rows whose quotes or length are broken."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Final

from services.sample.history.records import Record

SAMPLE_BYTES: Final = 64 * 1024
MAX_LINE_BYTES: Final = 1024 * 1024
MAX_LINES_OF_A_RECORD: Final = 40
"""A quoted field may run over several lines; past this many, its quote was never closed."""
SAMPLE_LINES: Final = 30
DELIMITERS: Final = ",;\t|"

_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NEVER_CLOSED: Final = 'a quote (") opens a field and is never closed'


IsHeader = Callable[[Sequence[str]], bool]


class _TooLong(Exception):
    """A line longer than any order line can be."""


class _NeverEnding(Exception):
    """A record that runs over more lines than any order line can."""


class _Lines:
    """Lines for the csv module, which remembers those of the current record so that they can be read again."""

    def __init__(self, lines: Iterator[str | None]) -> None:
        self._lines = lines
        self._again: deque[str | None] = deque()
        self.taken: list[str | None] = []
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MAX_LINES_OF_A_RECORD:
            raise _NeverEnding
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self.number += 1
        if line is None:
            raise _TooLong
        return line

    def give_back_all_but_first(self) -> None:
        rest = self.taken[1:]
        self._again.extendleft(reversed(rest))
        self.number -= len(rest)


def read(raw: IO[bytes], is_header: IsHeader) -> Iterator[Record]:
    """Every record of the text, blank lines left out. One broken row costs that row alone."""
    sample = raw.read(SAMPLE_BYTES)
    raw.seek(0)
    lines = _Lines(_decoded_lines(raw, sample))
    reader = csv.reader(lines, delimiter=sniff_delimiter(_sample_text(sample), is_header))
    while True:
        lines.taken.clear()
        row = lines.number + 1
        problem = ""
        fields: list[str] = []
        try:
            fields = next(reader)
        except StopIteration:
            return
        except _NeverEnding:
            problem = _NEVER_CLOSED
        except _TooLong:
            problem = f"is longer than {MAX_LINE_BYTES} bytes" if len(lines.taken) == 1 else _NEVER_CLOSED
        except csv.Error as error:
            problem = _in_plain_words(error)
        if len(lines.taken) > 1 and (problem or _quotes_are_odd(lines.taken)):
            # The rows that the open quote swallowed are rows of their own: read them again.
            lines.give_back_all_but_first()
            problem = _NEVER_CLOSED
        if problem:
            yield Record(row, [], problem)
        elif any(fields) and not _blank(fields):
            yield Record(row, fields)


def sniff_delimiter(text: str, is_header: IsHeader) -> str:
    """The delimiter that makes one of the first lines a header; else the one that splits them into the most columns,
    and into equally many.
    """
    lines = [line for line in text.splitlines()[:SAMPLE_LINES] if line.strip()]
    for delimiter in DELIMITERS:
        with contextlib.suppress(csv.Error):
            if any(is_header(fields) for fields in csv.reader(lines, delimiter=delimiter)):
                return delimiter
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            widths = [len(fields) for fields in csv.reader(lines, delimiter=delimiter) if fields]
        except csv.Error:
            continue
        if not widths or max(widths) == 1:
            continue
        usual = max(set(widths), key=widths.count)
        score = widths.count(usual) / len(widths) * usual if usual > 1 else max(widths) / len(widths)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def decode_line(raw: bytes) -> str:
    """A line as UTF-8, or as the Windows code page that older exports use; what neither knows becomes U+FFFD."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _decoded_lines(raw: IO[bytes], sample: bytes) -> Iterator[str | None]:
    if sample.startswith(_UTF16):
        yield from _text_lines(raw, "utf-16", newline="")
    elif b"\r" in sample and b"\n" not in sample:
        # Lines that end in a carriage return alone, from old Macs.
        encoding = "utf-8-sig" if _is_utf8(sample) else "cp1252"
        yield from _text_lines(raw, encoding, newline=None)
    else:
        yield from _byte_lines(raw)


def _byte_lines(raw: IO[bytes]) -> Iterator[str | None]:
    first = True
    while line := raw.readline(MAX_LINE_BYTES):
        if first:
            line, first = line.removeprefix(codecs.BOM_UTF8), False
        if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            while (rest := raw.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                continue
            yield None
        else:
            yield decode_line(line)


def _text_lines(raw: IO[bytes], encoding: str, newline: str | None) -> Iterator[str | None]:
    text = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline=newline)
    try:
        while line := text.readline(MAX_LINE_BYTES):
            if len(line) == MAX_LINE_BYTES and not line.endswith(("\n", "\r")):
                while (rest := text.readline(MAX_LINE_BYTES)) and not rest.endswith(("\n", "\r")):
                    continue
                yield None
            else:
                yield line
    finally:
        text.detach()  # the file is its opener's to close


def _sample_text(sample: bytes) -> str:
    if sample.startswith(_UTF16):
        return sample.decode("utf-16", errors="ignore")
    return decode_line(sample.removeprefix(codecs.BOM_UTF8))


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _in_plain_words(error: csv.Error) -> str:
    """The csv module's complaint about a row, without its advice to programmers."""
    text = str(error)
    if "new-line" in text:
        return "has a line break inside a field without quotes"
    if "larger than field limit" in text:
        return f"has a field longer than {csv.field_size_limit()} characters"
    return f"is not a row of a CSV file: {text}"


def _quotes_are_odd(taken: list[str | None]) -> bool:
    return sum(line.count('"') for line in taken if line is not None) % 2 == 1


def _blank(fields: list[str]) -> bool:
    return all(not field or field.isspace() for field in fields)
