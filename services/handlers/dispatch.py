"""The one table from command to handler, and how a command is run by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from services import commands as c
from services.domain.refusals import RuleViolation
from services.handlers import (
    allotment_handlers,
    count_handlers,
    customer_handlers,
    delivery_handlers,
    fleet_handlers,
    order_change_handlers,
    order_handlers,
    organisation_handlers,
    packing_handlers,
    picking_handlers,
    product_handlers,
    route_handlers,
    stock_handlers,
    terminal_handlers,
)
from services.handlers.work import Context, Job, Work
from services.storage.unit_of_work import UnitOfWork

Handler = Callable[[Work, Any], None]

HANDLERS: dict[type[c.Command], Handler] = {
    c.PlaceOrder: order_handlers.place_order,
    c.ConfirmOrder: order_handlers.confirm_order,
    c.AddLines: order_handlers.add_lines,
    c.RetryOrder: order_handlers.retry_order,
    c.ReleaseOrders: order_handlers.release_orders,
    c.ChangeOrder: order_change_handlers.change_order,
    c.ChangeLine: order_change_handlers.change_line,
    c.HoldOrder: order_change_handlers.hold_order,
    c.ResumeOrder: order_change_handlers.resume_order,
    c.CancelOrder: order_change_handlers.cancel_order,
    c.CloseOrder: order_change_handlers.close_order,
    c.ClaimPicks: picking_handlers.claim_picks,
    c.UnclaimPicks: picking_handlers.unclaim_picks,
    c.ConfirmPick: picking_handlers.confirm_pick,
    c.ShortPick: picking_handlers.short_pick,
    c.UndoPick: picking_handlers.undo_pick,
    c.StagePicks: picking_handlers.stage_picks,
    c.PackOrder: packing_handlers.pack_order,
    c.UnpackOrder: packing_handlers.unpack_order,
    c.PlanRoute: route_handlers.plan_route,
    c.CancelRoute: route_handlers.cancel_route,
    c.ReopenRoute: route_handlers.reopen_route,
    c.AssignShipment: route_handlers.assign_shipment,
    c.UnassignShipment: route_handlers.unassign_shipment,
    c.LoadShipment: delivery_handlers.load_shipment,
    c.UnloadShipment: delivery_handlers.unload_shipment,
    c.DepartRoute: delivery_handlers.depart_route,
    c.ArriveStop: delivery_handlers.arrive_stop,
    c.DeliverShipment: delivery_handlers.deliver_shipment,
    c.FailDelivery: delivery_handlers.fail_delivery,
    c.RetryDelivery: delivery_handlers.retry_delivery,
    c.ReturnShipment: delivery_handlers.return_shipment,
    c.ReceiveReturn: delivery_handlers.receive_return,
    c.FinishRoute: delivery_handlers.finish_route,
    c.ReceiveStock: stock_handlers.receive_stock,
    c.MoveStock: stock_handlers.move_stock,
    c.AdjustStock: stock_handlers.adjust_stock,
    c.HoldStock: stock_handlers.hold_stock,
    c.ReleaseStock: stock_handlers.release_stock,
    c.RequestReplenishment: stock_handlers.request_replenishment,
    c.CancelStockTask: stock_handlers.cancel_stock_task,
    c.ReturnAllotment: allotment_handlers.return_allotment,
    c.RevokeAllotment: allotment_handlers.revoke_allotment,
    c.RequestCount: count_handlers.request_count,
    c.CountStock: count_handlers.count_stock,
    c.ApproveCount: count_handlers.approve_count,
    c.RejectCount: count_handlers.reject_count,
    c.SaveVehicle: fleet_handlers.save_vehicle,
    c.SetVehicleState: fleet_handlers.set_vehicle_state,
    c.RecordPosition: fleet_handlers.record_position,
    c.SaveDriver: fleet_handlers.save_driver,
    c.SaveProduct: product_handlers.save_product,
    c.AddBarcode: product_handlers.add_barcode,
    c.RemoveBarcode: product_handlers.remove_barcode,
    c.SaveCustomer: customer_handlers.save_customer,
    c.SaveLocation: organisation_handlers.save_location,
    c.SaveSite: organisation_handlers.save_site,
    c.SaveUser: organisation_handlers.save_user,
    c.SaveTerminal: terminal_handlers.save_terminal,
    c.GrantSite: terminal_handlers.grant_site,
    c.WithdrawSite: terminal_handlers.withdraw_site,
    c.SaveSetting: organisation_handlers.save_setting,
    c.AcknowledgeAlert: organisation_handlers.acknowledge_alert,
    c.ResolveAlert: organisation_handlers.resolve_alert,
}


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a command did: ``applied``, ``adjusted`` (taken for less) or ``rejected`` (a rule said no).

    ``certain_until``: on a terminal, by the server's clock (ms UTC), until when the server is bound to do the same,
    because all of it was set aside for this terminal; 0 where it is not.
    """

    status: str
    code: str = ""
    message: str = ""
    details: list[dict[str, Any]] = []
    jobs: list[Job] = []
    certain_until: int = 0


def run_command(unit: UnitOfWork, command: c.Command, context: Context) -> Effect:
    """Run a command's handler. A refusal leaves no trace; any other error is the caller's to retry."""
    work = Work(unit, context, getattr(command, "site_id", ""))
    try:
        with unit.savepoint():
            HANDLERS[type(command)](work, command)
    except RuleViolation as refusal:
        return Effect(
            status="rejected", code=refusal.code, message=refusal.message, details=list(refusal.details)
        )
    if work.shortfalls:
        first = work.shortfalls[0]
        return Effect(
            status="adjusted",
            code=first.code,
            message=" ".join(shortfall.message for shortfall in work.shortfalls),
            details=[detail for shortfall in work.shortfalls for detail in shortfall.details],
            jobs=work.jobs,
        )
    return Effect(status="applied", jobs=work.jobs, certain_until=work.certain_until)
