/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * okuru-notify preview KIND: what a template says, with sample data or the caller's own, on stdout. Sends nothing, opens no
 * database, needs no config; a file that is refused is named with line and field, so it is also how to check one.
 */

/* @argv: from the word "preview" on. Return: the exit code. 0 shown; 1 refused; 2 called wrongly. */
int preview_main(int argc, char **argv);
