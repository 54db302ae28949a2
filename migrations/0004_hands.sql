-- Why: the bot reboots routers, and while it does nobody is woken for that.
-- Times are milliseconds since 1970 UTC. JSON is TEXT.

-- The quiet windows of planned reboots: alerts of the router, and of those behind it, are held meanwhile.
CREATE TABLE windows (
    job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    device INTEGER NOT NULL REFERENCES devices (id),
    person INTEGER NOT NULL REFERENCES people (id),
    opens_at INTEGER NOT NULL,
    -- It ends by itself then, whatever became of the job.
    ends_at INTEGER NOT NULL,
    ended_at INTEGER,
    -- How it ended, in one word.
    how TEXT,
    -- A boot of the router until then is the one that was asked for.
    booted_until INTEGER,
    PRIMARY KEY (job, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX windows_open ON windows (ends_at) WHERE ended_at IS NULL;
CREATE INDEX windows_device ON windows (device, opens_at);

-- Long work, step by step: the state of a job that is one. Each version follows the one before it.
CREATE TABLE procedures (
    job INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT;

-- How long routers took from the order to the first login.
CREATE TABLE reload_times (
    device INTEGER NOT NULL REFERENCES devices (id),
    at INTEGER NOT NULL,
    took INTEGER NOT NULL,
    PRIMARY KEY (device, at)
) STRICT, WITHOUT ROWID;

-- Which routers nothing may change, by whom and until when.
CREATE TABLE freezes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    selector TEXT NOT NULL,
    author INTEGER NOT NULL REFERENCES people (id),
    reason TEXT,
    begins_at INTEGER NOT NULL,
    -- It ends by itself then.
    ends_at INTEGER NOT NULL,
    ended_at INTEGER,
    -- Where its author is told that it ended.
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    thread TEXT
) STRICT;
CREATE INDEX freezes_open ON freezes (ends_at) WHERE ended_at IS NULL;

-- Routers that a person keeps to himself, beside the locks of jobs: his own jobs go through.
CREATE TABLE hand_locks (
    device INTEGER PRIMARY KEY REFERENCES devices (id),
    person INTEGER NOT NULL REFERENCES people (id),
    since INTEGER NOT NULL,
    reason TEXT,
    -- Where the holder is told that somebody else opened it.
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    thread TEXT
) STRICT;
