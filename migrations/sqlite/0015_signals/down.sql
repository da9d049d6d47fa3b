DROP INDEX grants_client_id;
DROP TABLE ssf_events;
DROP TABLE ssf_removed_subjects;
DROP TABLE ssf_streams;
DROP TABLE webhook_messages;
DROP TABLE webhook_endpoints;
DROP TABLE client_changes;
DROP TABLE changes;
