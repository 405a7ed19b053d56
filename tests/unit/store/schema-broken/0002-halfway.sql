-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE bay (name TEXT NOT NULL PRIMARY KEY) STRICT;
INSERT INTO parcel (id, weight_g) VALUES ('made by the migration', 1);
INSERT INTO there_is_no_such_table VALUES (1);
