/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the control socket is asked to write: one request, one answer. Deciding and storing; no socket.
 *
 *   {"verb":"push","data":{…},"station"?:"site/station"}
 *   {"verb":"hold","merchant":…,"shipment":…,"reason":…}  "release", "cancel"  the same without reason
 *   {"verb":"label","data":{…}}  "contact"  {"verb":"erase","merchant":…,"shipment":…}
 *   {"verb":"wish","kind":"policy","data":{…},"station"?:…}  people, bay, item.codes, label.block
 *   {"verb":"snapshot","station":…}  {"verb":"restored"}
 *
 *   {"ok":true,"changed":bool,"version"?:n}   {"ok":false,"key":"lines[2].codes","text":"…"}
 */
#include "services/oms/storage.h"

struct requests {
        struct storage *storage; /* borrowed */
        int64_t wall_usec;
        bool restored; /* set: another receiver from now on */
};

/**
 * requests_handle() - one request, within the caller's transaction
 * @line: @n bytes
 * @answer: one line with its LF is appended
 *
 * What is refused leaves nothing behind.
 *
 * Return: 0, also for what was refused; -errno: the transaction is over.
 */
int requests_handle(struct requests *q, const char *line, size_t n, struct str *answer);
