-- The first house: accounts, sessions, clients, grants, token families, the audit trail and the job queue.
-- Times are microseconds since 1970 (BIGINT); sealed columns are BLOBs (AES-256-GCM, bound to table, column and row).

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    role TEXT NOT NULL,
    locale TEXT,
    -- Moves with every change of what the wallet holds: caches compare it, so they are never stale.
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- One data key per person, wrapped by a master key of the ring: deleting the row shreds the person's data.
CREATE TABLE account_keys (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    wrapped BLOB NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE passwords (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE contacts (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    address BLOB NOT NULL,
    -- Blind index: HMAC of the normalised address.
    lookup BLOB NOT NULL,
    is_primary BOOLEAN NOT NULL,
    verified_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX contacts_account ON contacts (account_id);
CREATE UNIQUE INDEX contacts_verified ON contacts (kind, lookup) WHERE verified_at IS NOT NULL;

CREATE TABLE challenges (
    id TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    lookup BLOB NOT NULL,
    account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    address BLOB NOT NULL,
    code BLOB NOT NULL,
    attempts INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    proven_at BIGINT,
    used_at BIGINT
);
CREATE INDEX challenges_expiry ON challenges (expires_at);

-- Counters that must survive a flush of the ephemeral store: password failures, codes sent.
CREATE TABLE counters (
    name BLOB NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    since BIGINT NOT NULL,
    latest BIGINT NOT NULL
);
CREATE INDEX counters_latest ON counters (latest);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    remembered BOOLEAN NOT NULL,
    address_prefix TEXT,
    agent TEXT
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE profile_values (
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value BLOB NOT NULL,
    source TEXT NOT NULL,
    verified_at BIGINT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, name)
);

CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    -- Client metadata by its registered names (RFC 7591 §2), as JSON.
    metadata TEXT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE client_secrets (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX client_secrets_client ON client_secrets (client_id);

CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    scope TEXT NOT NULL,
    claims TEXT NOT NULL,
    offered TEXT NOT NULL,
    duration TEXT NOT NULL,
    -- What the person saw of the client when they agreed; a change asks again.
    client_seen BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    expires_at BIGINT,
    ended_at BIGINT,
    end_reason TEXT
);
CREATE UNIQUE INDEX grants_active ON grants (account_id, client_id) WHERE state = 'active';
CREATE INDEX grants_account ON grants (account_id, id);
CREATE INDEX grants_client ON grants (client_id);

-- One authorization's whole life: 'code' until redeemed, then 'active' by generation, then 'ended'.
CREATE TABLE token_families (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    grant_epoch INTEGER NOT NULL,
    session_id TEXT,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT,
    nonce TEXT,
    scope TEXT NOT NULL,
    -- The claims parameter as it was asked (OIDC Core §5.5), JSON.
    claims TEXT,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    wants_auth_time BOOLEAN NOT NULL,
    binding TEXT,
    offline BOOLEAN NOT NULL,
    generation INTEGER NOT NULL,
    rotated_at BIGINT,
    created_at BIGINT NOT NULL,
    code_expires_at BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    end_reason TEXT
);
CREATE INDEX token_families_grant ON token_families (grant_id);
CREATE INDEX token_families_session ON token_families (session_id);
CREATE INDEX token_families_expiry ON token_families (expires_at);

-- Access tokens revoked by themselves, until they would have expired.
CREATE TABLE revoked_tokens (
    jti BLOB NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_expiry ON revoked_tokens (expires_at);

-- Assertion identifiers that were used (RFC 7523 §3), until the assertion would have expired.
CREATE TABLE used_assertions (
    digest BLOB NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_assertions_expiry ON used_assertions (expires_at);

CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    alg TEXT NOT NULL,
    private BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    -- Published from created_at, signs from active_at until retired_at, published until removed_at.
    active_at BIGINT NOT NULL,
    retired_at BIGINT,
    removed_at BIGINT
);

CREATE TABLE audit_events (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    account_id TEXT,
    client_id TEXT,
    grant_id TEXT,
    channel TEXT,
    outcome TEXT NOT NULL,
    requested TEXT,
    released TEXT,
    reason TEXT,
    address_prefix TEXT,
    agent TEXT,
    request_id TEXT
);
CREATE INDEX audit_events_account ON audit_events (account_id, id);
CREATE INDEX audit_events_grant ON audit_events (grant_id, id);

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload BLOB NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    run_at BIGINT NOT NULL,
    locked_until BIGINT,
    created_at BIGINT NOT NULL,
    last_error TEXT
);
CREATE INDEX jobs_due ON jobs (state, run_at);
