"""The business tables and the unit of work, for SQLite and PostgreSQL alike."""
