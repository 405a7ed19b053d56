/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One channel by itself, for the tests with servers that misbehave: a job a line in, how it ended out.
 *
 *   channel-tool webhook URL SECRET-FILE [SECRET-FILE]
 *   channel-tool line|line-notification API TOKEN-FILE
 *   channel-tool gateway CONFIG SECRET-FILE
 *   channel-tool modem FOLDER EQUIPMENT
 *   before the channel: [--ca FILE] [--device NAME [--dns SERVERS]] [--timeout SEC]
 *
 * A job is {"notice", "to", "content"}; the answer {"result", "reason", "code", "retry_after", "repeat"}. {"taken": notice} asks whether
 * it was, after a death: {"taken": 1, 0, -1}.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/json.h"
#include "services/notify/channel/curl-library.h"
#include "services/notify/channel/gateway.h"
#include "services/notify/channel/line.h"
#include "services/notify/channel/modem.h"
#include "services/notify/channel/webhook.h"

struct tool {
        struct http_config http;
        struct webhook *webhook;
        struct line *line;
        struct gateway *gateway;
        struct modem *modem;
        struct courier courier;
};

static int open_webhook(struct tool *t, char **words, struct diag *d) {
        int r = webhook_new(&t->webhook,
                &(struct webhook_config){.url = words[1],
                        .secret_files = {words[2], words[2] ? words[3] : NULL},
                        .http = t->http},
                d);

        if (r == 0)
                t->courier = webhook_courier(t->webhook);
        return r;
}

static int open_line(struct tool *t, enum line_way way, char **words, struct diag *d) {
        int r = line_new(&t->line,
                &(struct line_config){.way = way, .api = words[1], .token_file = words[2], .http = t->http},
                d);

        if (r == 0)
                t->courier = line_courier(t->line);
        return r;
}

static int open_gateway(struct tool *t, char **words, struct diag *d) {
        static struct gateway_config config;
        int r = gateway_config_load(&config, words[1], d);

        if (r == 0)
                r = gateway_new(&t->gateway, &config, words[2], &t->http, d);
        if (r == 0)
                t->courier = gateway_courier(t->gateway);
        return r;
}

static int open_modem(struct tool *t, char **words) {
        int r = modem_new(&t->modem,
                &(struct modem_config){
                        .folder = words[1], .equipment = words[2], .timeout_sec = (int) t->http.timeout_sec});

        if (r == 0)
                t->courier = modem_courier(t->modem);
        return r;
}

static int open_channel(struct tool *t, char **words, struct diag *d) {
        if (strcmp(words[0], "webhook") == 0)
                return open_webhook(t, words, d);
        if (strcmp(words[0], "line") == 0)
                return open_line(t, LINE_PUSH, words, d);
        if (strcmp(words[0], "line-notification") == 0)
                return open_line(t, LINE_NOTIFICATION, words, d);
        if (strcmp(words[0], "gateway") == 0)
                return open_gateway(t, words, d);
        if (strcmp(words[0], "modem") == 0)
                return open_modem(t, words);
        return -EINVAL;
}

static void say(const struct courier *c, const struct courier_answer *a) {
        _cleanup_str_ struct str out = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &out);
        json_write_object(&w, NULL);
        json_write_string(&w, "result", courier_result_to_str(a->result));
        json_write_string(&w, "reason", a->reason);
        json_write_int(&w, "code", a->code);
        json_write_int(&w, "retry_after", a->retry_after_sec);
        json_write_string(&w, "repeat", courier_repeat_to_str(c->repeat));
        json_write_end_object(&w);
        (void) printf("%s\n", out.data);
        (void) fflush(stdout);
}

static int serve(const struct courier *c) {
        _autofree_ char *line = NULL;
        size_t size = 0;
        ssize_t n;

        while ((n = getline(&line, &size, stdin)) > 0) {
                _cleanup_(json_freep) struct json *root = NULL;
                _cleanup_(courier_job_wipe) struct courier_job job = {0};
                struct courier_answer answer = {0};
                int r = json_parse(line, (size_t) n - 1, &root, NULL);

                if (r < 0)
                        return r;
                if (json_get(root, "taken")) {
                        (void) printf("{\"taken\":%d}\n",
                                c->was_taken(c->userdata, json_get_string(root, "taken", "")));
                        (void) fflush(stdout);
                        continue;
                }
                (void) copy_text(job.notice, sizeof(job.notice), json_get_string(root, "notice", ""));
                (void) copy_text(job.to, sizeof(job.to), json_get_string(root, "to", ""));
                str_add(&job.content, json_get_string(root, "content", ""));
                c->send(c->userdata, &job, &answer);
                say(c, &answer);
        }
        return 0;
}

static int read_options(struct tool *t, int argc, char **argv) {
        static const struct option options[] = {{"ca", required_argument, NULL, 'c'},
                {"device", required_argument, NULL, 'd'}, {"dns", required_argument, NULL, 'n'},
                {"timeout", required_argument, NULL, 't'}, {0}};
        int c;

        while ((c = getopt_long(argc, argv, "+", options, NULL)) >= 0) {
                if (c == 'c')
                        t->http.ca = optarg;
                else if (c == 'd')
                        t->http.device = optarg;
                else if (c == 'n')
                        t->http.dns = optarg;
                else if (c == 't')
                        t->http.timeout_sec = strtol(optarg, NULL, 10);
                else
                        return -EINVAL;
        }
        return argc - optind >= 3 ? 0 : -EINVAL;
}

int main(int argc, char **argv) {
        struct tool t = {.http = {.ca = "", .device = ""}};
        char text[512];
        struct diag d = {0};
        int r = read_options(&t, argc, argv);

        (void) signal(SIGPIPE, SIG_IGN);
        if (r == 0)
                r = curl_library_init();
        if (r == 0)
                r = open_channel(&t, argv + optind, &d);
        if (r == 0)
                r = serve(&t.courier);
        if (r < 0)
                (void) fprintf(
                        stderr, "channel-tool: %s: %s\n", diag_str(&d, text, sizeof(text)), strerror(-r));
        (void) webhook_free(t.webhook);
        (void) line_free(t.line);
        (void) gateway_free(t.gateway);
        (void) modem_free(t.modem);
        return r < 0;
}
