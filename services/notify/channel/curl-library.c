/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/curl-library.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "firmware/base/str.h"
#include "services/notify/channel/resolve.h"

int curl_library_init(void) {
        return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -ENOMEM;
}

void curl_library_deinit(void) {
        curl_global_cleanup();
}

bool curl_device_is_valid(const char *device) {
        size_t n = strnlen(device, CURL_DEVICE_MAX + 1);

        return n <= CURL_DEVICE_MAX && strcspn(device, "/ :!") == n && ascii_is_printable(device);
}

int curl_device_bind(int fd, const char *device) {
        if (*device == '\0')
                return 0;
        return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t) strlen(device)) < 0 ? -errno
                                                                                                   : 0;
}

int curl_pin_host(void *curl, struct resolve *r, const char *host, int port, struct curl_slist **listp) {
        const char *pin = NULL;
        int code = r ? resolve_pin(r, host, port, &pin) : 0;

        *listp = NULL;
        if (code != 0 || !pin)
                return code;
        *listp = curl_slist_append(NULL, pin);
        if (!*listp || curl_easy_setopt(curl, CURLOPT_RESOLVE, *listp) != CURLE_OK)
                return -ENOMEM;
        return 0;
}

int curl_demand_tls(void *curl, bool demanded, const char *ca) {
        CURLcode code = curl_easy_setopt(
                curl, CURLOPT_USE_SSL, demanded ? (long) CURLUSESSL_ALL : (long) CURLUSESSL_NONE);

        if (code == CURLE_OK)
                code = curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
        if (code == CURLE_OK && *ca)
                code = curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
        return code == CURLE_OK ? 0 : -ENOMEM;
}
