-- SPDX-License-Identifier: Apache-2.0
-- Who goes first when the line comes back (notice_rank() in decide.h).
ALTER TABLE notice ADD COLUMN rank INTEGER NOT NULL DEFAULT 3;
UPDATE notice SET rank = CASE kind WHEN 'pickup-ready' THEN 0 WHEN 'incident' THEN 1 WHEN 'shipped' THEN 2 ELSE 3 END;
DROP INDEX notice_open;
CREATE INDEX notice_open ON notice (rank, next_usec) WHERE state = 'reserved';
