/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What people look at words with, without sending a notice: okuru-notify preview, test-send and diff. None of them changes a database.
 */

/* Each: @argv from its own word on. Return: the exit code; 1 refused, 2 called wrongly. */

/* What a template says, on stdout. A file that is refused is named with line and field, so it is also how to check one. */
int preview_main(int argc, char **argv);
/* One mail by the configured routes to an address that is given, marked as a test. Return: also 1 when no relay took it. */
int test_send_main(int argc, char **argv);
/* What differs between two versions of a kind's words. Return: as diff(1): 0 nothing, 1 something, 2 trouble. */
int words_diff_main(int argc, char **argv);
