/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What deciding code may ask: read-only questions with values for answers. The ledger answers them inside the
 * open transaction, tests answer them from tables. No answer has a side effect. All return 0 (found or
 * filled), WORLD_E_NONE, or -errno, which is forwarded and rolls the input back.
 */
#include "firmware/domain/claim.h"
#include "firmware/domain/notice.h"
#include "firmware/domain/policy.h"
#include "firmware/domain/shipment.h"

enum { WORLD_E_NONE = 1 };

struct shipment_ref {
        char merchant[NAME_SIZE], shipment[ID_SIZE];
};
#define WORLD_REFS_MAX 8

struct number_owner { /* whose is this waybill number (or other alias of a parcel) */
        char merchant[NAME_SIZE], shipment[ID_SIZE],
                parcel[UUID_TEXT_MAX]; /* parcel "": a label given but not yet on a parcel */
        int piece;
        bool dead; /* replaced, voided */
        bool gone; /* tombstone: purged long ago */
        enum parcel_state state;
        char bench[NAME_SIZE];
        int64_t at_usec; /* of that state */
        int at_offset_sec;
};
struct unit_owner { /* where this serial went */
        char shipment[ID_SIZE], parcel[UUID_TEXT_MAX];
        bool gone;
};
struct bay_row { /* one parcel in a bay */
        char merchant[NAME_SIZE], shipment[ID_SIZE], parcel[UUID_TEXT_MAX];
        char carrier[NAME_SIZE];
        bool pull; /* has a pull task */
};

#define WORLD_NAME_SIZE 64
struct bay_info {
        char carrier[NAME_SIZE]; /* "" unknown */
        char name_ja[WORLD_NAME_SIZE],
                name_en[WORLD_NAME_SIZE]; /* its id when it has none; cut when longer */
};
struct world_key {
        uint8_t ed25519[32];
        int64_t not_after_usec; /* 0 none */
};
struct world_offer {
        char kind[16]; /* "in-store", "online", "combination" */
        char headline_ja[WORLD_NAME_SIZE], headline_en[WORLD_NAME_SIZE], terms_ja[WORLD_NAME_SIZE],
                terms_en[WORLD_NAME_SIZE]; /* cut when longer */
        int64_t until_usec;                /* 0 none */
        bool cancelled;
};
struct world_redeemed {
        int64_t at_usec;
        int at_offset_sec;
        char bench[NAME_SIZE];
        char station[NAME_SIZE]; /* of the store's that did it; "" this one */
};
struct world_receipt { /* an order that it stood for */
        char merchant[NAME_SIZE], shipment[ID_SIZE];
        int64_t at_usec;
        int at_offset_sec;
        char bench[NAME_SIZE];
};
#define PERSON_CALL_SIZE 64 /* what colleagues call a person: 12 characters */

struct world {
        void *userdata;
        const char *realm; /* part of a notice id */
        const char *site;  /* the store or DC where this is; "" not known */
        const struct policy *policy;
        bool people_known;  /* a people list has come */
        bool snapshot_open; /* this box has never had its snapshot: "not yet known" */
        /* Shipments not yet shipped or cancelled-and-returned that list this code; @n set to how many were
         * written, at most max. */
        int (*open_code)(void *u, const char *code, struct shipment_ref *refs, size_t max, size_t *n);
        /* The whole aggregate; shipment_deinit() by the caller on 0. */
        int (*shipment)(void *u, const char *merchant, const char *shipment, struct shipment *s);
        int (*number)(void *u, const char *number, struct number_owner *owner);
        int (*parcel)(void *u, const char *parcel, struct number_owner *owner);
        /* Does whoever counts facts ≤ @upto of lane fact of @ledger, where @upto_id stands at @upto, know all that is said of this
         * parcel here? Then it cannot be behind us. */
        int (*is_counted)(void *u, const char *merchant, const char *parcel, const char *ledger,
                uint64_t upto, const char *upto_id);
        /*
         * Shipments whose contact has this: @purpose "code" (of PICKUP_CODE_SIZE), "phone" (a tail), "name" (as pickup_name_read() makes
         * it). Kept as keyed hashes; NULL where nobody holds the key. @n set to how many were written.
         */
        int (*lookup)(void *u, const char *purpose, const char *text, struct shipment_ref *refs, size_t max,
                size_t *n);
        /* A key of the OMS for signatures; @use "pickup", "offer". */
        int (*key)(void *u, const char *kid, const char *use, struct world_key *key);
        /* An offer of the OMS, and what became of one of its coupons here. */
        int (*offer)(void *u, const char *merchant, const char *offer, struct world_offer *out);
        int (*redeemed)(void *u, const char *merchant, const char *offer, const char *coupon,
                struct world_redeemed *out);
        /* What a till's receipt was handed over for here: each order. */
        int (*receipt)(void *u, const char *receipt, int (*each)(void *eu, const struct world_receipt *used),
                void *eu);
        /* Ed25519. NULL where it cannot be done. */
        bool (*verify)(
                void *u, const uint8_t key[32], const void *bytes, size_t n, const uint8_t signature[64]);
        /* Shipments that were kept until then, with parcels that are still to be collected. */
        int (*pickups_due)(
                void *u, int64_t until_usec, int (*each)(void *eu, const struct shipment_ref *ref), void *eu);
        /*
         * Shipments that wait for their customers, ready before @before_usec, kept longer than until @now_usec and without a notice
         * of kind last-day: in the order of their names, the first @max behind @from (names "" for the beginning).
         */
        int (*pickups_waiting)(void *u, const struct shipment_ref *from, int max, int64_t before_usec,
                int64_t now_usec, int (*each)(void *eu, const struct shipment_ref *ref), void *eu);
        /* The newest notice of that kind, and how often one more was asked for on the day of @now. */
        int (*notice)(void *u, const char *merchant, const char *shipment, const char *kind,
                const struct stamp *now, struct notice_known *out);
        /* The notice of that id. Return: 0, WORLD_E_NONE, -errno. */
        int (*notice_by_id)(void *u, const char *id, struct notice_named *out);
        /* What the newest of that kind says beside its shipment; owned by the caller, NULL for nothing. Return: 0, WORLD_E_NONE there is
         * none or nobody knows, -errno. */
        int (*notice_data)(
                void *u, const char *merchant, const char *shipment, const char *kind, struct json **datap);
        /* Parcels that come, or came, in this crate. */
        int (*crate)(void *u, const char *crate, int (*each)(void *eu, const char *parcel), void *eu);
        /* The number on the label that a ready parcel bears: a changed one is known before it is on the box. */
        int (*number_on_box)(void *u, const char *parcel, char number[CODE_SIZE]);
        /* Is it a closed shipment of long ago or today: its last state by open code (order slip rescanned).
         */
        int (*closed_code)(void *u, const char *code, struct number_owner *owner);
        int (*unit)(void *u, const char *merchant, const char *code, const char *serial,
                struct unit_owner *owner);
        /* Serials in this parcel, each with its line. */
        int (*units_of)(void *u, const char *parcel,
                int (*each)(void *eu, const char *line, const char *serial), void *eu);
        /* Goods known by this code; @merchant "" asks for anybody's. Names borrowed until the next question. */
        int (*item)(void *u, const char *merchant, const char *code, const char **name_jap,
                const char **name_enp);
        /* @call: what to call the person on the screen, never in a fact; "" none */
        int (*badge)(void *u, const char *badge, char person[ID_SIZE], char call[PERSON_CALL_SIZE],
                enum person_role *rolep);
        /* Parcels in state ready in this bay, in order of time; the callback is called for each. */
        int (*bay)(void *u, const char *bay, int (*each)(void *eu, const struct bay_row *row), void *eu);
        /* What the OMS has said of a bay. */
        int (*bay_info)(void *u, const char *bay, struct bay_info *info);
        /* Next unused number of the merchant's blocks for the carrier. */
        int (*block_next)(void *u, const char *merchant, const char *carrier, char number[CODE_SIZE]);
        /* Collections whose time plus grace lies in (from, to], each with its bay and its time without grace:
         * for `assumed`, which takes what was ready by then. A bay comes once for each collection. */
        int (*collections_due)(void *u, int64_t from_usec, int64_t to_usec,
                int (*each)(void *eu, const char *bay, int64_t collection_usec), void *eu);
        /* Version of the newest wish of a fleet command: type "people" or "bay", subject as the command's. */
        int (*wish_version)(void *u, const char *type, const char *subject, int64_t *versionp);
        /* What other stations of the site say of this subject: what each said last of each of its things. */
        int (*claims)(void *u, const char *merchant, const char *subject,
                int (*each)(void *eu, const struct claim *claim), void *eu);
        /* The same of whatever answers to this code, whoever's it is. */
        int (*claims_of_code)(
                void *u, const char *code, int (*each)(void *eu, const struct claim *claim), void *eu);
        /* What @of's station said last of the thing that @of is about. */
        int (*claim)(void *u, const struct claim *of, struct claim *last);
};
