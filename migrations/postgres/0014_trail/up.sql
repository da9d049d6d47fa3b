-- Each row of the trail has a MAC of its own from the start, and is then appended to the chain.
ALTER TABLE audit_events ADD COLUMN mac BYTEA;

-- Where the chain stands: one row, moved by whoever appends.
CREATE TABLE audit_head (
    id INTEGER NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    -- Rows that are older have no MAC.
    began_at BIGINT NOT NULL
);

-- The chain. It stays when a row goes: it holds what the row was committed to, and nothing of it.
CREATE TABLE audit_links (
    seq BIGINT NOT NULL PRIMARY KEY,
    -- Absent in a link that tells of removed rows.
    event_id TEXT,
    at BIGINT NOT NULL,
    -- Whether the commitment was made with the key of a person.
    keyed BOOLEAN NOT NULL,
    commitment BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    -- The link that tells of the removal of this row.
    removed_by BIGINT,
    -- Why rows were removed.
    reason TEXT
);
CREATE UNIQUE INDEX audit_links_event ON audit_links (event_id);
CREATE INDEX audit_links_at ON audit_links (at);
CREATE INDEX audit_links_removed ON audit_links (removed_by) WHERE removed_by IS NOT NULL;

-- Signed statements of what the chain was.
CREATE TABLE audit_checkpoints (
    first_seq BIGINT NOT NULL PRIMARY KEY,
    last_seq BIGINT NOT NULL,
    token TEXT NOT NULL,
    made_at BIGINT NOT NULL
);

-- Public keys that signed what must be checked for longer than they sign.
CREATE TABLE lasting_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    jwk TEXT NOT NULL,
    -- Keyed: only what this house has signed with counts.
    mac BYTEA NOT NULL,
    since BIGINT NOT NULL
);

-- Receipts of consent: names of data, never data.
CREATE TABLE receipts (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    grant_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    event TEXT NOT NULL,
    at BIGINT NOT NULL,
    token TEXT NOT NULL
);
CREATE INDEX receipts_account ON receipts (account_id, id);
CREATE INDEX receipts_grant ON receipts (grant_id, id);

ALTER TABLE grants ADD COLUMN paused_at BIGINT;
-- Whether the end of its time is in the trail and on a receipt.
ALTER TABLE grants ADD COLUMN expiry_noted BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX grants_expires ON grants (expires_at) WHERE expires_at IS NOT NULL AND NOT expiry_noted;

-- Wishes of people that a client deletes what it has of them.
CREATE TABLE erasure_requests (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    state TEXT NOT NULL,
    status_uri TEXT,
    confirmation_code TEXT,
    reason TEXT,
    reminders INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX erasure_requests_account ON erasure_requests (account_id, id);
CREATE INDEX erasure_requests_client ON erasure_requests (client_id, id);
CREATE INDEX erasure_requests_state ON erasure_requests (state, created_at);

-- What people say of a client. The text is sealed under the key of its person.
CREATE TABLE app_reports (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    category TEXT NOT NULL,
    words BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE INDEX app_reports_open ON app_reports (closed_at, id);

-- How often a person is told by mail who read what.
CREATE TABLE digests (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    every TEXT NOT NULL,
    told_at BIGINT NOT NULL
);
CREATE INDEX digests_told ON digests (every, told_at);
