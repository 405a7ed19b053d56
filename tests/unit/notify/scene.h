/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A shipment with parcels and a policy, built in a line or two. */
#include "firmware/domain/shipment.h"

/* Lines: "1" socks x2, "2" cap x1 and the insert "i1"; orders; yamato; expected 2026-11-23; owner station. */
void scene_shipment(struct shipment *s, int pieces);
/* The next piece in this state, with @socks and @caps in it, and the insert. */
struct parcel *scene_add_parcel(
        struct shipment *s, enum parcel_state state, const char *number, int socks, int caps);
/* Merchant acme with all ways to reach it; @report: "shipped" or "ready". */
void scene_policy(struct policy *p, const char *report);
