"""The demonstration: a server, a link that can be cut, vans that drive, and the tour."""
