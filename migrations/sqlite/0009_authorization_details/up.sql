ALTER TABLE token_families ADD COLUMN authorization_details TEXT;
