"""A company's own order history, read from its files: what was sold, to whom, when, and every odd row named."""

from services.sample.history.customers import CustomerProfile, gather_customers
from services.sample.history.errors import HistoryError, HistoryFileError, MappingError
from services.sample.history.line import (
    WALK_IN,
    Article,
    FieldProblem,
    HistoryLine,
    LineKind,
    RefusedRow,
    to_minor,
)
from services.sample.history.mapping import FIELDS, ColumnMapping
from services.sample.history.options import ReadOptions
from services.sample.history.orders import HistoryOrder, HistoryOrderLine, group_orders
from services.sample.history.products import ProductBook, ProductProfile, gather_products
from services.sample.history.reader import HistoryReader, ReadProgress, read_history
from services.sample.history.report import DamagedFile, HistoryReport
from services.sample.history.row_report import RowReport

__all__ = [
    "FIELDS",
    "WALK_IN",
    "Article",
    "ColumnMapping",
    "CustomerProfile",
    "DamagedFile",
    "FieldProblem",
    "HistoryError",
    "HistoryFileError",
    "HistoryLine",
    "HistoryOrder",
    "HistoryOrderLine",
    "HistoryReader",
    "HistoryReport",
    "LineKind",
    "MappingError",
    "ProductBook",
    "ProductProfile",
    "ReadOptions",
    "ReadProgress",
    "RefusedRow",
    "RowReport",
    "gather_customers",
    "gather_products",
    "group_orders",
    "read_history",
    "to_minor",
]
