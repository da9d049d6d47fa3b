ALTER TABLE contacts DROP COLUMN contested_at;
DROP TABLE identity_facts;
DROP TABLE badges;
