DROP TABLE review_decisions;
DROP TABLE evidence_objects;
DROP TABLE verification_cases;
