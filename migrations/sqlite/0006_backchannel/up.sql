-- Questions that clients put to people without a browser (CIBA), until they are answered or too late.
CREATE TABLE backchannel_requests (
    -- The token family that it becomes.
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    -- Sealed: what is asked, and whom to tell of the answer.
    payload BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX backchannel_requests_account ON backchannel_requests (account_id, state);
CREATE INDEX backchannel_requests_expiry ON backchannel_requests (expires_at);

-- Whom a subject identifier means: they are keyed digests, which cannot be turned back.
CREATE TABLE subjects (
    sub TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX subjects_account ON subjects (account_id);
