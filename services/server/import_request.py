"""What a request to import says, as work at a counter: a CSV body or JSON rows, past orders or things of a kind."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from services.domain.refusals import RuleViolation
from services.imports.applying import apply_groups, grouped
from services.imports.counter import Counter
from services.imports.fields import KINDS
from services.imports.mapping import parse_mapping
from services.imports.outcomes import SheetRow, Tally, money_text
from services.imports.past_orders import remember_orders
from services.imports.problems import ImportProblem
from services.imports.running import amount_of
from services.imports.sheet import read_sheet
from services.sample.history.errors import HistoryError
from services.sample.history.line import RefusedRow
from services.sample.history.mapping import FIELDS, ColumnMapping
from services.sample.history.orders import HistoryOrder, group_orders
from services.sample.history.products import gather_products
from services.sample.history.reader import read_history
from services.sample.history.report import HistoryReport
from services.storage.tables import Site

ImportWork = Callable[[Counter, Site], dict[str, Any]]
"""Does the import at a site; answers the report."""

_FILE = "body"


class _Body(msgspec.Struct):
    """``rows`` are plain objects, or rows as `holdfast import` sends them; ``documents`` past orders put together."""

    rows: list[dict[str, Any]] = []
    documents: list[HistoryOrder] = []


def history_work(body: bytes, is_json: bool, mapping: str) -> ImportWork:
    """Past orders. Raises ImportProblem for a body or a mapping that cannot be used."""
    said = _decoded(body) if is_json else _Body()
    if said.documents:
        return lambda counter, site: {"new": sorted(remember_orders(counter, site, said.documents))}
    report, documents, refusals = _read_history(_as_csv(said.rows) if is_json else body, mapping)

    def work(counter: Counter, site: Site) -> dict[str, Any]:
        new = remember_orders(counter, site, documents)
        return {
            "rows": report.rows,
            "orders": report.orders,
            "lines": report.lines,
            "cancellations": report.cancelled_orders,
            "units": report.units,
            "amount": msgspec.Raw(str(amount_of(report)).encode()),
            "refused": report.refused,
            "kinds": {kind.value: count for kind, count in report.by_kind.items()},
            "new": sorted(new),
            "outcomes": [
                {"file": each.file, "row": each.row, "outcome": "refused", **msgspec.to_builtins(problem)}
                for each in refusals
                for problem in each.problems
            ],
        }

    return work


def rows_work(kind: str, body: bytes, is_json: bool, mapping: str) -> ImportWork:
    """Things of a kind. Raises ImportProblem for a body or a mapping that cannot be used."""
    file_kind = KINDS[kind]
    if is_json:
        rows = [_sheet_row(row, position) for position, row in enumerate(_decoded(body).rows, start=1)]
    else:
        with tempfile.TemporaryDirectory(prefix="holdfast-import-") as folder:
            path = Path(folder) / _FILE
            path.write_bytes(body)
            rows = read_sheet(path, file_kind, parse_mapping(mapping, file_kind))

    def work(counter: Counter, site: Site) -> dict[str, Any]:
        tally = Tally(outcomes=apply_groups(counter, kind, site, grouped(rows, file_kind)))
        tally.outcomes.sort(key=lambda each: (each.file, each.row))
        found: dict[str, Any] = {**tally.counts(), "outcomes": tally.outcomes}
        if kind in ("orders", "stock"):
            found["units"] = tally.units()
        if kind == "orders":
            found["orders"] = tally.keys()
            found["amount"] = msgspec.Raw(money_text(tally.amount_minor()).encode())
        return found

    return work


def _read_history(body: bytes, mapping: str) -> tuple[HistoryReport, list[HistoryOrder], list[RefusedRow]]:
    refusals: list[RefusedRow] = []
    with tempfile.TemporaryDirectory(prefix="holdfast-import-") as folder:
        path = Path(folder) / _FILE
        path.write_bytes(body)
        try:
            said = ColumnMapping.parse(mapping) if mapping else None
            reader = read_history([path], said, on_refused=refusals.append)
            lines = list(reader)
        except HistoryError as problem:
            raise ImportProblem(f"{problem}. Nothing was taken.") from problem
    return reader.report, group_orders(lines, gather_products(lines).sku_of), refusals


def _as_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """JSON rows of past orders as the file that the reader takes."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, extrasaction="raise")
    writer.writeheader()
    for position, row in enumerate(rows, start=1):
        unknown = sorted(row.keys() - set(FIELDS))
        if unknown:
            raise ImportProblem(
                f"Row {position} has a field {unknown[0]!r}. Nothing was taken. The fields are {', '.join(FIELDS)}."
            )
        writer.writerow({name: _text(value, name, position) for name, value in row.items()})
    return text.getvalue().encode()


def _sheet_row(row: dict[str, Any], position: int) -> SheetRow:
    if isinstance(row.get("values"), dict):
        try:
            return msgspec.convert(row, SheetRow)
        except msgspec.ValidationError as problem:
            raise ImportProblem(
                f"Row {position} is not understood: {problem}. Nothing was taken."
            ) from problem
    return SheetRow(
        file=_FILE, row=position, values={name: _text(value, name, position) for name, value in row.items()}
    )


def _text(value: Any, field: str, position: int) -> str:
    """A field of a JSON row as a cell of a file would have it."""
    if value is None:
        return ""
    if isinstance(value, list | dict):
        what = "a list" if isinstance(value, list) else "an object"
        raise ImportProblem(
            f"Row {position}, {field[:40]}: {what} is no value. Nothing was taken. Give a text or a number."
        )
    return str(value).lower() if isinstance(value, bool) else str(value)


def _decoded(body: bytes) -> _Body:
    try:
        return msgspec.json.decode(body, type=_Body)
    except (msgspec.MsgspecError, RuleViolation) as problem:
        raise ImportProblem(f"The body is not understood: {problem}. Nothing was taken.") from problem
