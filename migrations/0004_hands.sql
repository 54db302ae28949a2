-- Why: the bot reboots routers, and while it does nobody is woken for that; and people who only read hear of alerts, by
-- mail or from a service where nobody is known, after they said yes.
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

-- As `07:00-22:00`, in the time zone of the place.
ALTER TABLE subscriptions ADD COLUMN hours TEXT;
-- As `mon-fri`.
ALTER TABLE subscriptions ADD COLUMN days TEXT;
-- When the place itself said yes. NULL: nothing is told there yet.
ALTER TABLE subscriptions ADD COLUMN confirmed_at INTEGER;
UPDATE subscriptions SET confirmed_at = since;

-- Codes that wait to be sent back. Only their SHA-256 is kept.
CREATE TABLE confirmations (
    code TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    -- Where the code went. NULL: whoever sends it back from the channel is meant.
    address TEXT,
    -- What is wanted then.
    selector TEXT,
    severity TEXT,
    hours TEXT,
    days TEXT,
    asker INTEGER NOT NULL REFERENCES people (id),
    -- Where it was asked for, and where its use is told.
    asked_channel TEXT NOT NULL,
    asked_address TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX confirmations_sent ON confirmations (sent_at);

-- What is known of whether a message would reach a place.
CREATE TABLE reaches (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    -- Until when the service lets the bot write, unless they show themselves again. NULL: not known, or for ever.
    window_ends INTEGER,
    -- Why it lets the bot write no more, as a text.
    refused TEXT,
    refused_at INTEGER,
    PRIMARY KEY (channel, address)
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
