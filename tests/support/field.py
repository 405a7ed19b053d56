# SPDX-License-Identifier: Apache-2.0
"""Tags before the antennas of a reader that the tests hold in their hand, and what the station made of them."""
import time

from llrp_reader import LlrpReader
from scene import Scene


def sgtin(gtin: str, serial: int, prefix: int = 7) -> str:
    """An SGTIN-96 in hex."""
    gtin = gtin.zfill(14)
    company, reference = int(gtin[1:1 + prefix]), int(gtin[0] + gtin[1 + prefix:13])
    company_bits = {6: 20, 7: 24, 8: 27, 9: 30}[prefix]
    bits = f"{0x30:08b}{1:03b}{12 - prefix:03b}{company:0{company_bits}b}{reference:0{44 - company_bits}b}{serial:038b}"
    return f"{int(bits, 2):024x}"


def device(scene: Scene, name: str) -> dict:
    return next(d for d in scene.rig.ask_station({"verb": "status"})["devices"] if d["name"] == name)


class Field:
    """What lies before an antenna: read again and again, as a reader does."""

    def __init__(self, reader: LlrpReader, antenna: int = 1):
        self.reader, self.antenna, self.tags = reader, antenna, []

    def read_until(self, packer, timeout: float = 10.0) -> dict:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            for tag in self.tags:
                self.reader.see(tag, self.antenna)
            if (verdict := packer.look(0.05)) is not None:
                return verdict
        raise AssertionError(f"no verdict within {timeout:.0f} s; {packer.bench.diagnose()}")

    def read_for(self, packer, seconds: float) -> list[dict]:
        begun, seen = time.monotonic(), []
        while time.monotonic() - begun < seconds:
            for tag in self.tags:
                self.reader.see(tag, self.antenna)
            if (verdict := packer.look(0.05)) is not None:
                seen.append(verdict)
        return seen


def verified(scene: Scene, s: dict) -> list[dict]:
    return [f for f in scene.facts("item.verified") if f["shipment"] == s["shipment"]]
