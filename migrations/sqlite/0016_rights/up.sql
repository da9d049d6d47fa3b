-- Bundles of everything that a wallet holds, made for its person. Each file of one is a blob of its own.
CREATE TABLE exports (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    -- Wrapped by the key of its person: gone before the bytes are.
    content_key BLOB,
    -- How many files there will be, and are.
    total INTEGER NOT NULL,
    done INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    -- Why it could not be made.
    reason TEXT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE UNIQUE INDEX exports_open ON exports (account_id) WHERE state IN ('queued', 'building');
CREATE INDEX exports_account ON exports (account_id, id);
CREATE INDEX exports_state ON exports (state, changed_at);

CREATE TABLE export_files (
    export_id TEXT NOT NULL REFERENCES exports (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    -- A part of the name of its blob.
    etag TEXT NOT NULL,
    -- As it is kept, before it is sealed.
    bytes BIGINT NOT NULL,
    -- Sealed: its name, its sums.
    details BLOB NOT NULL,
    PRIMARY KEY (export_id, number)
);

-- Bundles that a person brings from another wallet.
CREATE TABLE imports (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    content_key BLOB,
    etag TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    -- Why it could not be taken.
    reason TEXT,
    -- Sealed: what came of it so far.
    report BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX imports_open ON imports (account_id) WHERE state IN ('queued', 'running');
CREATE INDEX imports_account ON imports (account_id, id);
CREATE INDEX imports_state ON imports (state, changed_at);

-- Accounts that are on their way out, and what came of it. No reference: the row outlives the account.
CREATE TABLE deletions (
    id TEXT NOT NULL PRIMARY KEY,
    -- Forgotten once it was seen that nothing is left.
    account_id TEXT,
    state TEXT NOT NULL,
    cause TEXT NOT NULL,
    -- How many steps are done.
    step INTEGER NOT NULL,
    -- Sealed: where the receipt goes. Forgotten when it went.
    letter BLOB,
    -- What there was, and the folders of its blobs.
    inventory TEXT NOT NULL,
    receipt TEXT,
    requested_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    done_at BIGINT,
    verified_at BIGINT
);
CREATE UNIQUE INDEX deletions_open ON deletions (account_id) WHERE state IN ('pending', 'running');
CREATE INDEX deletions_due ON deletions (state, due_at);

-- Keyed hashes of the addresses of deleted accounts, for a while.
CREATE TABLE tombstones (
    lookup BLOB NOT NULL PRIMARY KEY,
    deleted_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX tombstones_expiry ON tombstones (expires_at);

-- When the person of an account last signed in, and how often they were told that they did not.
CREATE TABLE account_use (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    seen_at BIGINT NOT NULL,
    notices INTEGER NOT NULL,
    told_at BIGINT
);
CREATE INDEX account_use_seen ON account_use (notices, seen_at);
INSERT INTO account_use (account_id, seen_at, notices) SELECT id, updated_at, 0 FROM accounts;
