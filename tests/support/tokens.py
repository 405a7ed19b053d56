# SPDX-License-Identifier: Apache-2.0
"""Signed tokens as an OMS makes them for a QR: commands.md, section `keys`."""
from __future__ import annotations

import base64
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


class Signer:
    def __init__(self, kid: str, use: str = "pickup", seed: bytes = b"\x07" * 32):
        self.kid, self.use, self.key = kid, use, Ed25519PrivateKey.from_private_bytes(seed)

    def public(self) -> dict:
        """Its entry in the command `keys`."""
        return {"kid": self.kid, "use": self.use, "ed25519": self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()}

    def token(self, **payload) -> str:
        body = base32(json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode())
        signed = f"OKURU-T-{self.kid}.{body}"
        return f"{signed}.{base32(self.key.sign(signed.encode()))}"
