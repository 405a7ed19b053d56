# SPDX-License-Identifier: Apache-2.0
"""A keyboard made by uinput: any key in any order, also those that no barcode should be able to press."""
import fcntl
import os
import struct
import time

UI_SET_EVBIT, UI_SET_KEYBIT, UI_DEV_SETUP, UI_DEV_CREATE, UI_DEV_DESTROY = 0x40045564, 0x40045565, 0x405C5503, 0x5501, 0x5502
EV_SYN, EV_KEY, BUS_USB = 0, 1, 3
KEYS = {"esc": 1, **{str((i + 1) % 10): 2 + i for i in range(10)}, "-": 12, "backspace": 14, "tab": 15, "enter": 28, "ctrl": 29, "shift": 42,
        **{letter: 16 + i for i, letter in enumerate("qwertyuiop")}, **{letter: 30 + i for i, letter in enumerate("asdfghjkl")},
        **{letter: 44 + i for i, letter in enumerate("zxcvbnm")}, "alt": 56, **{f"f{i + 1}": 59 + i for i in range(10)}, "f11": 87, "f12": 88,
        "sysrq": 99, "up": 103, "delete": 111, "power": 116, "meta": 125, "menu": 127, "sleep": 142}


class Keyboard:
    def __init__(self, vendor: int, product: int):
        self.fd = os.open("/dev/uinput", os.O_WRONLY)
        fcntl.ioctl(self.fd, UI_SET_EVBIT, EV_KEY)
        for code in KEYS.values():
            fcntl.ioctl(self.fd, UI_SET_KEYBIT, code)
        fcntl.ioctl(self.fd, UI_DEV_SETUP, struct.pack("HHHH80sI", BUS_USB, vendor, product, 1, b"okuru test keyboard", 0))
        fcntl.ioctl(self.fd, UI_DEV_CREATE)

    def close(self) -> None:
        fcntl.ioctl(self.fd, UI_DEV_DESTROY)
        os.close(self.fd)

    def event(self, type: int, code: int, value: int) -> None:
        os.write(self.fd, struct.pack("llHHi", 0, 0, type, code, value))

    def press(self, *keys: str) -> None:
        """All down in this order, and up again in the other; a report each."""
        for value, order in ((1, keys), (0, reversed(keys))):
            for key in order:
                self.event(EV_KEY, KEYS[key], value)
                self.event(EV_SYN, 0, 0)

    def type(self, text: str) -> None:
        for character in text:
            if character == "\n":
                self.press("enter")
            elif character.isupper():
                self.press("shift", character.lower())
            else:
                self.press(character)
            time.sleep(0.004)  # as fast as a scanner on a full-speed bus: the kernel holds 64 events for who reads
