"""The server's routes, one file a subject."""

from __future__ import annotations

from fastapi import APIRouter

from services.server.routes import (
    auth,
    fleet,
    health,
    integration,
    inventory,
    jobs,
    live,
    live_stock,
    orders,
    sync,
    users,
    warehouse,
)

ROUTERS: tuple[APIRouter, ...] = (
    auth.router,
    users.router,
    sync.router,
    live.router,
    orders.router,
    integration.router,
    inventory.router,
    warehouse.router,
    live_stock.router,
    fleet.router,
    jobs.router,
    health.router,
)
