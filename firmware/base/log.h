/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One fact per line to stderr with the systemd priority prefix ("<3>…"), or plain when stderr is a terminal.
 * The level is the one global of the project. Control bytes in arguments are written as \xNN. Barcodes and
 * people never at info or above.
 */
enum log_level {
        LOG_LEVEL_ERROR = 3,
        LOG_LEVEL_WARNING = 4,
        LOG_LEVEL_NOTICE = 5,
        LOG_LEVEL_INFO = 6,
        LOG_LEVEL_DEBUG = 7,
};

/* Set once in main; the default is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);
/* "error" … "debug" -> level. Return: 0, or -EINVAL for any other word. */
int log_level_from_str(const char *word, enum log_level *levelp);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)
