# SPDX-License-Identifier: Apache-2.0
"""The contract as a program reads it: the JSON Schemas of services/sync/contract, and the message each topic carries."""
from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

import jsonschema

TOP = Path(__file__).resolve().parents[2]
FOLDER = TOP / "services" / "sync" / "contract"
MESSAGE_MAX = 65536
DATA_MAX = 49152
TOPIC = re.compile(r"okuru/v1/([a-z0-9-]{1,32})/([a-z0-9-]{1,32})/([a-z0-9-]{1,32})/([a-z]+(?:/[a-z]+)?)")
SCHEMA_OF = {"up/fact": "fact", "up/trace": "fact", "down": "command", "applied": "applied", "taken": "taken", "status": "status",
             "ask": "ask", "reply": "reply", "peer": "peer"}


def _no_twins(pairs: list[tuple]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str):
    raise ValueError(f"{name} is no JSON")


def read(payload: bytes):
    """Strict JSON: UTF-8, no key twice, no NaN, no NUL."""
    text = payload.decode("utf-8")
    if "\0" in text or "\\u0000" in text:
        raise ValueError("NUL")
    return json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)


@lru_cache(maxsize=None)
def validator(name: str) -> jsonschema.Draft7Validator:
    """@name: below schema/, without .json: "fact", "applied", "fact/parcel.shipped"."""
    path = FOLDER / "schema" / f"{name}.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    return jsonschema.Draft7Validator(schema, resolver=jsonschema.RefResolver(path.as_uri(), schema))


def errors(name: str, message) -> list[str]:
    found = validator(name).iter_errors(message)
    return [f"{'.'.join(map(str, e.absolute_path)) or 'message'}: {e.message[:300]}" for e in found]


def _parts(source: str) -> tuple[str, ...]:
    """(realm, site, station, lane or "") that a source names."""
    words = source.split(":")
    return (words[2], words[5], words[6], "") if words[3] == "oms" else (words[2], words[3], words[4], words[6])


def check(topic: str, payload: bytes) -> list[str]:
    """Everything that is wrong with one message; empty when it is as the contract says."""
    found = TOPIC.fullmatch(topic)
    if not found or found[4] not in SCHEMA_OF:
        return [f"no such topic: {topic}"]
    if len(payload) > MESSAGE_MAX:
        return [f"{len(payload)} bytes"]
    try:
        message = read(payload)
    except ValueError as error:
        return [f"no strict JSON: {error}"]
    wrong = errors(SCHEMA_OF[found[4]], message)
    if wrong or "source" not in message:
        return wrong
    realm, site, station, lane = _parts(message["source"])
    if (realm, site, station) != found.groups()[:3] or (found[4].startswith("up/") and found[4] != f"up/{lane}"):
        wrong.append(f"{message['source']} does not belong to {topic}")
    if "data" in message and len(json.dumps(message["data"], ensure_ascii=False, separators=(",", ":")).encode()) > DATA_MAX:
        wrong.append("data is too long")
    return wrong
