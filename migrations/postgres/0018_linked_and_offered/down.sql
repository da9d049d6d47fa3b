DROP TABLE badge_offers;
DROP TABLE badge_definitions;
DROP TABLE linked_accounts;
