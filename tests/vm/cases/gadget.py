# SPDX-License-Identifier: Apache-2.0
"""Barcode scanners as USB gadgets: the kernel's own dummy bus between a scanner that we play and the drivers that a real one gets."""
from __future__ import annotations

import os
import tty
from pathlib import Path

GADGETS = Path("/sys/kernel/config/usb_gadget")
# A boot keyboard: 8 bits of modifiers, a reserved byte, six keys (HID 1.11, appendix B.1 without its LEDs).
KEYBOARD = bytes.fromhex("05010906a101050719e029e71500250175019508810295017508810395067508150025650507190029658100c0")
# A scanner in POS mode: report 2 is a byte count, an AIM identifier, 56 bytes of the code, two of the vendor's own, and "continued"; feature
# report 0xFE says where scans are to go (HID POS Usage Tables 1.02; Honeywell).
POS = bytes.fromhex("058c0902a1010912a1028502150026ff00750895010501093b81029503058c09fb09fc09fd8102953809fe8202010666ff9502090409008102"
                    "058c25017501950809ff8102c00666ff750826ff000903a10285fe95010903b28201c0c0")
# The same as older ones have it: it takes that feature report, and does not list it.
POS_UNLISTED = POS[:POS.index(bytes.fromhex("0666ff750826ff00"))] + b"\xc0"
SHIFT = 0x02
KEYS = {**{chr(ord("a") + i): (0, 0x04 + i) for i in range(26)}, **{chr(ord("A") + i): (SHIFT, 0x04 + i) for i in range(26)},
        **{"1234567890"[i]: (0, 0x1e + i) for i in range(10)}, "\n": (0, 0x28), " ": (0, 0x2c), "-": (0, 0x2d), "/": (0, 0x38), "]": (0, 0x30)}
RELEASED = bytes(8)


class UsbScanner:
    """One scanner on a bus of its own: a keyboard (wedge), a serial port (acm), a POS device (pos, with a report descriptor or the usual one), or several. Not plugged in until plug()."""

    def __init__(self, bus: int, serial: str, keyboard: bool = True, acm: bool = False, pos: bool | bytes = False, vendor: int = 0x0c2e, product: int = 0x0b61):
        self.folder = GADGETS / f"scanner{bus}"
        self.udc = f"dummy_udc.{bus}"
        self.open: dict[Path, int] = {}
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
            self.keyboard_node = self.add_hid(f"hid.{bus}", KEYBOARD, protocol=1, subclass=1, report_length=8)
        if pos:
            # What the host sets arrives by the control pipe, and is read from the node.
            self.pos_node = self.add_hid(f"hid.pos{bus}", POS if pos is True else pos, protocol=0, subclass=0, report_length=64, no_out_endpoint=1)
        if acm:
            function = self.folder / f"functions/acm.{bus}"
            function.mkdir()
            (configuration / f"acm.{bus}").symlink_to(function)
            self.serial_node = Path(f"/dev/ttyGS{(function / 'port_num').read_text().strip()}")

    def add_hid(self, name: str, descriptor: bytes, **attributes: int) -> Path:
        function = self.folder / "functions" / name
        function.mkdir()
        for attribute, value in attributes.items():
            (function / attribute).write_text(str(value))
        (function / "report_desc").write_bytes(descriptor)
        (self.folder / "configs/c.1" / name).symlink_to(function)
        return self.node_of(function / "dev")

    def fd(self, node: Path) -> int:
        if node not in self.open:
            self.open[node] = os.open(node, os.O_RDWR)
        return self.open[node]

    @staticmethod
    def node_of(dev: Path) -> Path:
        major, minor = dev.read_text().strip().split(":")
        return Path(f"/dev/char/{major}:{minor}")

    def plug(self) -> None:
        (self.folder / "UDC").write_text(self.udc)

    def unplug(self) -> None:
        for fd in self.open.values():
            os.close(fd)
        self.open.clear()
        (self.folder / "UDC").write_text("\n")

    def type(self, text: str) -> None:
        """As fast as the bus takes it: a press and a release a key."""
        keyboard = self.fd(self.keyboard_node)
        for character in text:
            modifiers, key = KEYS[character]
            os.write(keyboard, bytes((modifiers, 0, key, 0, 0, 0, 0, 0)))
            os.write(keyboard, RELEASED)

    def report(self, aim: str, data: str, more: bool = False) -> None:
        """One report in POS mode."""
        body = bytes((2, len(data))) + aim.encode().ljust(3, b"\0") + data.encode().ljust(56, b"\0")
        os.write(self.fd(self.pos_node), body + bytes((0, 0, more)))

    def scan(self, aim: str, code: str) -> None:
        """A whole code in POS mode, in as many reports as it takes."""
        parts = [code[i:i + 56] for i in range(0, len(code), 56)]
        for i, part in enumerate(parts):
            self.report(aim, part, more=i + 1 < len(parts))

    def was_set(self) -> bytes:
        """What the host has set since, a feature report; waits for it."""
        return os.read(self.fd(self.pos_node), 64)

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
