-- What changed in a wallet, in the order in which it was kept: the number is the account's revision.
CREATE TABLE changes (
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    -- Several things that changed at once.
    n INTEGER NOT NULL,
    resource TEXT NOT NULL,
    -- The name of a claim, or the identifier of a thing.
    item TEXT NOT NULL,
    op TEXT NOT NULL,
    -- Of an address: which one, and whether it is the one that is told where none is picked.
    pick TEXT,
    is_main BOOLEAN NOT NULL,
    -- Where it concerns one grant alone.
    grant_id TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, seq, n)
);
CREATE INDEX changes_at ON changes (at);

-- Which of its grants a client should look at again.
CREATE TABLE client_changes (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    resources TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX client_changes_client ON client_changes (client_id, id);
CREATE INDEX client_changes_at ON client_changes (at);
CREATE INDEX client_changes_grant ON client_changes (grant_id);
CREATE INDEX client_changes_account ON client_changes (account_id);

-- Where clients want to be called.
CREATE TABLE webhook_endpoints (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    -- Names of messages; an empty list is all of them.
    events TEXT NOT NULL,
    scheme TEXT NOT NULL,
    -- Sealed.
    secret BLOB NOT NULL,
    old_secret BLOB,
    old_until BIGINT,
    state TEXT NOT NULL,
    reason TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX webhook_endpoints_client ON webhook_endpoints (client_id, id);

-- What was to be told, and how that went. It outlives the account that it is about for a while.
CREATE TABLE webhook_messages (
    id TEXT NOT NULL PRIMARY KEY,
    endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    account_id TEXT,
    kind TEXT NOT NULL,
    news TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    outcome TEXT,
    created_at BIGINT NOT NULL,
    tried_at BIGINT
);
CREATE INDEX webhook_messages_endpoint ON webhook_messages (endpoint_id, id);
CREATE INDEX webhook_messages_created ON webhook_messages (created_at);

-- Streams of security events (Shared Signals Framework): one a client.
CREATE TABLE ssf_streams (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE REFERENCES clients (id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    push_url TEXT,
    -- Sealed.
    push_authorization BLOB,
    events_requested TEXT,
    description TEXT,
    status TEXT NOT NULL,
    reason TEXT,
    -- Whether we stopped it because nobody fetched what waits: then nothing is added.
    is_full BOOLEAN NOT NULL,
    verified_at BIGINT,
    -- Who pushes at the moment, how often that has failed in a row, and when it is tried again.
    busy_until BIGINT,
    failures INTEGER NOT NULL,
    retry_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- People whom a client does not want to hear of.
CREATE TABLE ssf_removed_subjects (
    stream_id TEXT NOT NULL REFERENCES ssf_streams (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (stream_id, account_id)
);
CREATE INDEX ssf_removed_subjects_account ON ssf_removed_subjects (account_id);

-- Events that wait for their receiver.
CREATE TABLE ssf_events (
    id TEXT NOT NULL PRIMARY KEY,
    stream_id TEXT NOT NULL REFERENCES ssf_streams (id) ON DELETE CASCADE,
    account_id TEXT,
    kind TEXT NOT NULL,
    news TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX ssf_events_stream ON ssf_events (stream_id, id);

CREATE INDEX grants_client_id ON grants (client_id, id);
