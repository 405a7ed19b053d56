/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The sections of notify.yaml that describe channels beside mail; config.c walks them. */
#include "firmware/base/yaml.h"
#include "services/notify/config.h"

/* For yaml_rule.item: @target is the struct notify_config. Return: 0, -EBADMSG with @d filled. */
int config_read_sms(const struct yaml *section, const char *path, void *target, struct diag *d);
int config_read_line(const struct yaml *section, const char *path, void *target, struct diag *d);
int config_read_line_notification(const struct yaml *section, const char *path, void *target, struct diag *d);
int config_read_hook(const struct yaml *section, const char *path, void *target, struct diag *d);
int config_read_slip(const struct yaml *section, const char *path, void *target, struct diag *d);
/* What they leave out and the rest of the file gives. Return: 0, -EBADMSG with @d filled. */
int config_complete_channels(struct notify_config *c, const struct yaml *root, struct diag *d);
