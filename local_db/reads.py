"""What ``desk.read`` offers: a Reader with the queries of each subject as methods."""

from __future__ import annotations

from local_db.queries import events as event_queries
from local_db.queries import lookups
from local_db.queries import orders as order_queries
from local_db.queries import outbox as outbox_queries
from local_db.queries import pick_tasks as pick_queries
from local_db.queries import search as search_queries
from local_db.queries import stock as stock_queries
from local_db.queries import vehicles as vehicle_queries
from local_db.reader import Reader


class Reads(Reader):
    """Thread-safe queries that answer frozen rows. Panels add their own as functions over a Reader
    (local_db.queries)."""

    orders = order_queries.orders
    order = order_queries.order
    order_lines = order_queries.order_lines
    stock = stock_queries.stock
    stock_levels = stock_queries.stock_levels
    pick_tasks = pick_queries.pick_tasks
    pick_task = pick_queries.pick_task
    vehicles = vehicle_queries.vehicles
    routes = vehicle_queries.routes
    stops = vehicle_queries.stops
    outbox = outbox_queries.outbox
    pending_count = outbox_queries.pending_count
    needs_attention = outbox_queries.needs_attention
    events = event_queries.events
    search = search_queries.search
    search_products = search_queries.search_products
    search_customers = search_queries.search_customers
    search_locations = search_queries.search_locations
    product_by_code = search_queries.product_by_code
    location_by_code = search_queries.location_by_code
    get = lookups.get
    is_provisional = lookups.is_provisional
    sites = lookups.sites
    user_by_username = lookups.user_by_username
    setting = lookups.setting
