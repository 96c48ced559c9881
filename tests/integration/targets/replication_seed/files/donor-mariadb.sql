USE integration;
CREATE TABLE own_kinds (
    id INT PRIMARY KEY, hidden INT INVISIBLE DEFAULT 5, name UUID NULL, host INET6 NULL, packed TEXT COMPRESSED NULL, said TEXT NULL, UNIQUE KEY by_said (said)
) ENGINE=InnoDB;
INSERT INTO own_kinds (id, hidden, name, host, packed, said) VALUES
    (1, 6, '123e4567-e89b-12d3-a456-426655440000', '2001:db8::ff00:42:8329', REPEAT('packed', 1000), REPEAT('said', 2000)),
    (2, NULL, NULL, NULL, NULL, NULL);
