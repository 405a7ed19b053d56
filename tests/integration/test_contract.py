# SPDX-License-Identifier: Apache-2.0
"""services/sync/contract: prose, schemas, AsyncAPI and code say the same; examples and a live run are as they say."""
import copy
import json
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import jsonschema
import pytest
import yaml

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
import contract  # noqa: E402
from rig import Rig, wait_for  # noqa: E402
from story import Recorder, Story  # noqa: E402

FOLDER = contract.FOLDER
SCHEMAS = sorted((FOLDER / "schema").rglob("*.json"))
README, FACTS, COMMANDS = ((FOLDER / f"{name}.md").read_text(encoding="utf-8") for name in ("README", "facts", "commands"))
# Named in the prose, without a shape yet: no schema, and no program sends or knows them.
RESERVED_FACTS = {"contact.verified"}
RESERVED_COMMANDS = {"batch", "config"}
UNDERSTOOD_LATER = {"pull"}  # its shape is there, and a station answers unknown-type


def names_below(folder: str) -> set[str]:
    return {path.stem for path in (FOLDER / "schema" / folder).glob("*.json")}


def emitted() -> dict[str, set[str]]:
    """lane -> types that firmware can write at all."""
    text = (TOP / "firmware/domain/fact.c").read_text()
    lanes: dict[str, set[str]] = {"FACT": set(), "TRACE": set(), "INTAKE": set()}
    for name, lane in re.findall(r'\{"([a-z.-]+)", LANE_([A-Z]+)\}', text):
        lanes[lane].add(name)
    return lanes


def told(lane: str) -> set[str]:
    """Types of one lane's section of facts.md: first cells of its table, and the list of what comes later."""
    section = FACTS.split(f"## Lane `{lane}`")[1].split("\n## ")[0]
    found = set()
    for line in section.splitlines():
        if line.startswith("| `"):
            found |= set(re.findall(r"`([a-z]+\.[a-z-]+)`", line.split("|")[1]))
        elif found and re.match(r"(Later, )?.*`[a-z]+\.[a-z]+`", line) and not line.startswith("|"):
            found |= set(re.findall(r"`([a-z]+\.[a-z]+)`", line))
    return found


def understood() -> set[str]:
    text = (TOP / "firmware/domain/intake.c").read_text()
    return set(re.findall(r'\{"([a-z.]+)", intake_[a-z_]+\}', text))


def refs(node, path=""):
    """Every $ref of a document."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield path, value
            else:
                yield from refs(value, f"{path}/{key}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from refs(value, f"{path}/{i}")


@lru_cache(maxsize=None)
def load(path: Path):
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.suffix == ".yaml" else json.loads(path.read_text(encoding="utf-8"))


def resolve(path: Path, ref: str):
    """What @ref in the file @path points at; KeyError or OSError when nothing is there."""
    file, _, pointer = ref.partition("#")
    node = load((path.parent / file).resolve() if file else path)
    for step in pointer.split("/")[1:]:
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


# ---- schemas ----


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: str(p.relative_to(FOLDER / "schema")))
def test_a_schema_is_one_and_all_that_it_refers_to_is_there(path):
    schema = load(path)
    jsonschema.Draft7Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema["title"] == path.stem
    for where, ref in refs(schema):
        assert resolve(path, ref) is not None, where


def test_every_fact_that_the_code_can_write_has_a_schema_and_a_line_in_the_prose():
    lanes = emitted()
    assert len(lanes["FACT"]) > 20 and len(lanes["TRACE"]) > 5 and "parcel.shipped" in told("fact")
    assert lanes["FACT"] | lanes["TRACE"] == names_below("fact")
    assert told("fact") | told("trace") == names_below("fact") | RESERVED_FACTS
    assert lanes["FACT"] == told("fact") - RESERVED_FACTS
    assert lanes["TRACE"] == told("trace") - RESERVED_FACTS
    assert not lanes["INTAKE"] & names_below("fact")


def test_every_command_that_the_code_knows_has_a_schema_and_a_line_in_the_prose():
    headings = {name for line in re.findall(r"^## (.*)$", COMMANDS, re.M) for name in re.findall(r"`([a-z.]+)`", line)}
    cells = {name for line in COMMANDS.splitlines() if line.startswith("| `") and line.count("|") == 4
             for name in re.findall(r"`([a-z.]+)`", line.split("|")[1])}
    named = (headings | cells | {"label.block"}) & (understood() | UNDERSTOOD_LATER | RESERVED_COMMANDS)
    assert len(understood()) > 10
    assert understood() | UNDERSTOOD_LATER == names_below("command")
    assert named == names_below("command") | RESERVED_COMMANDS


@pytest.mark.parametrize("name, folder", [("fact", "fact"), ("command", "command")])
def test_a_whole_message_is_held_against_the_data_of_its_type(name, folder):
    rules = {rule["if"]["properties"]["type"]["const"].removeprefix("jp.okuru."): rule["then"]["properties"]
             for rule in load(FOLDER / "schema" / f"{name}.json")["allOf"] if "if" in rule}
    assert set(rules) == names_below(folder)
    for kind, then in rules.items():
        assert then["data"]["$ref"] == f"{folder}/{kind}.json"
        assert then["dataschema"]["const"] == f"urn:okuru:schema:{kind}:1"


# ---- AsyncAPI ----


@pytest.fixture(scope="module")
def api() -> dict:
    return load(FOLDER / "asyncapi.yaml")


def test_asyncapi_refers_to_nothing_that_is_not_there(api):
    found = list(refs(api))
    assert len(found) > 100
    for where, ref in found:
        assert resolve(FOLDER / "asyncapi.yaml", ref) is not None, where


def test_asyncapi_has_the_parts_that_version_3_asks_for(api):
    assert api["asyncapi"] == "3.0.0" and api["info"]["title"] and api["info"]["version"]
    assert set(api) <= {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
    for server in api["servers"].values():
        assert server["host"] and server["protocol"] in ("mqtt", "secure-mqtt")
    for name, operation in api["operations"].items():
        assert operation["action"] in ("send", "receive"), name
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in api["channels"]
    for name, channel in api["channels"].items():
        in_address = set(re.findall(r"\{([a-z]+)\}", channel["address"]))
        assert in_address == set(channel["parameters"]), name
    for name, message in api["components"]["messages"].items():
        assert message["name"] and message["summary"] and message["payload"], name


def test_asyncapi_has_every_topic_of_the_prose(api):
    rows = re.findall(r"^\| (`[a-z/]+`(?:, `[a-z/]+`)*) \|", README.split("## 1. Topics")[1].split("## 2.")[0], re.M)
    leaves = {leaf for row in rows for leaf in re.findall(r"`([a-z/]+)`", row)}
    addresses = {channel["address"] for channel in api["channels"].values()}
    assert {"up/fact", "down", "status"} <= leaves
    assert addresses == {"okuru/v1/{realm}/{site}/{station}/" + leaf for leaf in leaves}


def test_asyncapi_sends_and_receives_on_every_channel_that_is_in_use(api):
    def channel_of(operation):
        return operation["channel"]["$ref"].removeprefix("#/channels/")
    used = {channel_of(o): o["action"] for o in api["operations"].values()}
    used |= {channel_of(o["reply"]): "send" for o in api["operations"].values() if "reply" in o}
    assert used == {"facts": "receive", "traces": "receive", "taken": "receive", "status": "receive", "ask": "receive",
                    "applied": "send", "down": "send", "reply": "send"}


def test_asyncapi_has_every_message_on_its_channel(api):
    def on(channel):
        return {resolve(FOLDER / "asyncapi.yaml", m["$ref"])["name"] for m in api["channels"][channel]["messages"].values()}
    lanes = emitted()
    assert on("facts") == lanes["FACT"] and on("traces") == lanes["TRACE"] and on("down") == names_below("command")
    for leaf in ("applied", "taken", "status", "ask", "reply", "peer"):
        assert on(leaf) == {leaf}
    for name, message in api["components"]["messages"].items():
        if message["contentType"] == "application/cloudevents+json":
            kind, data = (message["payload"]["allOf"][1]["properties"][key] for key in ("type", "data"))
            assert kind["const"] == f"jp.okuru.{message['name']}"
            assert Path(data["$ref"]).stem == message["name"], name


# ---- the prose's own examples ----

FILLED = {"<ledger>": "1" * 32, "<receiver>": "2" * 32, "<hex id>": "3" * 32, "<boot id>": "b7f1c9d2-0a52-4d8e-9a5e-0e3a5b7f8c11",
          "<hash>": "4" * 64, "0193…": "01930000-0000-7000-8000-000000000001"}


def blocks(text: str) -> list[dict]:
    found = []
    for block in re.findall(r"```json\n(.*?)```", text, re.S):
        for mark, value in FILLED.items():
            block = block.replace(mark, value)
        found.append(json.loads(block))
    return found


def test_the_examples_in_the_prose_are_right():
    envelope, applied, taken, status, peer = blocks(README)
    envelope["subject"] = "01930000-0000-7000-8000-000000000002"
    assert not contract.errors("envelope", envelope)
    assert not contract.errors("applied", applied)
    assert not contract.errors("taken", taken)
    assert not contract.errors("status", status)
    assert not contract.errors("peer", peer)
    shipment, label, contact, notice = blocks(COMMANDS)
    assert not contract.errors("command/shipment", shipment)
    assert not contract.errors("command/label", label)
    assert not contract.errors("command/contact", contact)
    assert not contract.errors("command/notice", notice)


# ---- what must not pass ----


def wrong_ways(schema: dict, message: dict):
    """The message without each required member, and with each of them of a wrong kind."""
    required = set(schema.get("required", []))
    for part in schema.get("allOf", []):
        if "words.json" in part.get("$ref", ""):
            required |= set(resolve(FOLDER / "schema" / "words.json", "#" + part["$ref"].split("#")[1])["required"])
    for key in required:
        without, strange = copy.deepcopy(message), copy.deepcopy(message)
        del without[key]
        strange[key] = [True]
        yield f"without {key}", without
        yield f"strange {key}", strange


@pytest.mark.parametrize("name, index, text", [("envelope", 0, README), ("applied", 1, README), ("taken", 2, README), ("status", 3, README),
                                               ("command/shipment", 0, COMMANDS), ("command/label", 1, COMMANDS), ("command/contact", 2, COMMANDS)])
def test_a_message_without_a_member_or_with_a_strange_one_is_seen(name, index, text):
    ways = list(wrong_ways(load(FOLDER / "schema" / f"{name}.json"), blocks(text)[index]))
    assert len(ways) >= 4
    for what, message in ways:
        assert contract.errors(name, message), what


@pytest.mark.parametrize("topic, payload", [
    ("okuru/v1/test/dc1/pack1/nothing", b"{}"),
    ("okuru/v1/test/dc1/pack1/applied", b"\xff"),
    ("okuru/v1/test/dc1/pack1/taken", b'{"upto":0,"upto":0,"inbox":"' + b"3" * 32 + b'"}'),
    ("okuru/v1/test/dc1/pack1/taken", b'{"upto":NaN,"inbox":"' + b"3" * 32 + b'"}'),
    ("okuru/v1/test/dc1/pack1/taken", b'{"upto":7,"inbox":"' + b"3" * 32 + b'"}'),
    ("okuru/v1/test/dc1/pack1/applied", b'{"source":"urn:okuru:test:dc1:pack2:' + b"1" * 32 + b':fact","upto":1,"receiver":"' + b"2" * 32 + b'","credit":4}'),
])
def test_a_message_that_is_not_of_the_contract_is_told(topic, payload):
    assert contract.check(topic, payload)


# ---- examples: messages of a real run ----

EXAMPLES = {str(path.relative_to(FOLDER / "examples").with_suffix("")): load(path) for path in sorted((FOLDER / "examples").rglob("*.json"))}
# Kinds that a run of some seconds does not show, and why.
SELDOM = {
    "fact/clock.changed": "a clock that changes within seconds is a bad one (tests/integration/test_station_clock.py)",
    "fact/consent.changed": "a customer asks for it at a counter (tests/integration/test_web_counter.py)",
    "fact/notice.resend-asked": "a clerk asks for it at a counter (tests/integration/test_web_counter.py)",
    "fact/notice.approved": "a leader says so (tests/integration/test_notice_kinds.py)",
    "fact/notice.refused": "a leader says so (tests/integration/test_notice_kinds.py)",
    "fact/notice.corrected": "somebody corrects it by hand (tests/integration/test_notice_correct.py)",
    "fact/contact.shown": "a clerk presses for it at a counter (tests/integration/test_web_counter.py)",
    "fact/notice.delivered": "no channel of today says so: shape reserved",
    "fact/notice.expired": "wants a trusted clock and a contact that does not come (tests/integration/test_notice_engine.py)",
    "fact/notice.unknown": "wants a mail server that dies after the last dot (tests/integration/test_notify_smtp.py)",
    "fact/ledger.told": "wants a ledger from a copy (tests/fault/test_disks.py)",
    "fact/ledger.gap": "wants a row that the disk has changed (tests/unit/ledger)",
    "fact/peer.told": "wants two stations (tests/integration/test_peers.py)",
    "fact/tag.ignored": "wants a tag reader (tests/integration/test_rfid.py)",
    "fact/trace.skipped": "wants a ledger that is nearly full (tests/unit/ledger)",
    "command/pull": "no OMS sends it yet: shape reserved",
}
KINDS = {f"{folder}/{name}" for folder in ("fact", "command") for name in names_below(folder)} | {"applied", "taken", "status", "ask", "reply", "peer"}


def schema_of(name: str) -> str:
    """The schema of a whole example: fact/parcel.shipped -> fact, taken.first -> taken."""
    return name.split("/")[0].split(".")[0]


def test_there_is_an_example_of_every_kind_but_the_seldom_ones():
    assert {name.split(".")[0] if "/" not in name else name for name in EXAMPLES} == KINDS - set(SELDOM)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_right(name):
    assert not contract.errors(schema_of(name), EXAMPLES[name])


@pytest.mark.parametrize("name", [name for name in EXAMPLES if "/" in name])
def test_an_example_without_a_member_of_its_data_or_with_a_strange_one_is_seen(name):
    message = EXAMPLES[name]
    for what, data in wrong_ways(load(FOLDER / "schema" / f"{name}.json"), message["data"]):
        assert contract.errors(schema_of(name), {**message, "data": data}), what
    for what, wrong in wrong_ways(load(FOLDER / "schema" / "envelope.json"), message):
        assert contract.errors(schema_of(name), wrong), what


# ---- the shapes in the code ----

# Sealed on its way in: the code sees them in clear only where people hand them in, and then without a version.
SEALED = {"label", "contact"}
# The code knows more than a shape says: numbers of a carrier have check digits, a block is a range, a piece has one label.
KNOWS_MORE = {"/labels", "/labels/0/number", "/labels/0/carrier", "/labels/0/print/media", "/from", "/to", "/carrier"}
# What the code does not look into when a command comes: it reads these later, with defaults, or never.
NOT_LOOKED_INTO = re.compile(r"/v|/n|/name(/.*)?|/items/0/name(/.*)?|/consent/.*|/channels/.*|/source|/sequence|/snapshot|/labels/0/print/data"
                             r"|/(parcels|units|notices|pickups)/0/(parcel|notice|kind|state|at|ready|keep_until)|.*/(code|serial|number)|/keys/0/not_after|/until")


def members(path: Path, schema: dict, value, where: str = ""):
    """(where, schema, value) of every member that the schema names, also those that the value has not; the first of an array."""
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            ref = schema["$ref"]
            path, schema = (path.parent / ref.split("#")[0]).resolve() if ref.split("#")[0] else path, resolve(path, ref)
        else:
            schema = schema["anyOf"][0]
    yield where, schema
    for key, part in schema.get("properties", {}).items():
        yield from members(path, part, value.get(key) if isinstance(value, dict) else None, f"{where}/{key}")
    if "items" in schema and isinstance(value, list) and value:
        yield from members(path, schema["items"], value[0], f"{where}/0")


def values(schema: dict, value) -> list:
    """Around every limit that the schema has, and of every kind."""
    found = [None, True, 1.5, "", "a", "A", "\u0007", "\u00e9", "a b", [], {}]
    bounds = [int(n) for n in re.findall(r"[{,]([0-9]+)", schema.get("pattern", ""))]
    bounds += [schema[key] for key in ("minLength", "maxLength") if key in schema]
    found += [letter * (n + d) for letter in "aA1" for n in bounds for d in (-1, 0, 1) if n + d >= 0]
    found += [schema[key] + d for key in ("minimum", "maximum") if key in schema for d in (-1, 0, 1)]
    found += schema.get("enum", [])
    if "maxItems" in schema and value:
        found += [value[:1] * schema["maxItems"], value[:1] * (schema["maxItems"] + 1)]
    return found


def changed(data: dict, where: str, value, remove: bool = False) -> dict:
    data = copy.deepcopy(data)
    *way, last = [int(step) if step.isdigit() else step for step in where.split("/")[1:]]
    node = data
    for step in way:
        node = node[step]
    if remove:
        node.pop(last, None)
    else:
        node[last] = value
    return data


def at(data, where: str):
    for step in where.split("/")[1:]:
        data = data[int(step)] if isinstance(data, list) else data.get(step) if isinstance(data, dict) else None
    return data


def variants(kind: str, data: dict):
    path = FOLDER / "schema" / "command" / f"{kind}.json"
    for where, schema in members(path, load(path), data):
        if not where or where == "/version" and kind in SEALED or at(data, where.rpartition("/")[0]) is None:
            continue
        if not where.endswith("/0"):
            yield where, changed(data, where, None, remove=True)
        for value in values(schema, at(data, where)):
            yield where, changed(data, where, value)


SHAPES = sorted(names_below("command") - UNDERSTOOD_LATER - {"shipment", "policy"})


@pytest.mark.parametrize("kind", SHAPES)
def test_the_code_takes_and_refuses_what_the_schema_does(build, kind):
    data = EXAMPLES[f"command/{kind}"]["data"]
    tried = [("", data), *variants(kind, data)]
    lines = "".join(json.dumps({"type": kind, "handed_in": kind in SEALED, "data": doc}) + "\n" for _, doc in tried)
    run = subprocess.run([build / "tests" / "shape-tool"], input=lines, capture_output=True, text=True, timeout=60, check=True)
    answers = run.stdout.splitlines()
    assert len(answers) == len(tried) > 20 and answers[0] == "ok"
    too_strict, too_lax = [], []
    for (where, doc), answer in zip(tried, answers):
        wrong = contract.errors(f"command/{kind}", doc)
        if not wrong and answer != "ok" and where not in KNOWS_MORE:
            too_strict.append((where, at(doc, where), answer))
        if wrong and answer == "ok" and not NOT_LOOKED_INTO.fullmatch(where):
            too_lax.append((where, at(doc, where), wrong))
    assert not too_strict and not too_lax


# ---- a live run ----


@pytest.fixture(scope="module")
def recording(build, tmp_path_factory) -> list[tuple[str, bytes]]:
    rig = Rig(build, tmp_path_factory.mktemp("rig"), counters=1)
    rig.broker.start()
    recorder = Recorder(rig.broker)
    try:
        Story(rig).tell()
    finally:
        rig.stop("sync")  # its last word is a status too
        rig.stop_all()
        recorder.close()
    return recorder.messages


def test_every_message_of_a_run_is_as_the_contract_says(recording):
    assert len(recording) > 200
    wrong = [(topic, payload.decode(), errors) for topic, payload in recording if (errors := contract.check(topic, payload))]
    garbled = [w for w in wrong if "jp.okuru.parc" in w[1] and "0" * 32 in w[1]]  # the one that the story spoils
    assert len(garbled) == 1 and wrong == garbled


def test_a_run_shows_every_kind_but_the_seldom_ones(recording):
    seen = set()
    for topic, payload in recording:
        leaf = topic.split("/", 5)[5]
        if leaf in ("up/fact", "up/trace", "down") and not contract.check(topic, payload):
            seen.add(("command/" if leaf == "down" else "fact/") + json.loads(payload)["type"].removeprefix("jp.okuru."))
        elif not leaf.startswith("up/"):
            seen.add(leaf)
    assert seen == KINDS - set(SELDOM)


def test_nothing_personal_goes_up(recording):
    """Contacts come down, and never go up again: not by name, not by address."""
    down = b"".join(payload for topic, payload in recording if topic.endswith("/down"))
    up = b"".join(payload for topic, payload in recording if not topic.endswith("/down"))
    for text in ("山田 花子", "hanako", "nobody at all"):
        assert text.encode() in down and text.encode() not in up


def test_the_same_place_of_a_source_is_the_same_to_the_byte(recording):
    """What is sent again is what was sent before, facts and commands alike."""
    known = {}
    for topic, payload in recording:
        if topic.endswith(("/up/fact", "/up/trace", "/down")) and not contract.check(topic, payload):
            message = json.loads(payload)
            assert known.setdefault((message["source"], message["sequence"], message.get("inbox")), payload) == payload


# ---- what a run does not show: through the ledger and okuru-sync, as the station would write it ----

RARE = [
    ("clock.changed", "pack-01", {"from_clock": "unknown", "to_clock": "synced", "step_ms": "-1200", "why": "agrees"}),
    ("consent.changed", "S-1", {"given": False}),
    ("notice.resend-asked", "S-1", {"notice": "5c0ffee0-0001-5000-8000-000000000001", "kind": "shipped", "generation": 0}),
    ("contact.shown", "S-1", {}),
    ("notice.corrected", "S-1", {"notice": "5c0ffee0-0001-5000-8000-000000000001", "kind": "incident", "generation": 0, "data": {"cause": "雪のため"}}),
    *((f"notice.{word}", "S-1", {"notice": "5c0ffee0-0001-5000-8000-000000000001", "kind": "shipped", "generation": 0}) for word in ("approved", "refused")),
    *((f"notice.{outcome}", "S-1", {"notice": "5c0ffee0-0001-5000-8000-000000000001", "kind": "shipped", "generation": 0, "attempts": 1,
                                    "at": "2026-11-21T14:00:00.000+09:00", "reason": "too-old"}) for outcome in ("delivered", "unknown", "expired")),
    ("ledger.told", "1" * 32, {"predecessor": "2" * 32}),
    ("ledger.gap", "1" * 32, {"lane": "trace", "from": "7", "to": "19"}),
    ("peer.told", "S-1", {"station": "pack-02", "bench": "b1", "kind": "shipped", "at": "2026-11-21T14:00:00.000+09:00", "did": "pull"}),
    ("tag.ignored", "018f0000-0000-7000-8000-000000000001", {"believed": 3, "foreign": 2, "weak": 1, "few": 1, "short": 1, "neighbour": 9, "gone": 1}),
    ("trace.skipped", "1" * 32, {"from": "7", "to": "19", "counts": {"item.verified": 12, "device.up": 1}}),
]


def test_facts_that_are_seldom_are_taken_by_the_ledger_and_right_on_the_wire(build, tmp_path):
    assert {f"fact/{kind}" for kind, _, _ in RARE} == {name for name in SELDOM if name.startswith("fact/")}
    rig = Rig(build, tmp_path)
    with rig.broker:
        recorder = Recorder(rig.broker)
        reserved = {"type": "notice.reserved", "merchant": "acme", "subject": "S-1", "data": {
            "v": 1, "notice": "5c0ffee0-0001-5000-8000-000000000001", "kind": "shipped", "generation": 0, "owner": "station",
            "not_before": "2026-11-21T14:00:00.000+09:00", "expires": "2026-11-24T14:00:00.000+09:00"}}
        facts = [reserved] + [{"type": kind, "merchant": "acme" if kind.startswith(("notice.", "peer.", "tag.", "contact.", "consent.")) else "", "subject": subject, "data": {"v": 1, **data}}
                              for kind, subject, data in RARE]
        done = subprocess.run([build / "tests/ledger-tool", "--folder", rig.folder / "station", "--realm", "demo"], text=True, capture_output=True,
                              input="".join(json.dumps(fact) + "\n" for fact in facts))
        assert done.stdout.count('"id"') == len(facts), done.stdout + done.stderr
        for name in ("oms", "sync"):
            rig.start(name)
        try:
            for kind, _, _ in RARE:
                lane = "trace" if kind in ("trace.skipped", "peer.told", "tag.ignored") else "fact"
                wait_for(kind, lambda lane=lane, kind=kind: recorder.has(f"up/{lane}", kind))
        finally:
            rig.stop_all()
            recorder.close()
        assert [errors for topic, payload in recorder.messages if (errors := contract.check(topic, payload))] == []
