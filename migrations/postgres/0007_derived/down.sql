ALTER TABLE token_families DROP COLUMN actor;
ALTER TABLE token_families DROP COLUMN resources;
