"""Pick tasks as other handlers need them: queued for a line, cut down, and given a likely worker."""

from __future__ import annotations

from services.domain.identifiers import derive
from services.domain.permissions import Role, roles_of
from services.domain.pick_states import PickState
from services.domain.priorities import pick_priority, worker_for_zone
from services.handlers.work import Work
from services.storage.tables import Location, Order, OrderLine, PickTask, Stock, User


def tasks_of(work: Work, line: OrderLine) -> list[PickTask]:
    """Every pick task of a line, also those that are done."""
    # By its order, which has few: an index by line would be written with every task.
    return [task for task in work.find(PickTask, order_id=line.order_id) if task.line_id == line.id]


def queue_task(
    work: Work, order: Order, line: OrderLine, stock: Stock, quantity: int, *, attempt: int
) -> PickTask:
    """Ask for units of a stock row to be picked for a line."""
    location = work.need(Location, stock.location_id)
    return work.put(
        PickTask(
            id=derive("pick", line.id, stock.location_id, stock.lot, attempt),
            site_id=order.site_id,
            order_id=order.id,
            line_id=line.id,
            product_id=line.product_id,
            location_id=stock.location_id,
            stock_id=stock.id,
            lot=stock.lot,
            wave_id="",
            quantity=quantity,
            picked=0,
            status=PickState.PENDING.value,
            priority=pick_priority(order.priority, order.due_on, work.context.received_at),
            pick_sequence=location.pick_sequence,
            due_on=order.due_on,
            attempt=attempt,
            assigned_to=worker_for_zone(location.zone, _pickers(work)),
            claimed_at=None,
            picked_at=None,
            staged_stock_id="",
            short_reason="",
            created_at=work.context.at,
        )
    )


def _pickers(work: Work) -> list[str]:
    people = work.find(User, active=1)
    return work.worked_out(
        "pickers", people, lambda: [user.id for user in people if Role.PICKER in roles_of(user.roles)]
    )


def cancel_task(work: Work, task: PickTask, quantity: int) -> PickTask:
    """Ask for so many units less; a task of which nothing is left to do is over."""
    left = task.quantity - quantity
    if left > task.picked:
        return work.change(task, quantity=left)
    status = PickState.PICKED if task.picked else PickState.CANCELLED
    return work.change(task, quantity=left, status=status.value)
