/* SPDX-License-Identifier: Apache-2.0 */
/* okuru keys make: the pair to which personal data is sealed. Once in the life of a station. */
#include "firmware/base/say.h"
#include "firmware/cli/verb.h"
#include "firmware/seal/seal.h"

#include <errno.h>
#include <string.h>

int verb_keys_make(const struct invocation *in) {
        _cleanup_(seal_keypair_freep) struct seal_keypair *pair = NULL;
        const char *public = in->options->public, *secret = in->options->secret;
        int r = access(public, F_OK) == 0 ? -EEXIST : 0;

        if (r < 0)
                return say_failed("%s: there is one already; a key is never replaced by this", public);
        r = seal_keypair_make(&pair);
        if (r == 0)
                r = seal_keypair_save(pair, secret);
        if (r == -EEXIST)
                return say_failed(
                        "%s: there is one already; without it nothing can be read that was sealed to it",
                        secret);
        if (r < 0)
                return say_failed("%s: %s", secret, strerror(-r));
        r = seal_public_save(seal_keypair_get_public(pair), public);
        if (r < 0) {
                (void) unlink(
                        secret); /* nothing was sealed to it yet, and half a pair would stop the next try */
                return say_failed("%s: %s", public, strerror(-r));
        }
        return VERB_OK;
}
