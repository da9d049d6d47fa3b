DROP TABLE subjects;
DROP TABLE backchannel_requests;
