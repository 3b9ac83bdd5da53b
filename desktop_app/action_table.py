"""The one table of actions. Add a row here, bind it where the work is done; menus, palette and keys follow.

Shortcuts always carry Ctrl, Alt or are function keys: a scanner types bare letters and digits. Two actions may share a
shortcut only if they belong to different panels.
"""

from typing import Final

from desktop_app.actions import Action
from desktop_app.panels.catalogue import PANELS

# The menus from left to right; one that no action names is not shown.
MENUS: Final = (
    "File",
    "Edit",
    "View",
    "Go",
    "Order",
    "Picking",
    "Dispatch",
    "Stock",
    "Fleet",
    "Outbox",
    "Admin",
    "Link",
    "Help",
)

SHELL_ACTIONS: Final[tuple[Action, ...]] = (
    Action("app.lock", "Lock the terminal", "lock", "Ctrl+L", "File", tip="It keeps syncing while locked."),
    Action("app.sign_out", "Sign out", "sign-out", "", "File"),
    Action(
        "app.site",
        "Go to another site...",
        "pin",
        "",
        "File",
        enabled_when="several_sites",
        tip="Of those that this desk works at.",
    ),
    Action("app.print", "Print...", "print", "Ctrl+P", "File", 1, enabled_when="can_print"),
    Action(
        "app.export",
        "Export what is shown...",
        "export",
        "Ctrl+Shift+E",
        "File",
        1,
        permission="export.run",
        enabled_when="can_export",
    ),
    Action("app.settings", "Settings", "settings", "Ctrl+,", "File", 2),
    Action("app.quit", "Quit", "", "Ctrl+Q", "File", 3),
    Action("edit.undo", "Undo", "undo", "Ctrl+Z", "Edit", tip="Takes back your last step, also offline."),
    Action("edit.find", "Search or command", "search", "Ctrl+K", "Edit", 1),
    Action("edit.filter", "Search in this panel", "filter", "Ctrl+F", "Edit", 1),
    Action("view.menu", "Menu", "menu", "Alt+M"),
    Action("view.rail", "Fold the navigation", "rail", "Ctrl+B", "View"),
    Action("view.inspector", "Show or close the inspector", "inspector", "Ctrl+I", "View"),
    Action("view.next_region", "Go to the next region of the window", "swap", "F6", "View"),
    Action("view.refresh", "Refresh", "refresh", "F5", "View"),
    Action("view.theme", "Next theme: light, dark, high contrast", "theme", "Ctrl+Shift+T", "View", 1),
    Action(
        "view.density", "Next row height: compact, comfortable, touch", "density", "Ctrl+Shift+D", "View", 1
    ),
    Action("view.full_screen", "Full screen", "expand", "F11", "View", 1),
    Action("link.sync_now", "Sync now", "sync", "Ctrl+Shift+S", "Link"),
    Action("link.outbox", "Show what is pending", "outbox", "", "Link"),
    Action("help.shortcuts", "Keyboard shortcuts", "keyboard", "F1", "Help"),
    Action("help.about", "About Holdfast", "info", "", "Help"),
)

ORDER_ACTIONS: Final[tuple[Action, ...]] = (
    Action("order.new", "New order", "plus", "Ctrl+N", "Order", permission="order.place"),
    Action("order.place", "Place the order", "check", "Ctrl+Return", "Order", panel="orders", permission="order.place",
           enabled_when="order_entry", tip="Takes what stands in the entry, also without a link."),
    Action("order.discard", "Discard the draft", "trash", "", "Order", panel="orders", enabled_when="order_entry"),
    Action("order.again", "Order the same again", "copy", "", "Order", panel="orders", permission="order.place",
           enabled_when="order_selected"),
    Action("order.edit", "Change due day, priority, address...", "edit", "Ctrl+E", "Order", 1, "orders", "order.change",
           "order_change"),
    Action("order.quantity", "Change the quantity of a line...", "edit", "Ctrl+Shift+Q", "Order", 1, "orders",
           "order.change", "order_line_change"),
    Action("order.add_lines", "Add lines...", "plus", "Ctrl+Shift+N", "Order", 1, "orders", "order.change", "order_change"),
    Action("order.holders", "Who holds this stock", "people", "Ctrl+Shift+W", "Order", 1, "orders", "", "order_line"),
    Action("order.release", "Release to picking as a wave", "pick", "Ctrl+Shift+R", "Order", 2, "orders", "order.release",
           "order_release", "All selected orders go to the pickers together."),
    Action("order.retry", "Look for stock again", "refresh", "Ctrl+Shift+F", "Order", 2, "orders", "order.change",
           "order_retry"),
    Action("order.hold", "Put on hold...", "hold", "Ctrl+H", "Order", 2, "orders", "order.hold", "order_hold"),
    Action("order.resume", "Resume", "play", "Ctrl+Shift+H", "Order", 2, "orders", "order.hold", "order_resume"),
    Action("order.confirm", "Confirm the draft", "check", "", "Order", 2, "orders", "order.place", "order_confirm"),
    Action("order.close", "Close", "check", "", "Order", 2, "orders", "order.change", "order_close"),
    Action("order.cancel", "Cancel the order...", "close", "Ctrl+Shift+Delete", "Order", 2, "orders", "order.cancel",
           "order_cancel"),
    Action("order.pick_list", "Print the pick list", "print", "Ctrl+Shift+L", "Order", 3, "orders", "", "order_selected"),
    Action("order.packing_slip", "Print the packing slip", "print", "Ctrl+Shift+K", "Order", 3, "orders", "",
           "order_selected"),
)  # fmt: skip

PICKING_ACTIONS: Final[tuple[Action, ...]] = (
    Action("pick.claim", "Walk what is selected", "pick", "Ctrl+Return", "Picking", panel="picking",
           permission="pick.confirm", enabled_when="pick_selected"),
    Action("pick.confirm", "Confirm the pick", "check", "F9", "Picking", panel="picking", permission="pick.confirm",
           enabled_when="pick_walk"),
    Action("pick.short", "Short pick...", "warning", "F4", "Picking", panel="picking", permission="pick.confirm",
           enabled_when="pick_walk"),
    Action("pick.terminal", "Terminal mode: only the card", "expand", "F10", "Picking", 1, panel="picking"),
)  # fmt: skip

DISPATCH_ACTIONS: Final[tuple[Action, ...]] = (
    Action("dispatch.new_route", "Open a route for a van...", "plus", "F7", "Fleet", panel="dispatch",
           permission="fleet.plan"),
    Action("dispatch.new_route_on", "Open a route for another day...", "clock", "Shift+F7", "Fleet", panel="dispatch",
           permission="fleet.plan"),
    Action("dispatch.cancel_route", "Cancel the route...", "close", "", "Fleet", panel="dispatch",
           permission="fleet.plan", enabled_when="dispatch_route"),
    Action("dispatch.put_on_all", "Put all that wait on the route", "plus", "Shift+F8", "Fleet", panel="dispatch",
           permission="fleet.assign", enabled_when="dispatch_route"),
    Action("dispatch.put_on", "Put a waiting shipment on the route...", "plus", "F8", "Fleet", panel="dispatch",
           permission="fleet.assign", enabled_when="dispatch_route"),
)  # fmt: skip

STOCK_ACTIONS: Final[tuple[Action, ...]] = (
    Action("inventory.receive", "Receive stock...", "import", "Ctrl+R", "Stock", panel="inventory",
           permission="stock.receive"),
    Action("inventory.move", "Move stock...", "swap", "Ctrl+M", "Stock", panel="inventory", permission="stock.move"),
    Action("inventory.replenish", "Ask for a replenishment...", "refresh", "Ctrl+Shift+R", "Stock", panel="inventory",
           permission="stock.move"),
    Action("inventory.adjust", "Adjust stock...", "edit", "Ctrl+J", "Stock", 1, "inventory", "stock.adjust"),
    Action("inventory.hold", "Put stock on hold...", "hold", "Ctrl+H", "Stock", 1, "inventory", "stock.hold"),
    Action("inventory.release", "Release stock from hold...", "play", "Ctrl+Shift+H", "Stock", 1, "inventory",
           "stock.hold"),
    Action("inventory.count", "Enter a count...", "count", "Ctrl+T", "Stock", 2, "inventory", "stock.count"),
    Action("inventory.request_count", "Ask for a count...", "count", "Ctrl+Shift+C", "Stock", 2, "inventory",
           "stock.count"),
    Action("inventory.approve", "Approve the selected counts", "check", "Ctrl+Return", "Stock", 2, "inventory",
           "stock.count.approve", "inventory_count_selected"),
    Action("inventory.reject", "Have the selected bins counted again...", "undo", "Ctrl+Shift+Delete", "Stock", 2,
           "inventory", "stock.count.approve", "inventory_count_selected"),
    Action("inventory.export", "Export what is filtered...", "export", "", "Stock", 3, "inventory", "export.run"),
    Action("inventory.save_view", "Save this view...", "star", "Ctrl+Shift+V", "Stock", 3, "inventory"),
)  # fmt: skip

FLEET_ACTIONS: Final[tuple[Action, ...]] = (
    Action("fleet.follow", "Follow the van", "eye", "F3", "Fleet", panel="fleet", enabled_when="fleet_vehicle"),
    Action("fleet.trail", "Show the way it came", "history", "F4", "Fleet", panel="fleet", enabled_when="fleet_trail",
           tip="Live positions since this panel was opened."),
    Action("fleet.fit", "Show the whole fleet", "expand", "F10", "Fleet", panel="fleet"),
    Action("fleet.state", "Set the van's state...", "van", "F2", "Fleet", 1, "fleet", "fleet.state", "fleet_vehicle"),
    Action("fleet.move", "Move the stop to another van...", "swap", "F7", "Fleet", 1, "fleet", "fleet.assign",
           "fleet_stop", "Or drag it onto the van. What is loaded stays where it is."),
    Action("fleet.take_off", "Take the stop off its route", "minus", "Shift+F7", "Fleet", 1, "fleet", "fleet.assign",
           "fleet_stop"),
    Action("fleet.assign", "Assign a waiting shipment...", "plus", "Ctrl+Shift+A", "Fleet", 1, "fleet", "fleet.assign",
           "fleet_open_route"),
    Action("fleet.route", "Open the route", "route", "F9", "Fleet", 2, "fleet", "", "fleet_route"),
    Action("fleet.acknowledge", "Acknowledge the alert", "check", "F8", "Fleet", 2, "fleet", "alert.acknowledge",
           "fleet_alert"),
)  # fmt: skip

OUTBOX_ACTIONS: Final[tuple[Action, ...]] = ()

ADMIN_ACTIONS: Final[tuple[Action, ...]] = (
    Action("admin.new", "New record", "plus", "Ctrl+Shift+N", "Admin", panel="admin", enabled_when="admin_can_add"),
    Action("admin.save", "Save the record", "check", "Ctrl+S", "Admin", panel="admin", enabled_when="admin_dirty"),
    Action("admin.revert", "Revert the record", "undo", "Ctrl+Shift+Backspace", "Admin", panel="admin",
           enabled_when="admin_dirty", tip="Forgets what is not saved."),
    Action("admin.label", "Print a label...", "tag", "", "Admin", 1, "admin", "", "admin_label"),
    Action("admin.password", "Set a password...", "lock", "", "Admin", 1, "admin", "user.manage", "admin_person",
           "Only the server keeps passwords, so this needs the link."),
)  # fmt: skip

ACTIONS: Final[tuple[Action, ...]] = (
    *SHELL_ACTIONS,
    *(
        Action(
            f"go.{spec.id}", f"Go to {spec.title}", spec.icon, spec.shortcut, "Go", permission=spec.permission
        )
        for spec in PANELS
    ),
    *ORDER_ACTIONS,
    *PICKING_ACTIONS,
    *DISPATCH_ACTIONS,
    *STOCK_ACTIONS,
    *FLEET_ACTIONS,
    *OUTBOX_ACTIONS,
    *ADMIN_ACTIONS,
)
