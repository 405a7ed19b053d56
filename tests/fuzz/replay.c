/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main() of a fuzz target where libFuzzer is not: every file of a corpus folder, then the same number of
 * mutations of each, the same ones on every run. A crash or a sanitizer's report ends it; a folder that is
 * missing or empty is a failure too.
 *
 *   fuzz-x CORPUS [MUTATIONS [LAST]]   a folder, or one file; LAST is written before each input is run, so
 * that it holds the culprit after a crash
 *
 * Source: the contract of LLVMFuzzerTestOneInput, LLVM documentation, "libFuzzer", section "Fuzz target".
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"

#define MUTATIONS_DEFAULT 200
#define INPUT_MAX_BYTES   (1u << 20)
#define EDITS_MAX         4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct replay {
        const char *last_path; /* NULL: inputs are not written */
        unsigned n_mutations;  /* per file */
        unsigned n_files, n_runs;
};

struct input {
        uint8_t *bytes; /* owned */
        size_t size;
        size_t capacity;
};

static void input_deinit(struct input *in) {
        free(in->bytes);
        *in = (struct input){0};
}

/* xorshift64: Marsaglia, "Xorshift RNGs", 2003 */
static uint64_t random_next(uint64_t *state) {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        return *state;
}

static size_t random_below(uint64_t *state, size_t limit) {
        return limit > 0 ? (size_t) (random_next(state) % limit) : 0;
}

static int input_read(const char *path, struct input *in) {
        _autofclose_ FILE *file = fopen(path, "rbe");

        if (!file)
                return -errno;
        in->bytes = malloc(INPUT_MAX_BYTES);
        if (!in->bytes)
                return -ENOMEM;
        in->capacity = INPUT_MAX_BYTES;
        in->size = fread(in->bytes, 1, INPUT_MAX_BYTES, file);
        return ferror(file) ? -EIO : 0;
}

static int write_last(const char *path, const struct input *in) {
        _autofclose_ FILE *file = fopen(path, "wbe");

        if (!file)
                return -errno;
        return fwrite(in->bytes, 1, in->size, file) == in->size && fflush(file) == 0 ? 0 : -EIO;
}

/* The target gets a copy of exactly its size, so that the sanitizer sees the first byte read past the end. */
static int run_input(struct replay *r, const struct input *in) {
        _autofree_ uint8_t *copy = malloc(in->size > 0 ? in->size : 1);
        int ret;

        if (!copy)
                return -ENOMEM;
        if (in->size > 0)
                memcpy(copy, in->bytes, in->size);
        if (r->last_path) {
                ret = write_last(r->last_path, in);
                if (ret < 0)
                        return ret;
        }
        (void) LLVMFuzzerTestOneInput(copy, in->size); /* says nothing that we want to know */
        r->n_runs++;
        return 0;
}

static void insert_byte(struct input *in, size_t at, uint8_t byte) {
        if (in->size == in->capacity)
                return;
        memmove(in->bytes + at + 1, in->bytes + at, in->size - at);
        in->bytes[at] = byte;
        in->size++;
}

static void delete_range(struct input *in, size_t at, size_t n) {
        memmove(in->bytes + at, in->bytes + at + n, in->size - at - n);
        in->size -= n;
}

static void repeat_range(struct input *in, size_t at, size_t n) {
        if (in->capacity - in->size < n)
                return;
        memmove(in->bytes + at + n, in->bytes + at, in->size - at);
        in->size += n;
}

static void edit(struct input *in, uint64_t *state) {
        /* Bytes that parsers care about: ends, quotes, separators, GS, UTF-8 leads and what can never be
         * UTF-8. */
        static const uint8_t telling[] =
                "\0\x01\t\n\r\x1b\x1d \"'\\{}[]:,-+.0129eEuU/<>&;]C\x7f\x80\xc3\xe3\xed\xf4\xff";
        size_t at = random_below(state, in->size);
        uint64_t kind = in->size > 0 ? random_next(state) % 7 : 2;

        switch (kind) {
        case 0:
                in->bytes[at] ^= (uint8_t) (1u << random_below(state, 8));
                break;
        case 1:
                in->bytes[at] = telling[random_below(state, sizeof(telling))];
                break;
        case 2:
                insert_byte(in, at, telling[random_below(state, sizeof(telling))]);
                break;
        case 3:
                insert_byte(in, at, (uint8_t) random_next(state));
                break;
        case 4:
                delete_range(in, at, 1 + random_below(state, in->size - at));
                break;
        case 5:
                repeat_range(in, at, 1 + random_below(state, in->size - at));
                break;
        default:
                in->size = at; /* cut short */
                break;
        }
}

/* Every file gets the same sequence whatever its neighbours are: a finding stays one when the corpus grows.
 */
static int replay_file(struct replay *r, const char *path) {
        _cleanup_(input_deinit) struct input seed = {0};
        _cleanup_(input_deinit) struct input mutant = {0};
        uint64_t state = 0x9e3779b97f4a7c15ULL;
        int ret;

        ret = input_read(path, &seed);
        if (ret < 0)
                return ret;
        ret = run_input(r, &seed);
        if (ret < 0)
                return ret;
        mutant.capacity = 2 * seed.size + 64;
        mutant.bytes = malloc(mutant.capacity);
        if (!mutant.bytes)
                return -ENOMEM;
        for (unsigned i = 0; i < r->n_mutations; i++) {
                size_t n_edits = 1 + random_below(&state, EDITS_MAX);

                memcpy(mutant.bytes, seed.bytes, seed.size);
                mutant.size = seed.size;
                while (n_edits-- > 0)
                        edit(&mutant, &state);
                ret = run_input(r, &mutant);
                if (ret < 0)
                        return ret;
        }
        r->n_files++;
        return 0;
}

static int is_visible(const struct dirent *entry) {
        return entry->d_name[0] != '.';
}

static int replay_folder(struct replay *r, const char *path) {
        struct dirent **entries;
        int ret = 0, n = scandir(path, &entries, is_visible, alphasort);

        if (n < 0)
                return -errno;
        for (int i = 0; i < n; i++) {
                char name[4096];

                if (ret == 0) {
                        ret = snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name) <
                                              (int) sizeof(name)
                                      ? replay_file(r, name)
                                      : -ENAMETOOLONG;
                        if (ret < 0)
                                fprintf(stderr, "%s: %s\n", name, strerror(-ret));
                }
                free(entries[i]);
        }
        free(entries);
        return ret;
}

int main(int argc, char **argv) {
        struct replay r = {.n_mutations = MUTATIONS_DEFAULT};
        struct stat st;
        int ret;

        if (argc < 2 || argc > 4) {
                fprintf(stderr, "usage: %s CORPUS [MUTATIONS [LAST]]\n", argv[0]);
                return 2;
        }
        if (argc > 2)
                r.n_mutations = (unsigned) strtoul(argv[2], NULL, 10);
        if (argc > 3)
                r.last_path = argv[3];
        if (stat(argv[1], &st) < 0)
                ret = -errno;
        else
                ret = S_ISDIR(st.st_mode) ? replay_folder(&r, argv[1]) : replay_file(&r, argv[1]);
        if (ret < 0) {
                fprintf(stderr, "%s: %s\n", argv[1], strerror(-ret));
                return 1;
        }
        printf("%u files, %u inputs run\n", r.n_files, r.n_runs);
        if (r.n_files == 0) {
                fprintf(stderr, "%s: no corpus\n", argv[1]);
                return 1;
        }
        return 0;
}
