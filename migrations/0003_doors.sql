-- Why: the chats bring strangers, links between services, places that change their address, and answers for one person's eyes.
-- Times are milliseconds since 1970 UTC. JSON is TEXT.

-- The service's own id of the one who may see it, where a message is for one of many.
ALTER TABLE outbox ADD COLUMN recipient TEXT;

-- Places that have another address now: a group that became a supergroup.
CREATE TABLE moved (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    became TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (channel, address),
    CHECK (address <> became)
) STRICT, WITHOUT ROWID;

-- Whose chat with the bot alone it is; nobody's where others are, too.
ALTER TABLE chats ADD COLUMN person INTEGER REFERENCES people (id);

-- Codes by which a person says from another service: that is me, too. Only their SHA-256 is kept.
CREATE TABLE links (
    code TEXT PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES people (id),
    -- Where it was asked for, and where its use is told.
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    until INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;

-- Identities that belong to nobody: when they were last told so, what went unanswered since, and codes that they
-- guessed wrong.
CREATE TABLE strangers (
    channel TEXT NOT NULL,
    external TEXT NOT NULL,
    told_at INTEGER,
    unheard INTEGER NOT NULL DEFAULT 0,
    wrong INTEGER NOT NULL DEFAULT 0,
    wrong_since INTEGER NOT NULL DEFAULT 0,
    shut_until INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (channel, external)
) STRICT, WITHOUT ROWID;

-- Chats that asked for alerts themselves, beside those that the routes name.
CREATE TABLE subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    selector TEXT NOT NULL,
    -- The least severity that is told.
    severity TEXT NOT NULL,
    author INTEGER NOT NULL REFERENCES people (id),
    since INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX subscriptions_living ON subscriptions (channel, address, selector) WHERE ended_at IS NULL;
