/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* oms.yaml: where the broker is, where the database lies, how stations are paced. */
#include "firmware/base/diag.h"
#include "firmware/base/str.h"
#include "services/oms/credit.h"
#include "services/oms/stores.h"

#include <stdbool.h>
#include <stdint.h>

#define CONFIG_PATH_MAX 96 /* the control socket's path must fit into sun_path */
#define CONFIG_DEFAULT  "/etc/okuru/oms.yaml"

struct config {
        char realm[NAME_TEXT_MAX];
        char database[256], socket[CONFIG_PATH_MAX];
        char pictures[256]; /* folder of the goods' pictures, each under its name; "" none */
        struct {
                char host[256], client_id[64], username[64], password_file[256];
                char ca[256], cert[256], key[256];
                int64_t port, keepalive_sec;
                int64_t reconnect_min_usec, reconnect_max_usec; /* 0: the link's defaults */
        } mqtt;
        int64_t credit_total, credit_most;
        int64_t window; /* commands on their way to one station without `taken` */
        struct stores stores;
};

/* Return: 0; -errno with @d naming file, line and key. */
int config_load(const char *path, struct config *c, struct diag *d);
void config_deinit(struct config *c); /* twice is harmless */
struct credit_policy config_credit(const struct config *c);
