"""Six months of a real retailer's order lines add up to the figures that their source states."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.sample.history import ColumnMapping, LineKind, read_history

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def folder(real_data: Path) -> Path:
    return real_data / "orders-uci-online-retail"


def stated_totals(folder: Path) -> dict[str, list[str]]:
    """The table of the source's own description, by month."""
    table = {}
    for line in (folder / "SOURCE.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and cells[0].startswith("20"):
            table[cells[0]] = cells[1:]
    return table


def test_each_month_equals_its_sources_own_totals(folder: Path):
    table = stated_totals(folder)
    assert len(table) == 6
    for month, (lines, invoices, cancel_lines, blank, units, amount) in table.items():
        reader = read_history([folder / f"online-retail-{month}.csv.gz"])
        for _ in reader:
            pass
        report = reader.report
        assert report.refused == 0
        assert report.rows == report.lines == int(lines)
        assert report.orders + report.cancelled_orders == int(invoices)
        assert report.cancel_lines == int(cancel_lines)
        assert report.blank_customers == int(blank)
        assert report.units == int(units)
        assert report.amount_minor("GBP") == round(float(amount) * 100)


def test_the_six_months_together_hold_every_kind_of_row(folder: Path):
    reader = read_history(sorted(folder.glob("*.csv.gz")))
    rows = sum(1 for _ in reader)
    report = reader.report
    assert rows == report.rows == 209_029
    assert report.totals("GBP")["amount"] == 370_682_764
    assert {kind for kind, count in report.by_kind.items() if count} == set(LineKind)
    assert report.by_kind[LineKind.CANCELLATION] == 3783
    notes = {line.description for line in report.examples[LineKind.WAREHOUSE_NOTE]}
    assert notes
    assert all(line.walk_in and line.unit_price == 0 for line in report.examples[LineKind.WAREHOUSE_NOTE])


def test_a_mapping_given_by_hand_reads_the_same(folder: Path):
    mapping = ColumnMapping.parse(
        "InvoiceNo=order_number,StockCode=sku,Description=description,Quantity=quantity,"
        "InvoiceDate=ordered_at,UnitPrice=unit_price,CustomerID=customer_code,Country=country"
    )
    path = folder / "online-retail-2011-02.csv.gz"
    assert list(read_history([path], mapping)) == list(read_history([path]))
