-- Which clients that hear of sign-outs took part in a session. Token families are forgotten sooner than a session ends.

CREATE TABLE session_clients (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (session_id, client_id)
);
CREATE INDEX session_clients_account ON session_clients (account_id, client_id);
CREATE INDEX session_clients_client ON session_clients (client_id);
