/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* libcurl's process-wide state: made once by the program, before any route and any thread. */

/* Return: 0, -ENOMEM. */
int curl_library_init(void);
void curl_library_deinit(void);
