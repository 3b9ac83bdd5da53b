"""Every business table, in the order in which a snapshot is written."""

from __future__ import annotations

from services.storage.row import Row
from services.storage.tables.catalogue import Barcode, Customer, Product
from services.storage.tables.fleet import Driver, Route, Shipment, ShipmentLine, Stop, Vehicle
from services.storage.tables.journal import Alert, Event
from services.storage.tables.orders import Allocation, Backorder, Order, OrderLine, Reservation
from services.storage.tables.people import Setting, Terminal, TerminalSite, User
from services.storage.tables.picking import PickTask, Wave
from services.storage.tables.places import Location, Site
from services.storage.tables.stock import (
    Allotment,
    CycleCount,
    HandlingUnit,
    Stock,
    StockLevel,
    StockMovement,
    StockTask,
)

TABLES: tuple[type[Row], ...] = (
    Site,
    User,
    Terminal,
    TerminalSite,
    Setting,
    Product,
    Barcode,
    Customer,
    Location,
    Stock,
    StockLevel,
    HandlingUnit,
    Order,
    OrderLine,
    Reservation,
    Allocation,
    Backorder,
    Wave,
    PickTask,
    StockTask,
    CycleCount,
    Vehicle,
    Driver,
    Route,
    Stop,
    Shipment,
    ShipmentLine,
    Allotment,
    Alert,
    StockMovement,
    Event,
)

BY_NAME: dict[str, type[Row]] = {cls.table.name: cls for cls in TABLES}

__all__ = [
    "BY_NAME",
    "TABLES",
    "Alert",
    "Allocation",
    "Allotment",
    "Backorder",
    "Barcode",
    "Customer",
    "CycleCount",
    "Driver",
    "Event",
    "HandlingUnit",
    "Location",
    "Order",
    "OrderLine",
    "PickTask",
    "Product",
    "Reservation",
    "Route",
    "Row",
    "Setting",
    "Shipment",
    "ShipmentLine",
    "Site",
    "Stock",
    "StockLevel",
    "StockMovement",
    "StockTask",
    "Stop",
    "Terminal",
    "TerminalSite",
    "User",
    "Vehicle",
    "Wave",
]
