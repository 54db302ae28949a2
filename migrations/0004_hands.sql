-- Why: people who only read hear of alerts: by mail, or from a service where nobody is known. They say yes first.
-- Times are milliseconds since 1970 UTC. JSON is TEXT.

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
