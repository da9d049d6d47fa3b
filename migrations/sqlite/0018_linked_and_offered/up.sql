-- Accounts that people have elsewhere, shown to be theirs by a sign-in there.
CREATE TABLE linked_accounts (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- The operator's name of the provider, and its issuer identifier.
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    -- A keyed hash of the issuer and the subject there: one external account proves one wallet.
    lookup BLOB NOT NULL UNIQUE,
    -- What the account is called there, sealed.
    name BLOB,
    linked_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX linked_accounts_provider ON linked_accounts (account_id, provider);

-- Badges that clients defined, for operators to approve.
CREATE TABLE badge_definitions (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    criteria TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    decided_at BIGINT
);

CREATE INDEX badge_definitions_client ON badge_definitions (client_id, id);
CREATE INDEX badge_definitions_state ON badge_definitions (state, id);

-- Badges that clients offered to people; one row for a definition and a person, whatever became of it.
CREATE TABLE badge_offers (
    id TEXT NOT NULL PRIMARY KEY,
    definition_id TEXT NOT NULL REFERENCES badge_definitions (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    -- Where the client shows what the badge rests on, sealed.
    evidence BLOB,
    -- The badge that it became.
    badge_id TEXT,
    -- Until when the badge counts.
    expires_at BIGINT NOT NULL,
    answer_by BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX badge_offers_one ON badge_offers (definition_id, account_id);
CREATE INDEX badge_offers_account ON badge_offers (account_id, id);
