-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE parcel RENAME COLUMN weight_g TO weight_gram;
UPDATE parcel SET weight_gram = weight_gram + 1;
