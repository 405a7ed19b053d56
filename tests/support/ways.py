# SPDX-License-Identifier: Apache-2.0
"""Channels of okuru-notify beside mail, as sections of notify.yaml that lead to servers of a test; notices for them, and what came."""
import base64
import json
from pathlib import Path

import yaml
from fake_http import Answer
from ledger import notice_id, stamp
from notify import M

PHONE, E164 = "090-1234-5678", "+819012345678"
FRIEND = "U" + "0123456789abcdef" * 2
KEY = bytes(range(32))
BOX = {"phone": PHONE, "line": FRIEND, "code": "ABCD2345"}
TAKEN = Answer(200, b'{"status":"queued"}')


def secret(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


def gateway(tmp_path: Path, server, repeat: str = "unsafe", name: str = "sms") -> Path:
    path = tmp_path / f"{name}.yaml"
    path.write_text(yaml.safe_dump({
        "name": "example-sms", "repeat": repeat,
        "request": {"url": server.url + "/v1/send", "headers": ["X-Reference: {{id}}"], "body": '{"to":"{{to}}","text":"{{text}}","id":"{{id}}"}'},
        "answers": [{"status": "200-299", "pointer": "/status", "equals": ["queued"], "means": "accepted"},
                    {"status": 400, "pointer": "/code", "equals": ["21211"], "means": "failed", "reason": "recipient-refused"}]}))
    path.chmod(0o644)
    return path


def by_sms(tmp_path, server, repeat: str = "unsafe") -> str:
    return f"sms:\n- {{name: provider, gateway: {gateway(tmp_path, server, repeat)}, timeout: 2s}}\n"


def by_line(tmp_path, server, section: str = "line") -> str:
    return f"{section}: {{token_file: {secret(tmp_path, 'line', 't0ken')}, api: '{server.url}', timeout: 2s}}\n"


def by_hook(tmp_path, server, merchant: str = "acme") -> str:
    file = secret(tmp_path, "hook", "whsec_" + base64.b64encode(KEY).decode())
    return f"webhook:\n- {{merchant: {merchant}, url: '{server.url}/hook', secret_file: {file}, timeout: 2s}}\n"


def by_slip(tmp_path) -> str:
    return f"slip: {{folder: {tmp_path / 'slips'}, columns: 42}}\n"


def by_modem() -> str:
    return "sms:\n- {name: modem, modem: {}}\n"


def after(duration: str) -> str:
    return f"fallback_after: {duration}\n"


def told(ledger, shipment: str, channels=("email",), box=None, delay: float = 0, **more) -> str:
    """A shipment that is on its way, with a contact of several addresses; the id of its notice."""
    ledger.shipment("acme", shipment)
    ledger.contact("acme", shipment, channels=list(channels), box=BOX if box is None else box, **more)
    ledger.ship("acme", shipment)
    return ledger.reserve("acme", shipment, delay=delay)


def ready(ledger, shipment: str, channels=("email",), **more) -> str:
    """One that waits at the counter."""
    ledger.shipment(M, shipment, pickup={"store": "tokyo"}, notices={"pickup-ready": "station"})
    ledger.contact(M, shipment, channels=list(channels), kinds=("pickup-ready",), **{"box": BOX, **more})
    ledger.arrive(M, shipment)
    notice = notice_id(M, shipment, "pickup-ready")
    ledger.fact("notice.reserved", M, shipment, notice=notice, kind="pickup-ready", generation=0, not_before=stamp(), expires=stamp(86400 * 7),
                owner="station")
    return notice


def accepted(notify, notice: str) -> str:
    """The channel that took it, as the outcome says."""
    kind, data = notify.outcome_of(notice)
    assert kind == "notice.accepted", data
    return data["channel"]


def sent(server) -> list:
    """The bodies that a server of ours was asked with."""
    return [json.loads(r.body) for r in server.requests]


def slips(tmp_path) -> list:
    """Those of by_slip() that wait for the printer."""
    return sorted((tmp_path / "slips" / "new").glob("*.txt"))
