/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/credit.h"

unsigned credit_share(const struct credit_policy *policy, unsigned n_stations) {
        unsigned share = policy->total / (n_stations > 0 ? n_stations : 1);

        if (share > policy->most)
                share = policy->most;
        return share > 0 ? share : 1; /* with none a station could never start again */
}
