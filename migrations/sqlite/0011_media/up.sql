-- Photos and videos. What a person says of one (title, description, album, name of the file) is sealed.
CREATE TABLE media_assets (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    -- Why it was refused.
    reason TEXT,
    -- Its content key, wrapped by the key of its person: gone before the bytes are.
    content_key BLOB,
    details BLOB NOT NULL,
    -- What it takes of the person's room.
    bytes BIGINT NOT NULL,
    media_type TEXT,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    duration_ms BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    trashed_at BIGINT
);

CREATE INDEX media_assets_account ON media_assets (account_id, id);
CREATE INDEX media_assets_state ON media_assets (state, updated_at);

-- The bodies of an item: while it is uploaded its parts, then the forms in which it is shown.
CREATE TABLE media_variants (
    asset_id TEXT NOT NULL REFERENCES media_assets (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    -- An entity tag that tells nothing of the bytes.
    etag TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (asset_id, name)
);

CREATE TABLE media_uploads (
    asset_id TEXT NOT NULL PRIMARY KEY REFERENCES media_assets (id) ON DELETE CASCADE,
    size BIGINT NOT NULL,
    -- What the sender says that the bytes are.
    digest BLOB,
    expires_at BIGINT NOT NULL
);

CREATE INDEX media_uploads_expires ON media_uploads (expires_at);
