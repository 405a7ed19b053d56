/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/pages.h"

#include <string.h>

#include "firmware/base/cleanup.h"
#include "web-pages.h"

const struct page *page_find(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(web_pages); i++)
                if (strcmp(web_pages[i].name, name) == 0)
                        return &web_pages[i];
        return NULL;
}
