/* SPDX-License-Identifier: Apache-2.0 */
/* A verdict as lights, sounds and words that a driver knows. */
#include "firmware/station/devices-internal.h"

#include "firmware/base/str.h"

/* Two vocabularies on purpose: the domain knows no driver. Both enums are in the same order; the tables say so once. */
static const enum signal_light lights[] = {
        [VERDICT_LIGHT_DARK] = SIGNAL_LIGHT_DARK,
        [VERDICT_LIGHT_GREEN] = SIGNAL_LIGHT_GREEN,
        [VERDICT_LIGHT_AMBER] = SIGNAL_LIGHT_AMBER,
        [VERDICT_LIGHT_RED] = SIGNAL_LIGHT_RED,
        [VERDICT_LIGHT_WHITE] = SIGNAL_LIGHT_WHITE,
};
static const enum signal_pattern patterns[] = {
        [VERDICT_PATTERN_STEADY] = SIGNAL_PATTERN_STEADY,
        [VERDICT_PATTERN_BLINK] = SIGNAL_PATTERN_BLINK,
        [VERDICT_PATTERN_SLOW_BLINK] = SIGNAL_PATTERN_SLOW_BLINK,
        [VERDICT_PATTERN_FLASH] = SIGNAL_PATTERN_FLASH,
};
static const enum signal_sound sounds[] = {
        [VERDICT_SOUND_NONE] = SIGNAL_SOUND_NONE,
        [VERDICT_SOUND_A] = SIGNAL_SOUND_A,
        [VERDICT_SOUND_B] = SIGNAL_SOUND_B,
        [VERDICT_SOUND_B_TWICE] = SIGNAL_SOUND_B_TWICE,
        [VERDICT_SOUND_C] = SIGNAL_SOUND_C,
        [VERDICT_SOUND_C_FAST] = SIGNAL_SOUND_C_FAST,
        [VERDICT_SOUND_D] = SIGNAL_SOUND_D,
        [VERDICT_SOUND_N] = SIGNAL_SOUND_N,
};

struct look_words devices_look(enum verdict_kind kind) {
        const struct verdict_look *look = verdict_look(kind);

        return (struct look_words){signal_light_to_str(lights[look->light]),
                signal_pattern_to_str(patterns[look->pattern]), signal_sound_to_str(sounds[look->sound])};
}

void signal_of_verdict(struct signal *s, const struct verdict *v, enum verdict_sound sound) {
        const struct verdict_look *look = verdict_look(v->kind);

        *s = (struct signal){
                .number = v->kind,
                .light = lights[look->light],
                .pattern = patterns[look->pattern],
                .sound = sounds[sound],
                .prompt = v->prompt,
        };
        (void) copy_text(s->bench, sizeof(s->bench), v->bench);
        (void) copy_text(s->device, sizeof(s->device), v->device);
        (void) copy_text(s->kind, sizeof(s->kind), look->name);
        (void) copy_text(s->text[SIGNAL_JA].head, sizeof(s->text[SIGNAL_JA].head), v->head_ja);
        (void) copy_text(s->text[SIGNAL_JA].sub, sizeof(s->text[SIGNAL_JA].sub), v->sub_ja);
        (void) copy_text(s->text[SIGNAL_EN].head, sizeof(s->text[SIGNAL_EN].head), v->head_en);
        (void) copy_text(s->text[SIGNAL_EN].sub, sizeof(s->text[SIGNAL_EN].sub), v->sub_en);
        (void) copy_text(s->merchant, sizeof(s->merchant), v->merchant);
        (void) copy_text(s->shipment, sizeof(s->shipment), v->shipment);
        (void) copy_text(s->parcel, sizeof(s->parcel), v->parcel);
}
