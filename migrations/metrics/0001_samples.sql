-- Why: measured values over time, and what was last seen of each router. A file of its own, because it may be lost.
-- Times are milliseconds since 1970 UTC. Devices are named by the numbers of the main database.

CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    metric TEXT NOT NULL,
    object TEXT NOT NULL,
    UNIQUE (device, metric, object)
) STRICT;

CREATE TABLE raw (
    series INTEGER NOT NULL,
    at INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (series, at)
) STRICT, WITHOUT ROWID;

-- What the values of five minutes, and of an hour, came to. `at` is the beginning.
CREATE TABLE five_minutes (
    series INTEGER NOT NULL,
    at INTEGER NOT NULL,
    mean REAL NOT NULL,
    peak REAL NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (series, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE hours (
    series INTEGER NOT NULL,
    at INTEGER NOT NULL,
    mean REAL NOT NULL,
    peak REAL NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (series, at)
) STRICT, WITHOUT ROWID;

-- Until when each roll-up is complete.
CREATE TABLE rolled (
    roll_up TEXT PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was last seen, as JSON.
CREATE TABLE vitals (
    device INTEGER PRIMARY KEY,
    seen TEXT NOT NULL
) STRICT;

CREATE TABLE facts (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
