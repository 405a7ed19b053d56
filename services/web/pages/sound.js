// SPDX-License-Identifier: Apache-2.0
// The five families: pitch and rhythm differ, so that one is told from another, and from the next bench's.
"use strict";
const SOUNDS = { // [start s, length s, Hz, loudness]
        "A": [[0, .09, 1760, 1]],
        "B": [[0, .09, 1175, 1], [.12, .16, 1760, 1]],
        "B-twice": [[0, .09, 1175, 1], [.12, .16, 1760, 1], [.4, .09, 1175, 1], [.52, .16, 1760, 1]],
        "C": [[0, .34, 220, 1], [.44, .34, 220, 1]],
        "C-fast": [[0, .14, 220, 1], [.2, .14, 220, 1], [.4, .14, 220, 1]],
        "D": [[0, .25, 880, 1], [.25, .25, 587, 1], [.5, .25, 880, 1], [.75, .25, 587, 1]],
        "N": [[0, .22, 523, .4]],
};
var wanted = window.sound && sound.wanted; // of quiet.js, where the page began with it
var sound = {
        context: null, repeat: null, on: localStorage.getItem("sound") !== "off", played: [],
        wake() {
                if (!this.context)
                        this.context = new AudioContext();
                if (this.context.state === "suspended")
                        this.context.resume().catch(() => {});
        },
        play(name) {
                clearInterval(this.repeat);
                if (!SOUNDS[name])
                        return;
                this.played.push(name);
                this.once(name);
                if (name === "D") // until something else is shown
                        this.repeat = setInterval(() => this.once(name), 1400);
        },
        stop() {
                clearInterval(this.repeat);
        },
        once(name) {
                if (!this.on)
                        return;
                this.wake();
                const c = this.context, begin = c.currentTime + .005;
                for (const [start, length, hz, loud] of SOUNDS[name]) {
                        const tone = c.createOscillator(), gain = c.createGain();
                        tone.type = hz < 300 ? "square" : "sine";
                        tone.frequency.value = hz;
                        gain.gain.setValueAtTime(0, begin + start);
                        gain.gain.linearRampToValueAtTime(.5 * loud, begin + start + .008);
                        gain.gain.setValueAtTime(.5 * loud, begin + start + length - .02);
                        gain.gain.linearRampToValueAtTime(0, begin + start + length);
                        tone.connect(gain).connect(c.destination);
                        tone.start(begin + start);
                        tone.stop(begin + start + length + .01);
                }
        },
        toggle() {
                this.on = !this.on;
                localStorage.setItem("sound", this.on ? "on" : "off");
                if (this.on)
                        this.wake();
                else
                        this.stop();
        },
};
if (wanted)
        sound.play(wanted);
