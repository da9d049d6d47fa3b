-- The resources that an authorization names (RFC 8707), JSON.
ALTER TABLE token_families ADD COLUMN resources TEXT;
-- Who acts for the person (RFC 8693 §4.1), JSON.
ALTER TABLE token_families ADD COLUMN actor TEXT;
