-- SPDX-License-Identifier: Apache-2.0
-- What notices are written with: kept, so that a notice is written with what held when it was reserved, whatever folder and program say.
CREATE TABLE wording (
        id INTEGER PRIMARY KEY,
        hash TEXT NOT NULL UNIQUE, -- SHA-256 of pack
        pack TEXT NOT NULL         -- JSON: a template and its parts (wording.h)
) STRICT;
-- What holds now. merchant '': those without words of their own.
CREATE TABLE published (
        merchant TEXT NOT NULL,
        kind TEXT NOT NULL,
        language TEXT NOT NULL,
        wording INTEGER NOT NULL REFERENCES wording (id),
        PRIMARY KEY (merchant, kind, language)
) STRICT, WITHOUT ROWID;
-- Each version that ever held, so that no number ever means two texts.
CREATE TABLE edition (
        file TEXT NOT NULL,       -- "ja/shipped.md", "acme/ja/shipped.md"
        version INTEGER NOT NULL,
        source TEXT NOT NULL,     -- SHA-256 of the file
        wording INTEGER NOT NULL REFERENCES wording (id), -- the last with this version
        at_usec INTEGER NOT NULL, -- wall clock
        PRIMARY KEY (file, version)
) STRICT, WITHOUT ROWID;
-- What this notice is to be written with, by language; 0: what holds when it is written.
ALTER TABLE notice ADD COLUMN words_ja INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN words_en INTEGER NOT NULL DEFAULT 0;
