/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/sync/certificate.h"
#include "tests/unit/base/test.h"

#define SEC 1000000LL

/* openssl req -x509, until 2054-04-08T22:44:47Z: after 2049 the form of the time is another one */
static const char of_2054[] = "-----BEGIN CERTIFICATE-----\n"
                              "MIIBdjCCAR2gAwIBAgIUTBn/xb9ZpnlDrmV50qdXhZP7k9YwCgYIKoZIzj0EAwIw\n"
                              "EDEOMAwGA1UEAwwFdG9reW8wIBcNMjYxMTIxMjI0NDQ3WhgPMjA1NDA0MDgyMjQ0\n"
                              "NDdaMBAxDjAMBgNVBAMMBXRva3lvMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n"
                              "XcqTuBGqDOTwGvxOpy30EMx/4VrtC6rUjj0206Gql+1AcDa7/L7hS281ma0Ek+f4\n"
                              "ZxHcKEW4yqTpgkIqjoOAB6NTMFEwHQYDVR0OBBYEFCxMSoCouglgLG3rhN03afom\n"
                              "adt0MB8GA1UdIwQYMBaAFCxMSoCouglgLG3rhN03afomadt0MA8GA1UdEwEB/wQF\n"
                              "MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgPjd5fa7gbBG1nFgp4EBLcFSxXOzrbMAj\n"
                              "yhGStFrCaQ4CIBzElnhpVxF0Bh0mV4W7VFFhpXZ8bxglphekpoMWmeXw\n"
                              "-----END CERTIFICATE-----\n";
/* the same, until 2026-11-22T22:44:47Z */
static const char of_2026[] = "-----BEGIN CERTIFICATE-----\n"
                              "MIIBdDCCARugAwIBAgIUHI9ZnetDVSdAZLWYDQu3Z6zkuLAwCgYIKoZIzj0EAwIw\n"
                              "EDEOMAwGA1UEAwwFdG9reW8wHhcNMjYxMTIxMjI0NDQ3WhcNMjYxMTIyMjI0NDQ3\n"
                              "WjAQMQ4wDAYDVQQDDAV0b2t5bzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJDW\n"
                              "RDfK04m4yRvXKnRHTTNbWOIWZcw10fzdanJ4pl0Yu647PD/9l9ydSowivByu1bdt\n"
                              "VQf0kXZdS02pmh4sM8OjUzBRMB0GA1UdDgQWBBRzxske8zBKP5n750kC1durwDBY\n"
                              "GzAfBgNVHSMEGDAWgBRzxske8zBKP5n750kC1durwDBYGzAPBgNVHRMBAf8EBTAD\n"
                              "AQH/MAoGCCqGSM49BAMCA0cAMEQCIBJGM8iflUebtdfHRiqnHuNxiQcShW7VBe5/\n"
                              "4FEXc7MrAiA2eXmw7inQHb2ZQz88kkUFfWzMnkhpw8u5yDU0cjnyGg==\n"
                              "-----END CERTIFICATE-----\n";

static void the_end_is_read_in_both_forms(void **state) {
        int64_t end;

        (void) state;
        assert_int_equal(certificate_end(of_2026, strlen(of_2026), &end), 0);
        assert_int_equal(end, 1795387487 * SEC);
        assert_int_equal(certificate_end(of_2054, strlen(of_2054), &end), 0);
        assert_int_equal(end, 2659301087 * SEC);
}

static void of_a_chain_the_first_counts(void **state) {
        char both[sizeof(of_2026) + sizeof(of_2054)];
        int64_t end;

        (void) state;
        (void) snprintf(both, sizeof(both), "%s%s", of_2026, of_2054);
        assert_int_equal(certificate_end(both, strlen(both), &end), 0);
        assert_int_equal(end, 1795387487 * SEC);
}

/* Any cut and any one changed byte: an end or a refusal, never a read beyond (the sanitizers watch). */
static void what_is_damaged_is_refused_or_read(void **state) {
        char copy[sizeof(of_2026)];
        int64_t end;

        (void) state;
        for (size_t n = 0; n < strlen(of_2026) - 26; n++)
                assert_int_equal(certificate_end(of_2026, n, &end), -EBADMSG);
        for (size_t i = 0; i < strlen(of_2026); i++)
                for (int bit = 0; bit < 8; bit++) {
                        memcpy(copy, of_2026, sizeof(copy));
                        copy[i] = (char) (copy[i] ^ (1 << bit));
                        (void) certificate_end(copy, strlen(of_2026), &end);
                }
        assert_int_equal(certificate_end_of_file("/nowhere/at/all", &end), -ENOENT);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_end_is_read_in_both_forms),
                cmocka_unit_test(of_a_chain_the_first_counts),
                cmocka_unit_test(what_is_damaged_is_refused_or_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
