-- SPDX-License-Identifier: Apache-2.0
-- What a notice that waits for a leader's word would say, as its channel would carry it: without name, address and code.
CREATE TABLE draft (
        notice TEXT NOT NULL PRIMARY KEY,
        channel TEXT NOT NULL,
        language TEXT NOT NULL,
        subject TEXT NOT NULL, -- '' the channel has none
        body TEXT NOT NULL,
        at_usec INTEGER NOT NULL -- wall clock when it came to say this
) STRICT, WITHOUT ROWID;
