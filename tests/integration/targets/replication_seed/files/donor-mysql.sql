USE integration;
CREATE TABLE own_kinds (
    id INT PRIMARY KEY, hidden INT INVISIBLE DEFAULT 5, list JSON NULL, direction VECTOR(3) NULL, upper_name VARCHAR(20) NULL,
    KEY by_list ((CAST(list -> '$[*]' AS UNSIGNED ARRAY))), KEY by_upper ((UPPER(upper_name))), KEY backwards (upper_name DESC), KEY unseen (hidden) INVISIBLE
) ENGINE=InnoDB;
INSERT INTO own_kinds (id, hidden, list, direction, upper_name) VALUES (1, 6, '[1, 2]', STRING_TO_VECTOR('[1, -2.5, 3e10]'), 'a'), (2, NULL, NULL, NULL, NULL);
