-- SPDX-License-Identifier: Apache-2.0
-- Since when a route is down, for the program that is started next: CLOCK_BOOTTIME of that boot; 0 it is up, or was never tried.
ALTER TABLE route ADD COLUMN boot TEXT NOT NULL DEFAULT '';
ALTER TABLE route ADD COLUMN down_usec INTEGER NOT NULL DEFAULT 0;
