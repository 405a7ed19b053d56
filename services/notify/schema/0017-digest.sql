-- SPDX-License-Identifier: Apache-2.0
-- Incidents that one customer gets as one mail. gather: a hash of all that must be alike, its address by a keyed one; '' not looked at,
-- or it goes alone. digest: the id of the copy that carries it with others; '' its own.
ALTER TABLE notice ADD COLUMN gather TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN digest TEXT NOT NULL DEFAULT '';
CREATE INDEX notice_gather ON notice (gather, id) WHERE state = 'reserved' AND gather <> '';
CREATE INDEX notice_digest ON notice (digest, id) WHERE digest <> '';
