-- The link beside the code of a mail: the SHA-256 of its token, and until when it works.
ALTER TABLE challenges ADD COLUMN link BYTEA;
ALTER TABLE challenges ADD COLUMN link_until BIGINT;
CREATE UNIQUE INDEX challenges_link ON challenges (link) WHERE link IS NOT NULL;

-- When a mail server said for good that mail to the address does not arrive; until it is confirmed again.
ALTER TABLE contacts ADD COLUMN undeliverable_at BIGINT;
ALTER TABLE challenges ADD COLUMN undeliverable_at BIGINT;

-- Messages with codes that went to phones, and what became of each.
CREATE TABLE text_messages (
    -- The job that sends it: the gateway knows it by that.
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    lookup BYTEA NOT NULL,
    -- A keyed hash of the range of numbers.
    prefix BYTEA NOT NULL,
    state TEXT NOT NULL,
    -- Why it failed, and what the gateway calls it, in the gateway's words.
    code TEXT,
    gateway_id TEXT,
    -- The SIM card was changed so lately that no code counts until then.
    held_until BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- When the code came back.
    answered_at BIGINT
);

CREATE INDEX text_messages_number ON text_messages (account_id, lookup, id);
CREATE INDEX text_messages_prefix ON text_messages (prefix, created_at);
CREATE INDEX text_messages_gateway ON text_messages (gateway_id);
CREATE INDEX text_messages_created ON text_messages (created_at);

-- One proven number may be in several wallets, as many as the settings allow: each has a place of its own.
ALTER TABLE contacts ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
DROP INDEX contacts_verified;
CREATE UNIQUE INDEX contacts_verified ON contacts (kind, lookup, place) WHERE verified_at IS NOT NULL;
