ALTER TABLE token_families DROP COLUMN authorization_details;
