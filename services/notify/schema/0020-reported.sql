-- SPDX-License-Identifier: Apache-2.0
-- An SMS whose modem was asked for a delivery report: by which route it went, and the network's number for it, by which the report
-- names it. reference: -1 not known, -2 a report has said the last word.
ALTER TABLE mailed ADD COLUMN route TEXT NOT NULL DEFAULT '';
ALTER TABLE mailed ADD COLUMN reference INTEGER NOT NULL DEFAULT -1;
CREATE INDEX mailed_address ON mailed (address, route) WHERE route <> '';
