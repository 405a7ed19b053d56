/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How a box is, for okuru doctor and for the support bundle of the settings screen: what can be told by looking. No personal data: ids of the ledger, paths,
 * figures, versions, names of devices.
 */
#include "firmware/views/databases.h"
#include "firmware/views/report.h"

void checkup_system(struct report *r);
void checkup_disk(struct report *r, const char *folder);
/* The kernel's word; what the station makes of it comes with the station. */
void checkup_clock(struct report *r);
/* @path "": there is none, and nothing is said. */
void checkup_database(struct report *r, const char *path, enum database_kind kind);
/* Every row's check, as sync and notify will compute it: takes a while. */
void checkup_facts(struct report *r, const char *ledger);
/* The other stations of its site: who is heard, and how much of what they work on or have done is known here. @inbox "": nothing is said. */
void checkup_peers(struct report *r, const char *inbox, const char *ledger);
/* The notices that wait for a leader's word: noted when half of their time is over. */
void checkup_approvals(struct report *r, const char *ledger);
/* By which ways notices go, and which are down. @notices "": nothing is said. */
void checkup_routes(struct report *r, const char *notices);
/* Asks it: storage, room, clock, what is ill, devices. */
void checkup_station(struct report *r, const char *socket);
