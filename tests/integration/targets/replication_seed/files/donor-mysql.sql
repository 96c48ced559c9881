USE integration;
CREATE TABLE own_kinds (
    id INT PRIMARY KEY, hidden INT INVISIBLE DEFAULT 5, list JSON NULL, direction VECTOR(3) NULL, upper_name VARCHAR(20) NULL,
    KEY by_list ((CAST(list -> '$[*]' AS UNSIGNED ARRAY))), KEY by_upper ((UPPER(upper_name))), KEY backwards (upper_name DESC), KEY unseen (hidden) INVISIBLE
) ENGINE=InnoDB;
INSERT INTO own_kinds (id, hidden, list, direction, upper_name) VALUES (1, 6, '[1, 2]', STRING_TO_VECTOR('[1, -2.5, 3e10]'), 'a'), (2, NULL, NULL, NULL, NULL);

-- Allowed before 8.4: a foreign key to what is not unique.
SET SESSION restrict_fk_on_non_standard_key = 0;
CREATE TABLE meant (id INT PRIMARY KEY, a INT NULL, KEY (a)) ENGINE=InnoDB;
CREATE TABLE means (id INT PRIMARY KEY, a INT NULL, CONSTRAINT loosely FOREIGN KEY (a) REFERENCES meant (a)) ENGINE=InnoDB;
INSERT INTO meant VALUES (1, 1), (2, 1);
INSERT INTO means VALUES (1, 1);
