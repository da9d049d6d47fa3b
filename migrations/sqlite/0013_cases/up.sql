-- Verifications of a person by a document: each from the first step to the decision, and what was decided.
CREATE TABLE verification_cases (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    -- Moves with every change: of two that change a case at once, one does.
    revision BIGINT NOT NULL,
    -- The document, as the person says.
    kind TEXT NOT NULL,
    country TEXT NOT NULL,
    wanted TEXT NOT NULL,
    -- What was typed, the challenge and the findings, sealed apart from what the person's own key opens.
    details BLOB,
    -- A keyed hash of the document: finds a second case with the same one.
    document_lookup BLOB,
    -- How often it was begun anew: asked again, appealed, disputed.
    round INTEGER NOT NULL,
    is_appeal BOOLEAN NOT NULL,
    two_person BOOLEAN NOT NULL,
    -- Who has it now, until when, and how often they asked for more time; nobody's name where an outside service has it.
    reviewer_id TEXT,
    locked_until BIGINT,
    renewals INTEGER NOT NULL,
    -- What its person is told of the last decision.
    reasons TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    consented_at BIGINT,
    queued_at BIGINT,
    decided_at BIGINT,
    purge_after BIGINT,
    purged_at BIGINT
);

CREATE UNIQUE INDEX verification_cases_open ON verification_cases (account_id) WHERE state NOT IN ('approved', 'rejected', 'fraud', 'abandoned', 'escalated');
CREATE INDEX verification_cases_account ON verification_cases (account_id, id);
CREATE INDEX verification_cases_state ON verification_cases (state, updated_at);
CREATE INDEX verification_cases_purge ON verification_cases (purge_after);
CREATE INDEX verification_cases_document ON verification_cases (document_lookup);

-- The pictures of a case. Once they are purged, their hashes remain.
CREATE TABLE evidence_objects (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES verification_cases (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    -- Its content key, wrapped by the key for evidence: gone before the bytes are.
    content_key BLOB,
    etag TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    -- Variance of the Laplacian.
    sharpness INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    -- How it looks, in 64 bits.
    fingerprint BIGINT,
    created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX evidence_objects_kind ON evidence_objects (case_id, kind);
CREATE INDEX evidence_objects_sha256 ON evidence_objects (sha256);

CREATE TABLE review_decisions (
    case_id TEXT NOT NULL REFERENCES verification_cases (id) ON DELETE CASCADE,
    round INTEGER NOT NULL,
    seat TEXT NOT NULL,
    -- Nobody's where an outside service decided.
    reviewer_id TEXT,
    outcome TEXT NOT NULL,
    reasons TEXT NOT NULL,
    checklist TEXT NOT NULL,
    -- Sealed as the details of the case are.
    note BLOB,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (case_id, round, seat)
);

-- The two-person rule: one account has one seat.
CREATE UNIQUE INDEX review_decisions_seats ON review_decisions (case_id, round, reviewer_id);
CREATE INDEX review_decisions_reviewer ON review_decisions (reviewer_id);
