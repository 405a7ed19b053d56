/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/notify/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

void scene_shipment(struct shipment *s, int pieces) {
        struct json *doc = NULL;
        struct diag d = {0};
        char text[2048];
        int n = snprintf(text, sizeof(text),
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1001\",\"version\":3,\"orders\":[\"A-778\","
                "\"A-779\"],"
                "\"open_codes\":[\"S-1001\"],\"lines\":["
                "{\"line\":\"1\",\"order\":\"A-778\",\"name\":{\"ja\":\"靴下 黒 25cm\",\"en\":\"Socks black "
                "25cm\"},"
                "\"quantity\":2,\"codes\":[{\"code\":\"4901234567894\",\"units\":1}]},"
                "{\"line\":\"2\",\"order\":\"A-779\",\"name\":{\"ja\":\"帽子 <紺>\",\"en\":\"Cap <navy>\"},"
                "\"quantity\":1,\"codes\":[{\"code\":\"4901234567900\",\"units\":1}]}],"
                "\"inserts\":[{\"line\":\"i1\",\"name\":{\"ja\":\"秋のちらし\"},\"check\":\"none\","
                "\"quantity\":1}],"
                "\"carrier\":\"yamato\",\"service\":\"standard\",\"pieces\":%d,\"waybill\":\"given\","
                "\"promised\":\"2026-11-23\",\"notices\":{\"shipped\":\"station\"}}",
                pieces);

        assert_int_equal(json_parse(text, (size_t) n, &doc, &d), 0);
        assert_int_equal(shipment_read(s, doc, &d), 0);
}

struct parcel *scene_add_parcel(
        struct shipment *s, enum parcel_state state, const char *number, int socks, int caps) {
        struct parcel *all = realloc(s->parcels, (s->n_parcels + 1) * sizeof(*all));
        struct parcel *p;

        assert_non_null(all);
        s->parcels = all;
        p = &all[s->n_parcels++];
        *p = (struct parcel){.piece = (int) s->n_parcels, .state = state, .n_lines = 3};
        (void) snprintf(p->id, sizeof(p->id), "00000000-0000-7000-8000-%012zu", s->n_parcels);
        (void) copy_text(p->carrier, sizeof(p->carrier), "yamato");
        (void) copy_text(p->number, sizeof(p->number), number);
        p->lines = calloc(3, sizeof(*p->lines));
        assert_non_null(p->lines);
        p->lines[0] = (struct parcel_line){.line = "1", .quantity = socks};
        p->lines[1] = (struct parcel_line){.line = "2", .quantity = caps};
        p->lines[2] = (struct parcel_line){.line = "i1", .quantity = 1};
        return p;
}

void scene_policy(struct policy *p, const char *report) {
        struct json *doc = NULL;
        struct diag d = {0};
        char text[3072];
        int n = snprintf(text, sizeof(text),
                "{\"v\":1,\"version\":1,\"merchants\":[{\"merchant\":\"acme\",\"name\":{\"ja\":"
                "\"アクメ商店\",\"en\":\"Acme\"},"
                "\"reach\":{\"mail\":\"help@acme.example.jp\",\"phone\":\"03-0000-0000\",\"url\":\"https://"
                "acme.example.jp/\","
                "\"hours\":{\"ja\":\"平日 10:00〜17:00\",\"en\":\"weekdays 10:00-17:00\"}},"
                "\"from\":{\"name\":{\"ja\":\"アクメ商店\"},\"address\":\"shop@acme.example.jp\"},"
                "\"preferences_url\":\"https://acme.example.jp/me\",\"order_url\":"
                "\"https://acme.example.jp/orders/{{order}}?from=notice\",\"unknown_"
                "shipment\":\"refuse\","
                "\"carriers\":[{\"carrier\":\"yamato\",\"name\":{\"ja\":\"ヤマト運輸\",\"en\":\"Yamato "
                "Transport\"},"
                "\"shipped\":\"bay-closed\",\"report\":\"%s\",\"track_url\":\"https://track.example.jp/"
                "?n={number}\"}]}],\"store\":{\"name\":{\"ja\":\"アクメ 渋谷店\",\"en\":\"Acme Shibuya\"},"
                "\"address\":{\"ja\":\"東京都渋谷区1-2-3\",\"en\":\"1-2-3 Shibuya, Tokyo\"},\"phone\":"
                "\"03-1111-2222\",\"hours\":{\"ja\":\"11:00〜20:00（水曜定休）\",\"en\":\"11:00-20:00, "
                "closed on "
                "Wednesdays\"},\"map_url\":\"https://maps.example.jp/"
                "shibuya\",\"note\":{\"ja\":\"地下1階の受取"
                "カウンターへお越しください。\",\"en\":\"The pickup counter is on floor "
                "B1.\"},\"opens\":\"11:00\",\"closes\":\"20:00\",\"closed\":[\"wed\"]}}",
                report);

        assert_int_equal(json_parse(text, (size_t) n, &doc, &d), 0);
        if (policy_init(p, doc, &d) < 0)
                fail_msg("%s: %s", d.key, d.text);
}
