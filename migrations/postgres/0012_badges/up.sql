-- What was found out of a person. Badges that follow from other rows (an address, a birth date) have none here.
CREATE TABLE badges (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    -- Which thing it vouches for, where a wallet may have several of a kind; else empty.
    thing TEXT NOT NULL,
    state TEXT NOT NULL,
    level TEXT,
    case_id TEXT,
    -- The client that awarded it; the house where there is none.
    issuer TEXT,
    -- What the person is shown of the thing, sealed.
    detail BYTEA,
    verified_at BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT,
    changed_at BIGINT NOT NULL,
    reason TEXT
);

CREATE UNIQUE INDEX badges_live ON badges (account_id, kind, thing) WHERE state IN ('active', 'suspended', 'expired');
CREATE INDEX badges_account ON badges (account_id, id);
CREATE INDEX badges_expires ON badges (state, expires_at);
CREATE INDEX badges_changed ON badges (state, changed_at);

-- What a document says of a person, sealed whole.
CREATE TABLE identity_facts (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    case_id TEXT NOT NULL,
    facts BYTEA NOT NULL,
    -- A keyed hash of the document's country, kind and number: finds a second wallet with the same one.
    document_lookup BYTEA NOT NULL,
    verified_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX identity_facts_document ON identity_facts (document_lookup);

-- When somebody else showed that the number is theirs.
ALTER TABLE contacts ADD COLUMN contested_at BIGINT;
