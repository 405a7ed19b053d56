# SPDX-License-Identifier: Apache-2.0
"""Barcode scanners as USB gadgets: the kernel's own dummy bus between a scanner that we play and the drivers that a real one gets."""
from __future__ import annotations

import os
import tty
from pathlib import Path

GADGETS = Path("/sys/kernel/config/usb_gadget")
# A boot keyboard: 8 bits of modifiers, a reserved byte, six keys (HID 1.11, appendix B.1 without its LEDs).
KEYBOARD = bytes.fromhex("05010906a101050719e029e71500250175019508810295017508810395067508150025650507190029658100c0")
SHIFT = 0x02
KEYS = {**{chr(ord("a") + i): (0, 0x04 + i) for i in range(26)}, **{chr(ord("A") + i): (SHIFT, 0x04 + i) for i in range(26)},
        **{"1234567890"[i]: (0, 0x1e + i) for i in range(10)}, "\n": (0, 0x28), " ": (0, 0x2c), "-": (0, 0x2d), "/": (0, 0x38), "]": (0, 0x30)}
RELEASED = bytes(8)


class UsbScanner:
    """One scanner on a bus of its own: a keyboard (wedge), a serial port (acm), or both. Not plugged in until plug()."""

    def __init__(self, bus: int, serial: str, keyboard: bool = True, acm: bool = False, vendor: int = 0x0c2e, product: int = 0x0b61):
        self.folder = GADGETS / f"scanner{bus}"
        self.udc = f"dummy_udc.{bus}"
        self.keyboard: int | None = None
        self.folder.mkdir()
        for name, value in {"idVendor": f"{vendor:#06x}", "idProduct": f"{product:#06x}", "bcdUSB": "0x0200"}.items():
            (self.folder / name).write_text(value)
        strings = self.folder / "strings/0x409"
        strings.mkdir(parents=True)
        for name, value in {"manufacturer": "Example", "product": "Example Scanner", "serialnumber": serial}.items():
            (strings / name).write_text(value)
        configuration = self.folder / "configs/c.1"
        configuration.mkdir()
        if keyboard:
            function = self.folder / f"functions/hid.{bus}"
            function.mkdir()
            for name, value in {"protocol": "1", "subclass": "1", "report_length": "8"}.items():
                (function / name).write_text(value)
            (function / "report_desc").write_bytes(KEYBOARD)
            (configuration / f"hid.{bus}").symlink_to(function)
            self.keyboard_node = self.node_of(function / "dev")
        if acm:
            function = self.folder / f"functions/acm.{bus}"
            function.mkdir()
            (configuration / f"acm.{bus}").symlink_to(function)
            self.serial_node = Path(f"/dev/ttyGS{(function / 'port_num').read_text().strip()}")

    @staticmethod
    def node_of(dev: Path) -> Path:
        major, minor = dev.read_text().strip().split(":")
        return Path(f"/dev/char/{major}:{minor}")

    def plug(self) -> None:
        (self.folder / "UDC").write_text(self.udc)

    def unplug(self) -> None:
        if self.keyboard is not None:
            os.close(self.keyboard)
            self.keyboard = None
        (self.folder / "UDC").write_text("\n")

    def type(self, text: str) -> None:
        """As fast as the bus takes it: a press and a release a key."""
        if self.keyboard is None:
            self.keyboard = os.open(self.keyboard_node, os.O_RDWR)
        for character in text:
            modifiers, key = KEYS[character]
            os.write(self.keyboard, bytes((modifiers, 0, key, 0, 0, 0, 0, 0)))
            os.write(self.keyboard, RELEASED)

    def send(self, text: str) -> None:
        """By the serial port."""
        fd = os.open(self.serial_node, os.O_RDWR | os.O_NOCTTY)
        try:
            tty.setraw(fd)
            os.write(fd, text.encode())
        finally:
            os.close(fd)

    def remove(self) -> None:
        if (self.folder / "UDC").read_text().strip():
            self.unplug()
        for link in (self.folder / "configs/c.1").iterdir():
            if link.is_symlink():
                link.unlink()
        (self.folder / "configs/c.1").rmdir()
        for function in (self.folder / "functions").iterdir():
            function.rmdir()
        (self.folder / "strings/0x409").rmdir()
        self.folder.rmdir()
