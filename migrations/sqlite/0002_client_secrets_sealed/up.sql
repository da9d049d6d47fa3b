-- The secret itself, sealed, for clients that sign with it (client_secret_jwt): a digest cannot check an HMAC.
ALTER TABLE client_secrets ADD COLUMN sealed BLOB;
