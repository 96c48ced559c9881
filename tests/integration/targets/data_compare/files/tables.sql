-- Rows of every type of column; what the tests change at the replica is in vars/main.yml.
SET sql_mode = 'STRICT_TRANS_TABLES', time_zone = '+00:00';
CREATE TABLE integration.shapes (
  id INT PRIMARY KEY,
  c_char CHAR(10),
  c_varchar VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
  c_required VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT 'straße',
  c_latin VARCHAR(40) CHARACTER SET latin1 COLLATE latin1_swedish_ci,
  c_text LONGTEXT,
  c_binary BINARY(4),
  c_blob LONGBLOB,
  c_enum ENUM('a', 'b'),
  c_set SET('x', 'y', 'z'),
  c_bit BIT(9),
  c_float FLOAT,
  c_double DOUBLE,
  c_zero DOUBLE NOT NULL DEFAULT 0,
  c_decimal DECIMAL(20, 5),
  c_date DATE,
  c_datetime DATETIME(6),
  c_timestamp TIMESTAMP(3) NULL,
  c_time TIME(2),
  c_year YEAR,
  c_json JSON,
  c_geometry GEOMETRY,
  c_base INT,
  c_stored INT GENERATED ALWAYS AS (c_base * 2) STORED,
  c_virtual VARCHAR(20) GENERATED ALWAYS AS (CONCAT('no. ', c_base)) VIRTUAL,
  c_hidden INT DEFAULT 7 INVISIBLE,
  c_nothing VARCHAR(10)
) ENGINE = InnoDB;
INSERT INTO integration.shapes (id, c_char, c_varchar, c_latin, c_text, c_binary, c_blob, c_enum, c_set, c_bit, c_float, c_double, c_decimal,
    c_date, c_datetime, c_timestamp, c_time, c_year, c_json, c_geometry, c_base)
  VALUES (1, 'abc', 'abc', _latin1 X'E974E9', REPEAT('text ', 20000), X'00FF', REPEAT(X'00FF23', 50000), 'a', 'x,z', b'101', 1.0000001e0, 0.1e0, 12.34567,
    '2020-02-29', '2020-02-29 01:02:03.000001', '2020-03-29 01:30:00.001', '-12:34:56.78', 2020, '{"a": 1, "b": [null, "#"]}', ST_GeomFromText('POINT(1 2)'), 5);
INSERT INTO integration.shapes (id, c_char, c_varchar, c_latin, c_text, c_binary, c_blob, c_enum, c_set, c_bit, c_float, c_double, c_decimal,
    c_date, c_datetime, c_timestamp, c_time, c_year, c_json, c_geometry, c_base)
  SELECT n, c_char, c_varchar, c_latin, c_text, c_binary, c_blob, c_enum, c_set, c_bit, c_float, c_double, c_decimal,
    c_date, c_datetime, c_timestamp, c_time, c_year, c_json, c_geometry, c_base
  FROM integration.shapes
  JOIN (SELECT 1 + a.n + 10 * b.n AS n FROM (SELECT 1 n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7
    UNION SELECT 8 UNION SELECT 9 UNION SELECT 10) a JOIN (SELECT 0 n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3) b) numbers;

CREATE TABLE integration.ends (
  word VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, number INT NOT NULL, note VARCHAR(200), PRIMARY KEY (word, number)
) ENGINE = InnoDB;
INSERT INTO integration.ends SELECT CONCAT('Wörd ', s.id DIV 10), s.id * 100 + t.id, REPEAT('n', 150) FROM integration.shapes s JOIN integration.shapes t;
INSERT INTO integration.ends VALUES ('', -5, 'first'), ('zzz', 5, 'last');

CREATE TABLE integration.collated (word VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PRIMARY KEY, n INT) ENGINE = InnoDB;
INSERT INTO integration.collated VALUES ('apple', 1), ('berry', 2), (_utf8mb4 X'C389636C616972', 3);

-- Two changes of the same bits would cancel each other out in an exclusive or of checksums.
CREATE TABLE integration.states (id INT PRIMARY KEY, state CHAR(1) NOT NULL) ENGINE = InnoDB;
INSERT INTO integration.states SELECT id, 'A' FROM integration.shapes;

CREATE TABLE integration.keyless (word VARCHAR(20), n INT) ENGINE = InnoDB;
INSERT INTO integration.keyless VALUES ('a', 1), ('a', 1), ('b', 2), ('b', 2), (NULL, NULL), ('', NULL);

CREATE TABLE integration.by_kind (kind ENUM('z', 'a') NOT NULL, amount FLOAT NOT NULL, n INT, PRIMARY KEY (kind, amount)) ENGINE = InnoDB;
INSERT INTO integration.by_kind VALUES ('z', 0.1, 1), ('z', 0.2, 2), ('a', 0.1, 3), ('a', -3e30, 4);

CREATE TABLE integration.untransacted (id INT PRIMARY KEY, word VARCHAR(20)) ENGINE = MyISAM;
INSERT INTO integration.untransacted VALUES (1, 'one'), (2, 'two');

CREATE TABLE integration.`odd ``name%s{}` (`the key` DATETIME(3) PRIMARY KEY, `a#b` VARCHAR(20)) ENGINE = InnoDB;
INSERT INTO integration.`odd ``name%s{}` VALUES ('2020-01-01 00:00:00.001', 'x'), ('2020-01-01 00:00:00.002', 'y');

CREATE TABLE integration.nothing_in_it (id INT PRIMARY KEY) ENGINE = InnoDB;
CREATE TABLE integration.at_source_alone (id INT PRIMARY KEY) ENGINE = InnoDB;
CREATE TABLE integration.defined_otherwise (id INT PRIMARY KEY, word VARCHAR(20) CHARACTER SET utf8mb4) ENGINE = InnoDB;
