-- Why: the first step needs somewhere to keep what must survive a crash: who may do what, what came in, what was accepted, what is to be said.
-- Times are milliseconds since 1970 UTC. JSON is TEXT. AUTOINCREMENT keeps a number that people have seen from naming another thing later.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Routers. A removed one stays, because history names it; its name is free again.
CREATE TABLE devices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL COLLATE NOCASE,
    host TEXT NOT NULL,
    ssh_port INTEGER NOT NULL,
    restconf_port INTEGER NOT NULL,
    platform TEXT NOT NULL,
    site TEXT NOT NULL,
    tags TEXT NOT NULL,
    credential TEXT NOT NULL COLLATE NOCASE,
    profile TEXT NOT NULL,
    monitored INTEGER NOT NULL,
    note TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX devices_living_name ON devices (name) WHERE removed_at IS NULL;

CREATE TABLE device_parents (
    device INTEGER NOT NULL REFERENCES devices (id),
    parent INTEGER NOT NULL REFERENCES devices (id),
    PRIMARY KEY (device, parent),
    CHECK (device <> parent)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_parents_parent ON device_parents (parent);

-- The fingerprint that a router showed first, and another one that it offered since.
CREATE TABLE host_keys (
    device INTEGER PRIMARY KEY REFERENCES devices (id),
    fingerprint TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    offered TEXT,
    offered_at INTEGER
) STRICT;

CREATE TABLE credentials (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    username TEXT NOT NULL,
    password BLOB NOT NULL,
    enable BLOB,
    set_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL COLLATE NOCASE,
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX people_living_name ON people (name) WHERE removed_at IS NULL;

CREATE TABLE identities (
    channel TEXT NOT NULL,
    external TEXT NOT NULL,
    person INTEGER NOT NULL REFERENCES people (id),
    PRIMARY KEY (channel, external)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_person ON identities (person);

CREATE TABLE chats (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    title TEXT,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    PRIMARY KEY (channel, address)
) STRICT, WITHOUT ROWID;

-- The policy. No row that allows means no.
CREATE TABLE grants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    subject TEXT NOT NULL CHECK (subject IN ('person', 'role', 'everyone')),
    person INTEGER REFERENCES people (id),
    role TEXT COLLATE NOCASE,
    command TEXT NOT NULL,
    selector TEXT NOT NULL,
    chat TEXT NOT NULL,
    effect TEXT NOT NULL CHECK (effect IN ('allow', 'deny')),
    CHECK ((subject = 'person') = (person IS NOT NULL)),
    CHECK ((subject = 'role') = (role IS NOT NULL))
) STRICT;
INSERT INTO grants (name, subject, role, command, selector, chat, effect) VALUES
    ('viewers look', 'role', 'viewer', '@viewer', 'all', '*', 'allow'),
    ('operators operate', 'role', 'operator', '@operator', 'all', '*', 'allow'),
    ('admins administer', 'role', 'admin', '@admin', 'all', '*', 'allow');

-- What services delivered, committed before it is acknowledged.
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    key TEXT NOT NULL,
    sent_at INTEGER,
    received_at INTEGER NOT NULL,
    raw TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done')),
    UNIQUE (channel, key)
) STRICT;
CREATE INDEX inbox_waiting ON inbox (id) WHERE state = 'waiting';
CREATE INDEX inbox_done ON inbox (received_at) WHERE state = 'done';

-- Questions that were asked back.
CREATE TABLE dialogs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES people (id),
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    thread TEXT,
    slot TEXT,
    invocation TEXT NOT NULL,
    question TEXT NOT NULL,
    until INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE INDEX dialogs_open ON dialogs (channel, address) WHERE closed_at IS NULL;
CREATE INDEX dialogs_until ON dialogs (until) WHERE closed_at IS NULL;

-- Buttons. One row a slot, destination and button: newer versions of a message keep the token.
CREATE TABLE presses (
    token TEXT PRIMARY KEY,
    slot TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    button TEXT NOT NULL,
    action TEXT NOT NULL,
    who TEXT NOT NULL,
    until INTEGER NOT NULL,
    uses TEXT NOT NULL CHECK (uses IN ('once', 'many')),
    used_at INTEGER,
    used_by INTEGER REFERENCES people (id),
    void INTEGER NOT NULL DEFAULT 0,
    UNIQUE (slot, channel, address, button)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES people (id),
    permission TEXT NOT NULL,
    invocation TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
    accepted_at INTEGER NOT NULL,
    finished_at INTEGER,
    cancel_requested_at INTEGER,
    cancel_requested_by INTEGER REFERENCES people (id),
    resumed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_running ON jobs (id) WHERE state = 'running';
CREATE INDEX jobs_person ON jobs (person, id);
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE tasks (
    job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    device INTEGER NOT NULL REFERENCES devices (id),
    position INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'ended')),
    sending_at INTEGER,
    ended_at INTEGER,
    status TEXT CHECK (status IN ('done', 'failed', 'unclear', 'cancelled')),
    result TEXT,
    PRIMARY KEY (job, device),
    CHECK ((state = 'ended') = (result IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_device ON tasks (device, job);

-- Who holds a router for changes: a job, or a person by hand.
CREATE TABLE locks (
    device INTEGER PRIMARY KEY REFERENCES devices (id),
    job INTEGER REFERENCES jobs (id) ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES people (id),
    since INTEGER NOT NULL
) STRICT;
CREATE INDEX locks_job ON locks (job);

-- "Tell me when R1 is free."
CREATE TABLE free_watches (
    device INTEGER NOT NULL REFERENCES devices (id),
    person INTEGER NOT NULL REFERENCES people (id),
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    thread TEXT,
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (device, person, channel, address)
) STRICT, WITHOUT ROWID;

-- Configurations of routers: these rows are the truth, the git repository is a copy of them.
CREATE TABLE config_versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL REFERENCES devices (id),
    job INTEGER REFERENCES jobs (id) ON DELETE SET NULL,
    taken_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    hash TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    author TEXT,
    changed_at TEXT,
    complete INTEGER NOT NULL,
    kept_aside INTEGER NOT NULL,
    added INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    archived TEXT,
    redacted TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX config_versions_device ON config_versions (device);
CREATE INDEX config_versions_taken ON config_versions (device, taken_at);
CREATE INDEX config_versions_job ON config_versions (job);
CREATE INDEX config_versions_unarchived ON config_versions (id) WHERE archived IS NULL AND kept_aside = 0;

-- One logical message at one destination, over all its versions.
CREATE TABLE slots (
    id INTEGER PRIMARY KEY,
    slot TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    version INTEGER NOT NULL,
    -- A try may have arrived and no receipt came.
    doubt INTEGER NOT NULL DEFAULT 0,
    held_until INTEGER NOT NULL DEFAULT 0,
    UNIQUE (slot, channel, address)
) STRICT;
CREATE INDEX slots_place ON slots (channel, address);

-- What is to be said. A slot keeps at most one version waiting and one in flight.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slot INTEGER NOT NULL REFERENCES slots (id),
    version INTEGER NOT NULL,
    thread TEXT,
    reply_to TEXT,
    class INTEGER NOT NULL,
    document TEXT NOT NULL,
    ended INTEGER NOT NULL,
    not_before INTEGER NOT NULL DEFAULT 0,
    expires INTEGER,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'dead', 'superseded')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER NOT NULL DEFAULT 0,
    why TEXT,
    posted_at INTEGER NOT NULL,
    settled_at INTEGER,
    UNIQUE (slot, version)
) STRICT;
CREATE UNIQUE INDEX outbox_waiting ON outbox (slot) WHERE state = 'waiting';
CREATE UNIQUE INDEX outbox_sending ON outbox (slot) WHERE state = 'sending';
CREATE INDEX outbox_order ON outbox (class, id) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'dead';
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE settled_at IS NOT NULL;

-- What a service calls the parts of a message.
CREATE TABLE message_refs (
    slot INTEGER NOT NULL REFERENCES slots (id) ON DELETE CASCADE,
    part INTEGER NOT NULL,
    ref TEXT NOT NULL,
    PRIMARY KEY (slot, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    bytes BLOB NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attachments_added ON attachments (added_at);

-- Which files a version of a message still needs.
CREATE TABLE outbox_files (
    outbox INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    attachment INTEGER NOT NULL,
    PRIMARY KEY (outbox, attachment)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_files_attachment ON outbox_files (attachment);

-- Every command and refusal, for ever. It names things by number and word and refers to nothing, so that nothing can be kept
-- alive or taken away by it.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    person INTEGER,
    identity_channel TEXT NOT NULL,
    identity_external TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    line TEXT NOT NULL,
    permission TEXT,
    decision TEXT NOT NULL,
    rule TEXT,
    job INTEGER,
    outcome TEXT
) STRICT;
CREATE INDEX audit_person ON audit (person, id);
CREATE INDEX audit_job ON audit (job, id);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'audit rows are never changed');
END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'audit rows are never deleted');
END;
