-- SPDX-License-Identifier: Apache-2.0
-- Signing in away from a bench's scanner.

---- derived ----

-- Only of those who have one of the two; everybody is in person.
CREATE TABLE person_pin (
        person TEXT NOT NULL PRIMARY KEY,
        lang TEXT NOT NULL,               -- ja, en
        pin TEXT NOT NULL                 -- its argon2id hash
) STRICT, WITHOUT ROWID;

---- beside the facts ----

-- Wrong tries: of a person's PIN, and '' of whatever was tried at this box. A fact for each would let a stranger at a screen fill the
-- ledger; what counts is how many and until when, and that it outlives a restart.
CREATE TABLE sign_try (
        who TEXT NOT NULL PRIMARY KEY,
        n INTEGER NOT NULL,
        boot TEXT NOT NULL,               -- the boot by whose clock the two times are: no wall clock can be put forward to try again
        at_usec INTEGER NOT NULL,
        until_usec INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
