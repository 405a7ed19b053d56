/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What several documents of the API say in the same way. Times are RFC 3339 in the station's own offset, null for none. */
#include "firmware/base/json.h"
#include "services/web/look.h"

void doc_time(struct json_writer *w, const char *key, int64_t wall_usec, int offset_sec);
/* A time on this machine's clock. */
void doc_local_time(struct json_writer *w, const char *key, int64_t wall_usec);
/* {"ja":…,"en":…} */
void doc_names(struct json_writer *w, const char *key, const char *ja, const char *en);
/* {"merchant":…,"name":{…},"colour":…,"hue":…}; null for "". Without a colour of the policy's (null) there is a hue that its id
 * gives, the same everywhere. */
void doc_merchant(struct json_writer *w, const char *key, const struct policy *p, const char *merchant);
void doc_parcel(struct json_writer *w, const struct standing_parcel *p);
void doc_notice(struct json_writer *w, const struct standing_notice *n);
