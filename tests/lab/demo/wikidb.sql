-- The demo's database: a small wiki. Loads on MySQL 9.7, MariaDB 10.11 and MariaDB 11.8, always with the same rows.
-- All text and sizes are derived from row numbers, so two servers that load it hold the same data.

-- Rows name each other by ids that follow one another, whatever a pair sets for its members.
SET SESSION auto_increment_increment = 1, auto_increment_offset = 1;

CREATE DATABASE wikidb CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE wikidb;

CREATE TABLE account (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(60) NOT NULL UNIQUE,
    email VARCHAR(120) NOT NULL,
    standing ENUM('reader', 'editor', 'steward') NOT NULL DEFAULT 'reader',
    preferences JSON NOT NULL,
    theme VARCHAR(20) GENERATED ALWAYS AS (JSON_UNQUOTE(JSON_EXTRACT(preferences, '$.theme'))) VIRTUAL,
    registered_at DATETIME NOT NULL,
    KEY by_theme (theme)
) ENGINE=InnoDB;

CREATE TABLE category (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    parent_id INT UNSIGNED NULL,
    name VARCHAR(80) NOT NULL UNIQUE,
    CONSTRAINT category_parent FOREIGN KEY (parent_id) REFERENCES category (id)
) ENGINE=InnoDB;

CREATE TABLE page (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title VARCHAR(120) NOT NULL,
    slug VARCHAR(120) GENERATED ALWAYS AS (LOWER(REPLACE(title, ' ', '-'))) STORED,
    latest_revision_id INT UNSIGNED NULL,
    revision_count INT UNSIGNED NOT NULL DEFAULT 0,
    UNIQUE KEY by_slug (slug)
) ENGINE=InnoDB;

CREATE TABLE revision (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    page_id INT UNSIGNED NOT NULL,
    account_id INT UNSIGNED NULL,
    summary VARCHAR(200) NOT NULL,
    body MEDIUMTEXT NOT NULL,
    body_bytes INT GENERATED ALWAYS AS (OCTET_LENGTH(body)) STORED,
    is_minor BIT(1) NOT NULL DEFAULT b'0',
    saved_at DATETIME(6) NOT NULL,
    KEY by_page (page_id, saved_at),
    CONSTRAINT revision_page FOREIGN KEY (page_id) REFERENCES page (id) ON DELETE CASCADE,
    CONSTRAINT revision_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE SET NULL
) ENGINE=InnoDB;

-- A circle of foreign keys, as real schemas have: no order of the tables satisfies a careless import.
ALTER TABLE page
    ADD CONSTRAINT page_latest_revision FOREIGN KEY (latest_revision_id) REFERENCES revision (id) ON DELETE SET NULL;

CREATE TABLE page_category (
    page_id INT UNSIGNED NOT NULL,
    category_id INT UNSIGNED NOT NULL,
    PRIMARY KEY (page_id, category_id),
    CONSTRAINT page_category_page FOREIGN KEY (page_id) REFERENCES page (id) ON DELETE CASCADE,
    CONSTRAINT page_category_category FOREIGN KEY (category_id) REFERENCES category (id)
) ENGINE=InnoDB;

CREATE TABLE attachment (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    page_id INT UNSIGNED NOT NULL,
    file_name VARCHAR(120) NOT NULL,
    content LONGBLOB NOT NULL,
    checksum BINARY(32) NOT NULL,
    CONSTRAINT attachment_page FOREIGN KEY (page_id) REFERENCES page (id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE daily_statistics (
    day DATE NOT NULL PRIMARY KEY,
    pages INT UNSIGNED NOT NULL,
    revisions INT UNSIGNED NOT NULL,
    mean_body_bytes DECIMAL(12, 3) NOT NULL
) ENGINE=InnoDB;

-- What demo/writer.py fills: the id is the writer's, so that it knows which rows must be there; seq is the server's.
CREATE TABLE ledger (
    seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    id VARCHAR(64) CHARACTER SET ascii NOT NULL UNIQUE,
    writer VARCHAR(20) NOT NULL,
    note VARCHAR(200) NOT NULL,
    written_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
) ENGINE=InnoDB;

CREATE TRIGGER revision_saved AFTER INSERT ON revision FOR EACH ROW
    UPDATE page SET latest_revision_id = NEW.id, revision_count = revision_count + 1 WHERE id = NEW.page_id;

CREATE VIEW recent_change AS
    SELECT revision.id, page.title, account.name AS author, revision.summary, revision.body_bytes, revision.saved_at
    FROM revision
    JOIN page ON page.id = revision.page_id
    LEFT JOIN account ON account.id = revision.account_id
    WHERE revision.id = page.latest_revision_id;

CREATE PROCEDURE save_revision (IN for_page INT UNSIGNED, IN by_account INT UNSIGNED, IN new_summary VARCHAR(200), IN new_body MEDIUMTEXT)
    INSERT INTO revision (page_id, account_id, summary, body, saved_at)
    VALUES (for_page, by_account, new_summary, new_body, NOW(6));

CREATE EVENT count_pages ON SCHEDULE EVERY 1 DAY STARTS '2024-01-01 03:00:00' DO
    REPLACE INTO daily_statistics
    SELECT CURRENT_DATE, COUNT(DISTINCT page_id), COUNT(*), COALESCE(AVG(body_bytes), 0) FROM revision;

-- The numbers 1 to 1000, for the statements below.
CREATE TABLE number (n INT UNSIGNED NOT NULL PRIMARY KEY) ENGINE=InnoDB;
INSERT INTO number (n) VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10);
INSERT INTO number (n) SELECT a.n + 10 * b.n FROM number a CROSS JOIN number b WHERE b.n <= 9;
INSERT INTO number (n) SELECT a.n + 100 * b.n FROM number a CROSS JOIN number b WHERE b.n <= 9;

INSERT INTO account (name, email, standing, preferences, registered_at)
SELECT CONCAT(ELT(1 + n % 8, 'Ágnes', 'Bjørn', 'Chloë', 'Дмитрий', '惠子', 'Lucía', 'Zoë 🦊', 'O''Neil'), ' ', n),
       CONCAT('writer', n, '@wiki.example'),
       ELT(1 + n % 3, 'reader', 'editor', 'steward'),
       JSON_OBJECT('theme', ELT(1 + n % 4, 'light', 'dark', 'sepia', 'contrast'), 'rows', 10 * (1 + n % 5), 'motto', 'say \"hi\" \\o/'),
       '2020-01-01 08:00:00' + INTERVAL n * 31 HOUR
FROM number WHERE n <= 40 ORDER BY n;

INSERT INTO category (parent_id, name) VALUES
    (NULL, 'Knowledge'), (1, 'Computing'), (1, 'Nature'), (1, 'Arts'), (2, 'Databases'), (2, 'Networks'),
    (3, 'Plants'), (3, 'Weather'), (4, 'Music'), (4, 'Théâtre');

INSERT INTO page (title)
SELECT CONCAT(
    ELT(1 + n % 10, 'History of', 'Guide to', 'List of', 'Notes on', 'Theory of', 'Care of', 'Atlas of', 'Origins of', 'Forms of', 'Limits of'),
    ' ',
    ELT(1 + n DIV 10 % 12, 'replication', 'rivers', 'opéra', 'storage', 'ferns', 'thunder', 'routing', 'symphonies', '茶', 'bridges', 'маяки', 'bees 🐝'))
FROM number WHERE n <= 120 ORDER BY n;

INSERT INTO revision (page_id, account_id, summary, body, is_minor, saved_at)
SELECT 1 + (n * 7) % 120,
       IF(n % 17 = 0, NULL, 1 + (n * 11) % 40),
       ELT(1 + n % 5, 'first draft', 'typo', 'a source added', 'longer introduction', 'links — checked'),
       CONCAT('= Revision ', n, ' =\n\n', REPEAT(CONCAT(
           ELT(1 + n % 4, 'Water finds its way. ', 'Every copy is a promise. ', 'Zwei Wege führen hin. ', '水は低きに流れる。'),
           'See also [[page ', 1 + (n * 13) % 120, ']]; C:\\wiki\\', n, '\n'), 1 + n % 40)),
       n % 5 = 1,
       '2023-03-01 06:00:00.000001' + INTERVAL n * 4021 SECOND
FROM number WHERE n <= 600 ORDER BY n;

INSERT INTO page_category (page_id, category_id)
SELECT page.id, 1 + (page.id * number.n) % 10 FROM page CROSS JOIN number WHERE number.n IN (1, 3) AND (page.id * 2) % 10 <> 0
ORDER BY page.id, number.n;

INSERT INTO attachment (page_id, file_name, content, checksum)
SELECT 1 + n % 120, CONCAT('figure-', n, '.png'), '', '' FROM number WHERE n <= 48 ORDER BY n;
-- Up to 98 KiB of bytes of every value, after the signature of a PNG file: line ends and a zero byte among them.
UPDATE attachment SET content = CONCAT(X'89504E470D0A1A0A00', REPEAT(UNHEX(CONCAT(SHA2(id, 512), SHA2(-id, 512))), 16 * (1 + id)));
UPDATE attachment SET checksum = UNHEX(SHA2(content, 256));

INSERT INTO daily_statistics
SELECT DATE(saved_at), COUNT(DISTINCT page_id), COUNT(*), AVG(body_bytes) FROM revision GROUP BY DATE(saved_at);

INSERT INTO ledger (id, writer, note, written_at)
SELECT CONCAT('import-', n), 'import', CONCAT('Row ', n, ' of the import'), '2024-01-01 12:00:00' + INTERVAL n SECOND
FROM number WHERE n <= 100 ORDER BY n;

DROP TABLE number;
