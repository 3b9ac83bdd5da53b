"""The columns of the queue of pick tasks, as data, and what is urgent in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from desktop_app.widgets.columns import Column, mark_column

if TYPE_CHECKING:
    from local_db.queries.pick_tasks import PickTaskRow

_URGENT: Final = 2
_STATES: Final = {"pending": ("To pick", "neutral"), "picking": ("Picking", "info")}

_QUEUE: Final = (
    Column("location_code", "Bin", lambda task: task.location_code, width=96, strong=True),
    Column("sku", "SKU", lambda task: task.sku, width=84),
    Column("quantity", "Take", lambda task: task.quantity - task.picked, "number", width=56),
    Column("order_number", "Order", lambda task: task.order_number, width=116, quiet=True, yields=1),
    Column("priority", "Prio", lambda task: task.priority, "number", width=52, yields=2,
           tone=lambda task: "danger" if task.priority <= _URGENT else None),
    Column("status", "State", lambda task: _STATES.get(task.status, (task.status, "neutral")), "pill", width=96,
           yields=3),
    Column("assigned_name", "Worker", lambda task: task.assigned_name, width=110, quiet=True, yields=4),
    Column("product_name", "Product", lambda task: task.product_name, width=160, stretch=True, quiet=True,
           yields=5),
)  # fmt: skip


def queue_columns(is_doubted: Callable[[str], bool]) -> tuple[Column, ...]:
    """The columns; ``is_doubted(task id)``: its pick is kept, and the server still has to decide on it."""

    def mark(task: Any) -> str:
        return "at_risk" if is_doubted(task.id) else "provisional" if task.provisional else ""

    return (mark_column(mark), *_QUEUE)


SORTS: Final[dict[str, Callable[[Any], Any]]] = {"quantity": lambda task: task.quantity - task.picked}


def urgent(tasks: Sequence[PickTaskRow]) -> list[PickTaskRow]:
    """Those that cannot wait."""
    return [task for task in tasks if task.priority <= _URGENT]
