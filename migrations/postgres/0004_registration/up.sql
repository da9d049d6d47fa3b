-- Who may register a client, who may manage its registration (RFC 7591 §3, RFC 7592 §3), and which clients are
-- published at their own identifier (OAuth Client ID Metadata Document).

CREATE TABLE initial_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE,
    label TEXT NOT NULL,
    -- How often it was used and may be used at most.
    uses INTEGER NOT NULL,
    most_uses INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX initial_tokens_expiry ON initial_tokens (expires_at);

CREATE TABLE registrations (
    client_id TEXT NOT NULL PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
    -- Of the registration access token.
    digest BYTEA NOT NULL,
    -- The software statement that it was registered with, as it was sent.
    statement TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE client_documents (
    client_id TEXT NOT NULL PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
    fetched_at BIGINT NOT NULL
);
CREATE INDEX client_documents_fetched ON client_documents (fetched_at);
