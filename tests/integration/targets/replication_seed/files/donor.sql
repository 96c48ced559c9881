-- What a copy can get wrong: values of every type at their ends, bytes of every kind, and the order in which tables have to be made.
CREATE DATABASE IF NOT EXISTS integration CHARACTER SET utf8mb4;
USE integration;
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', SESSION time_zone = '+00:00', SESSION foreign_key_checks = 0;

CREATE TABLE numbers (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, tiny TINYINT UNSIGNED NULL, big BIGINT UNSIGNED NULL, exact DECIMAL(65, 30) NULL,
    single FLOAT NULL, twofold DOUBLE NULL, few BIT(3) NULL, many BIT(64) NULL,
    doubled BIGINT GENERATED ALWAYS AS (tiny * 2) VIRTUAL, kept BIGINT GENERATED ALWAYS AS (tiny + 1) STORED, KEY by_doubled (doubled)
) ENGINE=InnoDB;
INSERT INTO numbers (id, tiny, big, exact, single, twofold, few, many) VALUES
    (0, 0, 0, 0, -0e0, -0e0, b'0', b'0'),
    (-9223372036854775808, 255, 18446744073709551615, 12345678901234567890123456789012345.123456789012345678901234567891,
     3.4028234e38, 1.7976931348623157e308, b'111', 18446744073709551615),
    (7, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (8, 9, 10, -0.000000000000000000000000000001, 1.17549435e-38, 4.9406564584124654e-322, b'101', 258),
    (9, 10, 13, 0.1, 0.1, 0.1, b'1', 2570);

CREATE TABLE texts (
    id INT UNSIGNED NOT NULL PRIMARY KEY, short CHAR(20) CHARACTER SET latin1 NOT NULL, name VARCHAR(200) NULL, body LONGTEXT NULL,
    wide VARCHAR(50) CHARACTER SET utf16 NULL, raw VARBINARY(300) NOT NULL, fixed BINARY(6) NULL, content LONGBLOB NULL,
    choice ENUM('', 'b', 'c,d') NULL, several SET('x', 'y', 'it''s') NULL, document JSON NULL,
    UNIQUE KEY by_name (name), KEY by_start (body(20), choice), FULLTEXT KEY by_words (body)
) ENGINE=InnoDB;
SET @bytes = UNHEX('000102030405060708090a0b0c0d0e0f101a1b22272c5c5f7f80a0fbfcfdfeff');
INSERT INTO texts VALUES
    (1, CONVERT(UNHEX('C3A4C3B6E282AC') USING utf8mb4), CONVERT(UNHEX('F09F9A80F09F909820E6BCA2') USING utf8mb4), REPEAT('a word ', 50000),
     CONVERT(UNHEX('E6BCA2') USING utf8mb4), @bytes, @bytes, REPEAT(@bytes, 20000), 'c,d', 'x,it''s', '{"a": [1, null, "\\u20ac\\n"]}'),
    (2, '', '', '', '', '', '', '', '', '', '{}'),
    (3, 'NULL', NULL, NULL, NULL, 'NULL', NULL, NULL, NULL, NULL, NULL),
    (4, '\\N', '\\', '\t\n\r\\n''"`', ' ', CONCAT(UNHEX('010203'), '\\N'), UNHEX('010203'), UNHEX('00'), 'b', 'y', '"\\\\"'),
    (5, 'wrong', 'x', 'y', 'z', 'x', 'x', 'x', 'no such one', 'x', '1.10');

CREATE TABLE moments (
    day DATE NOT NULL, at TIME(6) NOT NULL, on_day DATETIME(6) NULL, stamp TIMESTAMP(3) NULL, born YEAR NULL, place POINT NULL, area GEOMETRY NULL,
    PRIMARY KEY (day, at)
) ENGINE=InnoDB;
INSERT INTO moments VALUES
    ('0000-00-00', '-838:59:59.000000', '0000-00-00 00:00:00', NULL, NULL, NULL, NULL),
    ('2024-02-31', '838:59:59.000000', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07.999', 2155, ST_GeomFromText('POINT(1.5 -2)'),
     ST_GeomFromText('POLYGON((0 0, 10 0, 10 10, 0 0))')),
    ('2024-10-27', '02:30:00.123456', '2024-10-27 02:30:00.1', '2024-10-27 01:30:00.5', 0, NULL, ST_GeomFromText('LINESTRING(0 0, 1 1)'));

-- A table without a key, one with rows twice, an empty one, one in parts, and names that have to be quoted.
CREATE TABLE keyless (a INT NULL, b VARCHAR(10) NULL, KEY (a), KEY (b, a)) ENGINE=InnoDB;
INSERT INTO keyless VALUES (1, 'x'), (1, 'x'), (NULL, NULL), (NULL, '');
CREATE TABLE nothing (id INT PRIMARY KEY, CONSTRAINT positive CHECK (id > 0)) ENGINE=InnoDB AUTO_INCREMENT=1 COMMENT='it''s ''empty''';
CREATE TABLE parted (id INT NOT NULL, year INT NOT NULL, note VARCHAR(20), PRIMARY KEY (id, year), KEY by_note (note)) ENGINE=InnoDB
    PARTITION BY RANGE (year) (PARTITION old VALUES LESS THAN (2000), PARTITION recent VALUES LESS THAN MAXVALUE);
INSERT INTO parted VALUES (1, 1999, 'old'), (2, 2020, 'new'), (-3, 1, NULL);
CREATE TABLE `odd ``name``, (it''s) "here" %s` (`a,b` INT PRIMARY KEY, ```)` VARCHAR(20) DEFAULT 'KEY `x` (`a`)', KEY `KEY ``k``` (```)`)) ENGINE=InnoDB;
INSERT INTO `odd ``name``, (it''s) "here" %s` VALUES (1, ')'), (2, NULL);

-- Foreign keys in a circle, with a row that breaks one; what is there has to arrive.
CREATE TABLE first_of_two (id INT PRIMARY KEY, other INT NULL, KEY (other)) ENGINE=InnoDB;
CREATE TABLE second_of_two (id INT PRIMARY KEY, other INT NULL, CONSTRAINT back FOREIGN KEY (other) REFERENCES first_of_two (id) ON DELETE CASCADE)
    ENGINE=InnoDB;
ALTER TABLE first_of_two ADD CONSTRAINT forth FOREIGN KEY (other) REFERENCES second_of_two (id);
INSERT INTO first_of_two VALUES (1, 1), (2, 77);
INSERT INTO second_of_two VALUES (1, 1);

-- And from a schema that is dropped later than the one it refers to.
CREATE DATABASE integration_child;
CREATE TABLE integration_child.child (id INT PRIMARY KEY, CONSTRAINT of_first FOREIGN KEY (id) REFERENCES integration.first_of_two (id)) ENGINE=InnoDB;
INSERT INTO integration_child.child VALUES (1);

CREATE TABLE waits_for_us (id INT PRIMARY KEY, content LONGBLOB NOT NULL) ENGINE=InnoDB;
INSERT INTO waits_for_us VALUES (1, 'small');

CREATE DEFINER=nobody@localhost SQL SECURITY INVOKER VIEW a_view AS SELECT b_view.name FROM (SELECT name FROM texts) AS b_view;
CREATE TABLE gone (id INT PRIMARY KEY) ENGINE=InnoDB;
CREATE VIEW broken AS SELECT id FROM gone;
DROP TABLE gone;
CREATE TRIGGER counts BEFORE INSERT ON nothing FOR EACH ROW SET NEW.id = NEW.id + 1000;
CREATE FUNCTION adds (a INT) RETURNS INT DETERMINISTIC NO SQL RETURN a + 1;
CREATE PROCEDURE inserts () INSERT INTO nothing VALUES (1);
CREATE EVENT runs_later ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01 00:00:00' DO INSERT INTO nothing VALUES (2);
-- It runs at the donor as well, and finds nothing to do: only while the copy comes a member is closed.
CREATE EVENT deletes ON SCHEDULE EVERY 1 SECOND DO DELETE FROM keyless WHERE @@GLOBAL.read_only;
