# SPDX-License-Identifier: Apache-2.0
"""Pictures of goods on their way: an OMS that lies, a disk that cannot keep them, a program that is killed. The bench packs on."""
import base64
import json
import sys
import threading
import time
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
import goods_pictures  # noqa: E402
from contract import errors, validator  # noqa: E402
from rig import REALM, SITE, STATION  # noqa: E402
from scene import SHIRT, Scene, item  # noqa: E402
from waiting import wait_for  # noqa: E402
from web import Client  # noqa: E402

PAGE = 16384
TOPIC = f"okuru/v1/{REALM}/{SITE}/{STATION}"


def png(n: int, salt: str) -> bytes:
    """@n bytes that nobody else has; a browser would not show them, but nobody on the way draws them."""
    head = b"\x89PNG\r\n\x1a\n" + salt.encode()
    return head + bytes((i * 37 + len(salt)) & 255 for i in range(n - len(head)))


def page_of(data: bytes, number: int) -> dict:
    return {"page": number, "pages": (len(data) + PAGE - 1) // PAGE, "data": base64.b64encode(data[(number - 1) * PAGE:number * PAGE]).decode()}


class Liar:
    """An OMS that answers questions for pictures, each by its own rule."""

    def __init__(self, rig, rules: dict):
        self.rules, self.asked, self.status, self.lock = rules, [], {}, threading.Lock()
        cert, key = rig.broker.cert("oms")
        self.client = mqtt.Client(client_id="liar", protocol=mqtt.MQTTv311)
        self.client.tls_set(str(rig.broker.ca), str(cert), str(key))
        self.client.on_connect = lambda c, *_: c.subscribe([(f"{TOPIC}/ask", 1), (f"{TOPIC}/status", 1)])
        self.client.on_message = self.on_message
        hears = threading.Event()
        self.client.on_subscribe = lambda *_: hears.set()
        self.client.connect(rig.broker.host, rig.broker.port)
        self.client.loop_start()
        assert hears.wait(10)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def on_message(self, _client, _userdata, m) -> None:
        message = json.loads(m.payload)
        if m.topic.endswith("status"):
            self.status = message
            return
        validator("ask").validate(message)
        if message["what"] != "picture":
            return
        with self.lock:
            self.asked.append((message["picture"], message["page"]))
        for answer in self.rules[message["picture"]](message):
            text = answer if isinstance(answer, str) else json.dumps({"v": 1, "id": message["id"], "ok": True, "picture": message["picture"], **answer})
            self.client.publish(f"{TOPIC}/reply", text, 1)


@pytest.fixture
def scene(build, tmp_path):
    s = Scene(build, tmp_path, benches=1, clock_moves=True).open()
    s.ahead = 0
    yield s
    s.close()


def later(scene, seconds: float) -> None:
    scene.ahead += seconds
    scene.move_clock(scene.ahead)


def later_by_a_second(scene) -> bool:
    later(scene, 1)
    time.sleep(0.2)  # the program looks at its clock once a second
    return True


def kept(scene) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (scene.folder / "pictures").iterdir()}


def packs(scene, name: str) -> None:
    scene.packers[0].scan(name, "opened")
    scene.packers[0].scan(SHIRT, "ok", "packed", timeout=5)


def test_whatever_an_oms_sends_only_the_picture_of_that_name_is_kept(scene):
    two = {salt: png(PAGE + 500, salt) for salt in ("right", "other bytes", "too many pages", "half a page", "no base64", "a path", "another", "it grew", "a novel")}
    small = {"a web page": b"<!doctype html><script>alert(1)</script>", "gif": b"GIF89a" + bytes(40), "slow": png(100, "slow")}
    names = {salt: goods_pictures.name_of(data) for salt, data in {**two, **small}.items()}

    def honest(salt):
        return lambda q: [page_of({**two, **small}[salt], q["page"])]

    def lie(salt, **lies):
        return lambda q: [{**page_of(two[salt], q["page"]), **lies}]

    rules = {
        "right": honest("right"), "a web page": honest("a web page"), "gif": honest("gif"), "slow": lambda q: [],
        "other bytes": lambda q: [page_of(png(PAGE + 500, "not that one"), q["page"])],
        "too many pages": lie("too many pages", pages=9), "half a page": lie("half a page", data=base64.b64encode(two["half a page"][:700]).decode()),
        "no base64": lie("no base64", data="!" * 400), "a path": lie("a path", picture="../../../../../../../../etc/okuru/" + "x" * 30),
        "another": lie("another", picture=names["right"]), "it grew": lambda q: [{**page_of(two["it grew"], q["page"]), "pages": 1 + q["page"]}],
        "a novel": lambda q: ["x" * 60000, '{"id":"' + q["id"] + '","ok":true,"ok":false}', "[" * 5000, {"data": "A" * 50000, "page": 1, "pages": 1}],
    }
    lies = set(rules) - {"right", "slow"}
    scene.make("S-pictures", *[{**item(str(i + 1), SHIRT, 1), "picture": names[salt]} for i, salt in enumerate(rules)])
    scene.make("S-plain", item("1", SHIRT, 1))
    wait_for("the OMS has none of them", lambda: "S-plain" in {f["subject"] for f in scene.facts("shipment.received")})
    scene.rig.stop("oms")
    liar = Liar(scene.rig, {names[salt]: rule for salt, rule in rules.items()})
    try:
        later(scene, 61)  # what was unknown may be asked for again
        # What the OMS was being asked when it went is waited for first, as the slow one is.
        wait_for("the one that is not answered", lambda: later_by_a_second(scene) and (names["slow"], 1) in liar.asked, timeout=60)
        wait_for("others have their turn", lambda: later_by_a_second(scene) and len(liar.asked) > 5, timeout=60)
        wait_for("all were asked for", lambda: later_by_a_second(scene) and {n for n, _ in liar.asked} >= set(names.values()), timeout=60)
        wait_for("the right one is here", lambda: names["right"] in kept(scene))
        assert (names["right"], 2) in liar.asked and (names["a web page"], 2) not in liar.asked
        later(scene, 61)  # when the next status is due
        wait_for("each lie is counted", lambda: liar.status.get("pictures", {}).get("refused", 0) >= len(lies), timeout=20)
        assert liar.status["pictures"]["here"] == 1 and not errors("status", liar.status)
        assert kept(scene) == {names["right"]: two["right"]}
        assert not list(scene.folder.rglob("*x" * 15)), "a path was made of a name"
        packs(scene, "S-plain")
    finally:
        liar.close()


def test_an_answer_that_nobody_asked_for_is_nothing(scene):
    data = png(100, "unasked")
    liar = Liar(scene.rig, {})
    try:
        for question in ("", "019aa4e0-0001-7000-8000-000000000001"):
            liar.client.publish(f"{TOPIC}/reply", json.dumps({"v": 1, "id": question, "ok": True, "picture": goods_pictures.name_of(data), **page_of(data, 1)}), 1).wait_for_publish(5)
        scene.make("S-after", item("1", SHIRT, 1))
        packs(scene, "S-after")
        assert kept(scene) == {}
    finally:
        liar.close()


def test_a_folder_that_cannot_be_written_costs_a_shape_and_heals(scene):
    data = png(3 * PAGE, "no room")
    name = goods_pictures.name_of(data)
    (scene.folder / "oms-pictures" / name).write_bytes(data)
    (scene.folder / "pictures" / ".incoming").mkdir()  # no file can be begun, as without room
    scene.make("S-full", {**item("1", SHIRT, 1), "picture": name})
    log = scene.folder / "log" / "sync.log"
    wait_for("it is said", lambda: "a picture cannot be kept" in log.read_text(), timeout=20)
    packs(scene, "S-full")
    assert kept_names(scene) == {".incoming"}
    (scene.folder / "pictures" / ".incoming").rmdir()
    later(scene, 601)
    wait_for("it is here", lambda: name in kept_names(scene), timeout=20)
    assert kept(scene)[name] == data and log.read_text().count("a picture cannot be kept") == 1


def kept_names(scene) -> set[str]:
    return {p.name for p in (scene.folder / "pictures").iterdir()}


def test_what_is_wanted_survives_a_kill_and_what_nobody_wants_goes(scene):
    first, second = png(200, "first"), png(300, "second")
    for data in (first, second):
        name = goods_pictures.name_of(data)
        scene.make(f"S-{len(data)}", {**item("1", SHIRT, 1), "picture": name})
    wait_for("both are known", lambda: scene.count("shipment.received") >= 2)
    (scene.folder / "oms-pictures" / goods_pictures.name_of(first)).write_bytes(first)
    later(scene, 61)
    wait_for("the first is here", lambda: goods_pictures.name_of(first) in kept(scene), timeout=20)
    scene.rig.kill("sync")
    (scene.folder / "pictures" / ("0" * 64)).write_bytes(b"left by somebody")
    (scene.folder / "pictures" / ".incoming").write_bytes(b"half")
    (scene.folder / "oms-pictures" / goods_pictures.name_of(second)).write_bytes(second)
    scene.rig.start("sync")
    wait_for("the second, too", lambda: kept(scene) == {goods_pictures.name_of(d): d for d in (first, second)}, timeout=30)


def test_a_picture_is_served_under_its_own_name_and_nothing_else_is(scene):
    data = goods_pictures.draw("Tea whisk")
    name = goods_pictures.name_of(data)
    folder = scene.folder / "pictures"
    (folder / name).write_bytes(data)
    (folder / ("a" * 64)).write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    (folder / ("b" * 64)).write_bytes(data + bytes(128 * 1024))
    (folder / ("c" * 64)).symlink_to(scene.folder / "keys" / "seal.pub")
    (folder / ("d" * 64)).mkdir()
    (folder / "plain").write_bytes(data)
    client = Client(scene.rig.start_web())
    wait_for("the bench", lambda: client.get("/api/v1/bench/b1")[0] == 200)
    status, body = client.get(f"/api/v1/bench/b1/pictures/{name}")
    assert (status, body) == (200, data)
    assert client.headers["Content-Type"] == "image/png" and client.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert client.headers["X-Content-Type-Options"] == "nosniff" and "default-src 'none'" in client.headers["Content-Security-Policy"]
    for path in ("a" * 64, "b" * 64, "c" * 64, "d" * 64, "e" * 64, "plain", name.upper(), name[:-1], name + "0", "..", ".", "%2e%2e%2f" + name, "%00", "", f"../pictures/{name}", f"{name}/", f"{name}/x", "x" * 3000):
        assert client.get(f"/api/v1/bench/b1/pictures/{path}")[0] in (400, 404), path
        assert client.headers["Cache-Control"] == "no-store"
    assert client.get(f"/api/v1/bench/none/pictures/{name}")[0] == 404
    assert client.post(f"/api/v1/bench/b1/pictures/{name}", {})[0] == 405
    elsewhere = Client(f"http://{client.host}:{client.port}", source="127.0.0.2")
    assert elsewhere.get(f"/api/v1/bench/b1/pictures/{name}")[0] == 200, "the control: this machine may, as long as no place is given"
    scene.rig.stop("web")
    scene.rig.write_web_config(more="screens:\n  - {bench: b1, address: 127.0.0.1}\n  - {bench: b7, address: 127.0.0.2}\n")
    client = Client(scene.rig.start_web())
    wait_for("the bench", lambda: client.get("/api/v1/bench/b1")[0] == 200)
    assert Client(f"http://{client.host}:{client.port}", source="127.0.0.2").get(f"/api/v1/bench/b1/pictures/{name}")[0] == 401
    assert client.get(f"/api/v1/bench/b1/pictures/{name}")[0] == 200
