-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE parcel (id TEXT NOT NULL PRIMARY KEY, weight_g INTEGER) STRICT;
