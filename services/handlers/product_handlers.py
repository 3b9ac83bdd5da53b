"""Products and the barcodes that stand for them."""

from __future__ import annotations

from services.commands import AddBarcode, RemoveBarcode, SaveProduct
from services.domain.barcodes import gtin14, is_gtin
from services.domain.identifiers import derive
from services.domain.refusals import refuse
from services.handlers.edits import apply_edit, new_row, refuse_duplicate
from services.handlers.work import Work
from services.storage.tables import Barcode, Product


def save_product(work: Work, command: SaveProduct) -> None:
    """Record a product; its own GTIN is a barcode for one unit of it."""
    known = work.get(Product, command.product_id)
    if known is None:
        defaults = {
            "category": "", "uom": "ea", "gtin": "", "price_minor": 0, "currency": "GBP", "weight_g": 0,
            "volume_ml": 0, "reorder_point": 0, "reorder_quantity": 0,
        }  # fmt: skip
        product = work.put(new_row(Product, command.product_id, defaults, command.values, "sku name"))
    else:
        product = apply_edit(work, known, command.expected, command.values)
    refuse_duplicate(work, Product, product.id, "product", sku=product.sku)
    gtin_before = known.gtin if known is not None else ""
    if gtin_before and gtin_before != product.gtin:
        _drop(work, gtin_before, product)
    if product.gtin and gtin_before != product.gtin:
        _add(work, product, product.gtin, 1)
    work.record("product.saved", product, f"Product {product.sku} {'added' if known is None else 'changed'}")


def add_barcode(work: Work, command: AddBarcode) -> None:
    """Let a code stand for so many units of a product."""
    product = work.need(Product, command.product_id)
    _add(work, product, command.code, command.quantity)
    work.record(
        "barcode.added", product, f"Barcode {command.code} stands for {command.quantity} {product.sku}"
    )


def remove_barcode(work: Work, command: RemoveBarcode) -> None:
    """A code stands for nothing any more."""
    row = work.need(Barcode, command.barcode_id)
    product = work.need(Product, row.product_id)
    work.remove(row)
    work.record("barcode.removed", product, f"Barcode {row.code} removed from {product.sku}")


def _add(work: Work, product: Product, code: str, quantity: int) -> None:
    key = _key(code)
    known = work.get(Barcode, derive("barcode", key))
    if known is not None and known.product_id != product.id:
        other = work.need(Product, known.product_id)
        refuse("duplicate", thing="barcode", name=code, details=[{"code": code, "sku": other.sku}])
    work.put(Barcode(id=derive("barcode", key), code=key, product_id=product.id, quantity=quantity))


def _drop(work: Work, code: str, product: Product) -> None:
    row = work.get(Barcode, derive("barcode", _key(code)))
    if row is not None and row.product_id == product.id and row.quantity == 1:
        work.remove(row)


def _key(code: str) -> str:
    """A barcode as it is looked up: GTINs of every length as GTIN-14, any other code as it is."""
    return gtin14(code) if is_gtin(code) else code
