"""Which column of a file is which of our fields: said by a person, or recognised by its heading."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence

from services.imports.fields import FileKind
from services.imports.problems import ImportProblem
from services.sample.history.mapping import reduce_heading


def parse_mapping(text: str, kind: FileKind) -> dict[str, str]:
    """Read ``THEIRS=ours,...``. Raises ImportProblem for a part that says something else."""
    pairs: dict[str, str] = {}
    for part in next(csv.reader([text], skipinitialspace=True), []):
        if not part.strip():
            continue
        theirs, equals, ours = (piece.strip() for piece in part.rpartition("="))
        if not equals or not theirs or not ours:
            raise ImportProblem(
                f"A mapping is THEIRS=ours, such as StockCode=sku; got {part.strip()!r}. Nothing was read."
            )
        if kind.field(ours) is None:
            known = ", ".join(field.name for field in kind.fields)
            raise ImportProblem(
                f"{part.strip()!r}: {kind.name} have no field {ours!r}. Nothing was read. The fields are {known}."
            )
        if theirs in pairs or ours in pairs.values():
            raise ImportProblem(f"{part.strip()!r} maps a column or a field twice. Nothing was read.")
        pairs[theirs] = ours
    return pairs


def columns_of(header: Sequence[str], kind: FileKind, said: Mapping[str, str]) -> dict[str, int]:
    """The position of each of our fields in a header. Raises ImportProblem naming a column that is missing."""
    names = [heading.strip() for heading in header]
    folded = [name.casefold() for name in names]
    found: dict[str, int] = {}
    for theirs, ours in said.items():
        if theirs.casefold() not in folded:
            raise ImportProblem(f"there is no column {theirs!r}; the header has: {_listed(names)}")
        found[ours] = folded.index(theirs.casefold())
    reduced = [reduce_heading(name) for name in names]
    taken = set(found.values())
    for field in kind.fields:
        for known in (reduce_heading(field.name), *field.headings.split()):
            if field.name not in found and known in reduced and reduced.index(known) not in taken:
                found[field.name] = reduced.index(known)
                taken.add(found[field.name])
    missing = [field.name for field in kind.fields if field.required and field.name not in found]
    if missing:
        raise ImportProblem(
            f"no column for {', '.join(missing)}; the header has: {_listed(names)}. "
            f"Say which is which, such as --map {next(filter(None, names), 'Column')[:40]}={missing[0]}"
        )
    return found


def fits(header: Sequence[str], kind: FileKind, said: Mapping[str, str]) -> bool:
    """Whether a row is a header with every required field."""
    try:
        columns_of(header, kind, said)
    except ImportProblem:
        return False
    return True


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name[:40] for name in names[:30]) + (", ..." if len(names) > 30 else "")
