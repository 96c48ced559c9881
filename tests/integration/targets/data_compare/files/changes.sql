-- At the replica alone.
DELETE FROM integration.ends WHERE word IN ('', 'zzz');
INSERT INTO integration.ends VALUES (_utf8mb4 X'57C3B67264203131', 7, 'extra');
UPDATE integration.collated SET word = 'APPLE' WHERE word = 'apple';
UPDATE integration.collated SET word = _utf8mb4 X'C3A9636C616972' WHERE n = 3;
UPDATE integration.states SET state = 'X' WHERE id IN (3, 4);
DELETE FROM integration.keyless WHERE word = 'b';
INSERT INTO integration.keyless VALUES ('a', 1), ('c', 3), ('c', 3);
DELETE FROM integration.keyless WHERE word IS NULL AND n IS NULL;
INSERT INTO integration.keyless VALUES ('', NULL);
UPDATE integration.by_kind SET n = 9 WHERE kind = 'z' AND n = 2;
UPDATE integration.by_kind SET n = 8 WHERE n = 4;
UPDATE integration.untransacted SET word = 'Two' WHERE id = 2;
UPDATE integration.`odd ``name%s{}` SET `a#b` = 'Y' WHERE `a#b` = 'y';
INSERT INTO integration.nothing_in_it VALUES (1);
DROP TABLE integration.at_source_alone;
CREATE TABLE integration.at_replica_alone (id INT PRIMARY KEY) ENGINE = InnoDB;
ALTER TABLE integration.defined_otherwise MODIFY word VARCHAR(20) CHARACTER SET latin1, ADD more INT;
