-- SPDX-License-Identifier: Apache-2.0
-- What sleeps until next_usec and then takes its place among those who wait for their turn, by age (outbox_rouse()).
CREATE INDEX notice_asleep ON notice (next_usec) WHERE state = 'reserved' AND next_usec > due_usec
        AND reason NOT IN ('no-contact', 'no-consent', 'no-channel', 'bad-seal');
