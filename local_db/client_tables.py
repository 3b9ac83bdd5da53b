"""The terminal's own tables, which no server has: the outbox with its answers, and where the cache stands."""

from __future__ import annotations

OUTBOX_STEPS: tuple[tuple[str, ...], ...] = (
    (
        # A command is never changed after it was written: its bytes are hashed into the next one.
        """CREATE TABLE command (
            n INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            actor_id TEXT NOT NULL,
            name TEXT NOT NULL,
            v INTEGER NOT NULL,
            args BLOB NOT NULL,
            prev_hash BLOB NOT NULL,
            hash BLOB NOT NULL,
            issued_at INTEGER NOT NULL,
            depends_on BLOB NOT NULL
        )""",
        """CREATE TABLE outcome (
            n INTEGER PRIMARY KEY,
            status TEXT NOT NULL,
            code TEXT NOT NULL,
            message TEXT NOT NULL,
            details TEXT NOT NULL,
            recorded_at INTEGER NOT NULL
        )""",
        # The original intent is copied here, because commands are only retained for a time.
        """CREATE TABLE attention (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            command_id TEXT NOT NULL UNIQUE,
            n INTEGER NOT NULL,
            actor_id TEXT NOT NULL,
            name TEXT NOT NULL,
            v INTEGER NOT NULL,
            args BLOB NOT NULL,
            issued_at INTEGER NOT NULL,
            status TEXT NOT NULL,
            code TEXT NOT NULL,
            message TEXT NOT NULL,
            details TEXT NOT NULL,
            raised_at INTEGER NOT NULL,
            resolved_at INTEGER,
            resolved_by TEXT NOT NULL DEFAULT '',
            resolution TEXT NOT NULL DEFAULT ''
        )""",
        "CREATE INDEX ix_attention_open ON attention (resolved_at)",
        "CREATE TABLE draft (key TEXT PRIMARY KEY, value BLOB NOT NULL, saved_at INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        # Commands under an earlier identity of this terminal: kept to be read, never sent.
        """CREATE TABLE retired_command (
            client_id TEXT NOT NULL,
            n INTEGER NOT NULL,
            id TEXT NOT NULL,
            actor_id TEXT NOT NULL,
            name TEXT NOT NULL,
            v INTEGER NOT NULL,
            args BLOB NOT NULL,
            issued_at INTEGER NOT NULL,
            status TEXT NOT NULL,
            message TEXT NOT NULL,
            PRIMARY KEY (client_id, n)
        ) WITHOUT ROWID""",
    ),
)
"""The outbox's schema, a step for each ``user_version``. A step that was released is never changed."""

CACHE_TABLES: tuple[str, ...] = (
    # A version counts within one life of the server. The epoch stands here and not only in the outbox, for a power cut may
    # cost this file its last commits: versions of before a restore must not come back as if they were of after it.
    "CREATE TABLE cursor (scope TEXT PRIMARY KEY, version INTEGER NOT NULL, epoch TEXT NOT NULL) WITHOUT ROWID",
    # client_id: whose n the next two count. last_n: up to it commands are settled. applied_through: up to it the
    # outbox's commands are in the business tables, settled or provisional.
    """CREATE TABLE cache_meta (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        schema TEXT NOT NULL,
        outbox_id TEXT NOT NULL,
        client_id TEXT NOT NULL DEFAULT '',
        last_n INTEGER NOT NULL DEFAULT 0,
        applied_through INTEGER NOT NULL DEFAULT 0,
        synced_at INTEGER
    )""",
    # Whether changes are provisional, so that the triggers keep what was there before.
    "CREATE TABLE capture (one INTEGER PRIMARY KEY CHECK (one = 1), is_on INTEGER NOT NULL)",
    "INSERT INTO capture (one, is_on) VALUES (1, 1)",
    # Pending commands that no longer fit what is known here; only the server decides about them.
    "CREATE TABLE at_risk (n INTEGER PRIMARY KEY, code TEXT NOT NULL, message TEXT NOT NULL, details TEXT NOT NULL)",
    # Rows that pending commands made, and by which: a command that names one depends on it.
    "CREATE TABLE made (id TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID",
    # Pages of a pull too big to be held in memory.
    "CREATE TABLE staged (seq INTEGER PRIMARY KEY, patches BLOB NOT NULL)",
)
"""What the cache holds besides the business tables."""
