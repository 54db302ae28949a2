-- Why: a service that rotates its tokens needs them kept, and one that lets nobody write after a while is told of with its time.
-- Times are milliseconds since 1970 UTC. JSON is TEXT.

-- Pairs of tokens of which each renewal kills the one before, by channel.
CREATE TABLE tokens (
    channel TEXT PRIMARY KEY,
    -- Both, sealed under the master key. NULL before the first.
    pair BLOB,
    issued_at INTEGER NOT NULL DEFAULT 0,
    -- When the one that is used runs out.
    until INTEGER NOT NULL DEFAULT 0,
    -- A renewal was asked for and its answer is not kept yet.
    renewing_since INTEGER,
    -- What a person must mend, as a text; and when it was last told.
    trouble TEXT,
    told_at INTEGER
) STRICT, WITHOUT ROWID;

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
