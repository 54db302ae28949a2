-- Why: the clock needs somewhere to keep alerts, who was told, what was silenced, and which certificate a router showed first.
-- Times are milliseconds since 1970 UTC. JSON is TEXT.

-- What people know about single interfaces, as JSON; and how the certificate is judged.
ALTER TABLE devices ADD COLUMN interfaces TEXT NOT NULL DEFAULT '[]';
ALTER TABLE devices ADD COLUMN tls TEXT NOT NULL DEFAULT 'pin';

-- The certificate that a router showed first, and another one that it showed since.
CREATE TABLE certificates (
    device INTEGER PRIMARY KEY REFERENCES devices (id),
    fingerprint TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    offered TEXT,
    offered_at INTEGER
) STRICT;

-- What was found out about a software version, such as that it refuses `fields`.
CREATE TABLE learned (
    software TEXT NOT NULL,
    what TEXT NOT NULL,
    learned_at INTEGER NOT NULL,
    PRIMARY KEY (software, what)
) STRICT, WITHOUT ROWID;

-- One firing of an alert; its number is what people see.
CREATE TABLE incidents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL REFERENCES devices (id),
    rule TEXT NOT NULL,
    object TEXT NOT NULL,
    -- The incident in whose thread this one is told, when it fires again soon.
    root INTEGER REFERENCES incidents (id) ON DELETE SET NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    -- The alert as it was last, as JSON.
    state TEXT NOT NULL
) STRICT;
CREATE INDEX incidents_key ON incidents (device, rule, object, id);
CREATE INDEX incidents_ended ON incidents (ended_at) WHERE ended_at IS NOT NULL;

-- What is not OK now. No row means OK.
CREATE TABLE alerts (
    device INTEGER NOT NULL REFERENCES devices (id),
    rule TEXT NOT NULL,
    object TEXT NOT NULL,
    incident INTEGER REFERENCES incidents (id),
    -- When time alone may change something about it.
    due_at INTEGER,
    state TEXT NOT NULL,
    PRIMARY KEY (device, rule, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_due ON alerts (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX alerts_incident ON alerts (incident) WHERE incident IS NOT NULL;

-- The history of every alert, one row a decision.
CREATE TABLE alert_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL REFERENCES devices (id),
    rule TEXT NOT NULL,
    object TEXT NOT NULL,
    incident INTEGER REFERENCES incidents (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    cause TEXT NOT NULL,
    value REAL,
    actor INTEGER REFERENCES people (id)
) STRICT;
CREATE INDEX alert_events_incident ON alert_events (incident, id);
CREATE INDEX alert_events_at ON alert_events (at);

-- Which destinations were told that an incident fires: its end goes to exactly these.
CREATE TABLE told (
    incident INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (incident, channel, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE silences (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    selector TEXT NOT NULL,
    rule TEXT,
    object TEXT,
    author INTEGER NOT NULL REFERENCES people (id),
    -- Where its author is told that it ends.
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    reason TEXT,
    begins_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    warned INTEGER NOT NULL DEFAULT 0,
    over INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX silences_open ON silences (ends_at) WHERE NOT over;
