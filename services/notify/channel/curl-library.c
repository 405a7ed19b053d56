/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/curl-library.h"

#include <errno.h>

#include <curl/curl.h>

int curl_library_init(void) {
        return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -ENOMEM;
}

void curl_library_deinit(void) {
        curl_global_cleanup();
}
