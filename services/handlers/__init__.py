"""One handler per command: what it does to the tables, on the terminal and on the server."""
