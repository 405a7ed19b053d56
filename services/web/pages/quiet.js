// SPDX-License-Identifier: Apache-2.0
// Stands for sound.js until that is there: whether this screen sounds, and what it should sound by now.
"use strict";
var sound = {
        on: localStorage.getItem("sound") !== "off", played: [], wanted: null,
        wake() {},
        play(name) { this.wanted = name; },
        stop() { this.wanted = null; },
        toggle() {
                this.on = !this.on;
                localStorage.setItem("sound", this.on ? "on" : "off");
        },
};
