/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/notice-alarm.h"

#include "firmware/base/time.h"

#define UNKNOWN_AHEAD_USEC (3600 * (int64_t) USEC_PER_SEC)

int64_t notice_alarm_usec(int64_t since_usec, int64_t expires_usec) {
        if (expires_usec <= 0)
                return 0;
        if (since_usec <= 0)
                return expires_usec > UNKNOWN_AHEAD_USEC ? expires_usec - UNKNOWN_AHEAD_USEC : 1;
        return since_usec < expires_usec ? since_usec + (expires_usec - since_usec) / 2 : expires_usec;
}
