DROP TABLE client_documents;
DROP TABLE registrations;
DROP TABLE initial_tokens;
