# SPDX-License-Identifier: Apache-2.0
"""okuru-web as programs and as enemies meet it: the documents against their description, sessions and roles, what is refused, and that
the bench goes on whatever becomes of the screens."""
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
import yaml

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from rig import Rig  # noqa: E402
from scene import Scene  # noqa: E402
from waiting import wait_for  # noqa: E402
from web import Client, Live  # noqa: E402

DESCRIPTION = yaml.safe_load((TOP / "services/web/openapi.yaml").read_text())


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory):
    s = Scene(build, tmp_path_factory.mktemp("floor"), benches=2, clock_moves=True).open()
    s.address = s.rig.start_web()
    wait_for("the benches", lambda: Client(s.address).get("/api/v1/bench/b1")[0] == 200)
    s.make("S-web")
    yield s
    s.close()


@pytest.fixture
def client(scene):
    return Client(scene.address)


@pytest.fixture
def leader(client):
    assert client.enter("L002")[0] == 200
    return client


def described(path: str, method: str, status: int) -> dict:
    content = DESCRIPTION["paths"][path][method]["responses"][str(status)]
    while "$ref" in content:
        content = DESCRIPTION["components"]["responses"][content["$ref"].rsplit("/", 1)[1]]
    return content["content"]["application/json"]["schema"]


def check(body: dict, path: str, method: str = "get", status: int = 200) -> None:
    schema = {**described(path, method, status), "components": DESCRIPTION["components"]}
    jsonschema.Draft202012Validator(schema).validate(body)


def scan_is_answered(scene, bench: int = 0) -> float:
    begun = time.monotonic()
    scene.packers[bench].scan("NO-SUCH-CODE", timeout=3)
    return time.monotonic() - begun


# ---- what is told ----

def test_documents_are_as_described(scene, leader):
    scene.packers[0].scan("S-web", "opened")
    wait_for("the screen has heard it", lambda: leader.get("/api/v1/bench/b1")[1]["shown"]["kind"] == "opened")
    body = leader.get("/api/v1/bench/b1")[1]
    check(body, "/api/v1/bench/{bench}")
    assert body["scans"][0]["scanned"] == "S-web"
    assert [(line["quantity"], line["done"]) for line in body["work"]["lines"]] == [(2, 0), (1, 0)]
    assert "code" not in body["work"]["lines"][0], "codes are for the demonstration's scanner alone"
    scene.packers[0].scan("OKURU-C-PARK", "parked")
    check(leader.session(), "/api/v1/session")
    wait_for("the floor has heard it", lambda: leader.get("/api/v1/floor")[1]["lists"]["parked"])
    floor = leader.get("/api/v1/floor")[1]
    check(floor, "/api/v1/floor")
    assert [p["shipment"] for p in floor["lists"]["parked"]] == ["S-web"]
    found = leader.get("/api/v1/find?q=TOTE-S-web")[1]
    check(found, "/api/v1/find")
    assert found["found"][0]["shipment"] == "S-web"
    found = leader.get("/api/v1/find?q=A-S-web")[1]
    check(found, "/api/v1/find")
    assert [(f["by"], f["shipment"]) for f in found["found"]] == [("order", "S-web")]
    check(leader.get("/api/v1/find")[1], "/api/v1/find", status=400)
    check(leader.get("/api/v1/bench/none")[1], "/api/v1/bench/{bench}", status=404)


def test_every_path_of_the_description_is_served_and_no_other_table(scene, leader):
    for path, methods in DESCRIPTION["paths"].items():
        if "live" not in path and "counter" not in path and "get" in methods:  # a counter: test_web_counter.py
            assert leader.get(path.replace("{bench}", "b1"))[0] in ((403,) if "settings" in path else (404,) if "pictures" in path or "ready-board" in path else (200, 400)), path
    source = (TOP / "services/web/api.c").read_text()
    served = set(re.findall(r'^\s*\{"(/api/[^"]*)"', source, re.M))
    assert served == {re.sub(r"{\w+}", "*", path) for path in DESCRIPTION["paths"]}


def test_a_screen_that_stays_hears_each_verdict(scene, client):
    live = client.live("/api/v1/live/bench/b2")
    assert live.status == 200 and live.until("bench")["bench"] == "b2"
    scene.packers[1].scan("NO-SUCH-CODE")
    begun = time.monotonic()
    assert live.until("bench", lambda d: d["scans"] and d["scans"][0]["scanned"] == "NO-SUCH-CODE")
    assert time.monotonic() - begun < 2  # without being told it would be three
    live.close()


def test_a_badge_is_not_shown_in_the_list_of_scans(scene, client):
    scene.packers[1].scan("OKURU-P-P023")
    wait_for("the list has it", lambda: client.get("/api/v1/bench/b2")[1]["scans"][0]["scanned"] == "OKURU-P-…")
    assert "P023" not in str(client.get("/api/v1/bench/b2")[1])


def test_every_answer_is_guarded(client):
    for path in ("/", "/floor", "/static/bench.js", "/api/v1/session", "/nothing", "/api/v1/floor"):
        client.get(path)
        policy = client.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        is_page = client.headers["Content-Type"].startswith("text/html")
        assert ("script-src 'self'" in policy) == is_page == (client.headers.get("Cross-Origin-Opener-Policy") == "same-origin"), path
        assert client.headers["Cross-Origin-Resource-Policy"] == "same-origin" and client.headers["X-Frame-Options"] == "DENY"
        assert client.headers["X-Content-Type-Options"] == "nosniff" and client.headers["Cache-Control"] == "no-store"
    for page in (TOP / "services/web/pages").glob("*.html"):
        text = page.read_text()
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=|<style", text), f"{page.name}: inline script or style"
        assert not re.search(r"(src|href)=\"(?!/static/)", text), f"{page.name}: something from elsewhere"


def test_a_page_is_packed_for_whoever_takes_it(client):
    for path in ("/", "/bench/b1", "/static/bench.js", "/static/bench.css", "/static/icon.svg"):
        plain = client.get(path)[1]
        assert "Content-Encoding" not in client.headers
        packed = client.ask("GET", path, Accept_Encoding="gzip, deflate, br")[1]
        assert client.headers["Content-Encoding"] == "gzip" and gzip.decompress(packed) == plain
        assert "default-src 'none'" in client.headers["Content-Security-Policy"]
        assert client.ask("GET", path, Accept_Encoding="gzip;q=0, br")[1] == plain
    assert client.ask("GET", "/api/v1/session", Accept_Encoding="gzip")[0] == 200 and "Content-Encoding" not in client.headers


# ---- who may ----

def test_without_a_session_only_the_bench_is_seen(client):
    for path in ("/api/v1/floor", "/api/v1/find?q=S-web", "/api/v1/live/floor"):
        status, body = client.get(path)
        assert status == 401 and body["error"] == "session", path


def test_a_packer_sees_no_floor(client):
    assert client.enter("P017")[0] == 200
    assert client.session()["person"]["role"] == "packer"
    for path in ("/api/v1/floor", "/api/v1/find?q=S-web", "/api/v1/live/floor"):
        assert client.get(path)[0] == 403, path


def test_a_session_is_a_new_secret_and_ends(scene, client):
    client.session()
    before = client.cookie
    assert client.enter("OKURU-P-L002")[0] == 200
    inside, cookie = client.cookie, client.headers["Set-Cookie"]
    assert inside != before and len(inside) == 32 and "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert client.get("/api/v1/floor")[0] == 200
    assert client.post("/api/v1/session/end", {})[0] == 200
    client.cookie = inside
    assert client.get("/api/v1/floor")[0] == 401


def test_a_session_that_nobody_touches_is_over(scene, client):
    assert client.enter("L002")[0] == 200
    for seconds, status in ((1200, 200), (1200 + 1700, 200), (1200 + 1700 + 1801, 401)):
        scene.move_clock(seconds)
        assert client.get("/api/v1/floor")[0] == status, seconds


def test_five_wrong_badges_close_the_door_for_a_while_for_all(scene, client):
    seconds = float(scene.clock.read_text())
    for _ in range(4):
        status, body = client.enter("NOBODY")
        assert status == 401 and body["error"] == "badge"
    status, body = client.enter("NOBODY")
    assert status == 429 and 28 <= body["wait_s"] <= 30
    check(body, "/api/v1/session", "post", 429)
    assert Client(scene.address).enter("L002")[0] == 429, "the right one too, from anywhere"
    scene.move_clock(seconds + 31)
    assert client.enter("NOBODY")[1]["wait_s"] > 30, "and twice as long the next time"
    scene.move_clock(seconds + 31 + 61)
    assert client.enter("L002")[0] == 200
    scene.move_clock(seconds + 31 + 61 + 3700)  # for the tests that follow


# ---- what other sites and other programs send ----

def test_an_act_needs_our_own_page(client):
    good = client.post("/api/v1/session/end", {})
    assert good[0] == 200
    client.session()
    for headers, status in (({"Origin": "http://evil.example"}, 403), ({"Origin": None}, 403), ({"Origin": "null"}, 403),
                            ({"X_Okuru_Token": None}, 403), ({"X_Okuru_Token": "0" * 64}, 403), ({"X_Okuru_Token": "x"}, 403),
                            ({"Content_Type": "text/plain"}, 415), ({"Content_Type": "application/x-www-form-urlencoded"}, 415)):
        assert client.post("/api/v1/session", {"badge": "L002"}, **headers)[0] == status, headers
    other = Client(f"http://{client.host}:{client.port}")
    other.session()
    assert client.post("/api/v1/session", {"badge": "L002"}, X_Okuru_Token=other.token)[0] == 403, "another browser's token"
    assert client.session()["person"] is None


def request(client, line: str = "GET /api/v1/session HTTP/1.1", *headers: str, host: str | None = None, body: str = "") -> bytes:
    host = f"Host: {client.host}:{client.port}" if host is None else host
    return "\r\n".join(x for x in (line, host, *headers) if x).encode() + b"\r\n\r\n" + body.encode()


HOSTILE = [
    ("two lengths", lambda c: request(c, "POST /api/v1/session HTTP/1.1", "Content-Length: 2", "Content-Length: 50", body="{}GET /floor HTTP/1.1\r\n\r\n"), {400}),
    ("length and chunks", lambda c: request(c, "POST /api/v1/session HTTP/1.1", "Content-Length: 4", "Transfer-Encoding: chunked", body="0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), {400}),
    ("chunks alone", lambda c: request(c, "POST /api/v1/session HTTP/1.1", "Transfer-Encoding: chunked", body="0\r\n\r\n"), {400}),
    ("chunks by another name", lambda c: request(c, "POST /api/v1/session HTTP/1.1", "Transfer-Encoding: xchunked", body="0\r\n\r\n"), {400}),
    ("a foreign host", lambda c: request(c, host="Host: evil.example"), {421}),
    ("two hosts", lambda c: request(c, "GET / HTTP/1.1", "Host: evil.example"), {421, 400}),
    ("no host", lambda c: request(c, host=""), {421}),
    ("an absolute address", lambda c: request(c, "GET http://evil.example/ HTTP/1.1"), {400, 421}),
    ("a head of 64 KiB", lambda c: request(c, "GET / HTTP/1.1", "X: " + "a" * 65536), {431, 413, 400}),
    ("a long path", lambda c: request(c, f"GET /{'a' * 40000} HTTP/1.1"), {414, 431}),
    ("a long body", lambda c: request(c, "POST /api/v1/session HTTP/1.1", "Content-Length: 16385", body="x" * 16385), {413}),
    ("another method", lambda c: request(c, "DELETE /api/v1/session HTTP/1.1"), {405}),
    ("a method by another header", lambda c: request(c, "GET /api/v1/session/end HTTP/1.1", "X-HTTP-Method-Override: POST"), {405}),
    ("up and out", lambda c: request(c, "GET /static/../../../../etc/passwd HTTP/1.1"), {404}),
    ("up and out, written otherwise", lambda c: request(c, "GET /static/%2e%2e%2f%2e%2e%2fetc/passwd HTTP/1.1"), {404}),
    ("a name that is none", lambda c: request(c, "GET /api/v1/bench/..%2f..%2f HTTP/1.1"), {404}),
    ("a byte that ends texts", lambda c: request(c, "GET /static/bench.js%00.html HTTP/1.1"), {404, 200, 400}),
]


@pytest.mark.parametrize("name, make, statuses", HOSTILE, ids=[h[0] for h in HOSTILE])
def test_hostile_requests_are_refused_once(scene, client, name, make, statuses):
    answer = client.raw(make(client))
    said = re.findall(rb"^HTTP/1\.[01] (\d{3})", answer, re.M)
    assert len(said) <= 1, f"{len(said)} answers: a second request was taken out of the first"
    assert not said or int(said[0]) in statuses, answer[:200]
    assert said or "64" in name or "long" in name, "no answer at all"
    assert b"root:" not in answer and b"evil" not in answer
    assert client.get("/api/v1/session")[0] == 200
    scan_is_answered(scene)


USABLE_BYTES = 11_100  # 89 ms of a link of 1 Mbit/s; were 10,987 when this was written


def test_a_bench_page_is_of_use_after_few_bytes(client):
    """Page, style and scripts as they cross the link, heads and all; session and first document come beside them."""
    def crossing(path: str) -> bytes:
        return client.raw(request(client, f"GET {path} HTTP/1.1", "Accept-Encoding: gzip", "Connection: close"))
    page = crossing("/bench/b1")
    parts = re.findall(r'<(?:script src|link rel="stylesheet" href)="([^"]+)"', gzip.decompress(page.split(b"\r\n\r\n", 1)[1]).decode())
    assert len(parts) == 3
    answers = [page, *(crossing(part) for part in parts)]
    assert all(b"Content-Encoding: gzip" in a for a in answers)
    came = sum(map(len, answers))
    assert came <= USABLE_BYTES, came


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"badge":1}', '{"badge":"a","badge":"L002"}', '{"Badge":"L002"}', "\ufeff{}", '{"badge":"' + "x" * 5000 + '"}', "[" * 5000])
def test_bodies_that_are_no_request(client, body):
    assert client.post("/api/v1/session", body)[0] in (400, 401)


def test_scans_from_a_screen_are_refused(scene, client):
    for session in (None, "P017", "L002"):
        if session:
            assert client.enter(session)[0] == 200
        status, body = client.post("/api/v1/bench/b1/scan", {"code": "OKURU-C-OK"})
        assert (status, body["error"]) == (403, "refused"), session
        check(body, "/api/v1/bench/{bench}/scan", "post", 403)
    assert scene.rig.ask_station({"verb": "screen-scan", "bench": "b1", "code": "OKURU-C-OK"})["ok"] is False


def test_scans_from_a_screen_are_taken_where_the_station_says_so(build, tmp_path):
    rig = Rig(build, tmp_path, screen_scanner=True)
    try:
        rig.start("station")
        wait_for("the station", lambda: rig.alive("station") and rig.try_status())
        client = Client(rig.start_web())
        wait_for("the bench", lambda: client.get("/api/v1/bench/b1")[0] == 200)
        assert client.get("/api/v1/bench/b1")[1]["station"]["scanner"] is True
        status, body = client.post("/api/v1/bench/b1/scan", {"code": "NO-SUCH-CODE"})
        assert status == 200 and body["verdicts"][0]["bench"] == "b1"
        check(body, "/api/v1/bench/{bench}/scan", "post")
    finally:
        rig.stop_all()


# ---- the bench goes on ----

def descriptors(scene) -> int:
    return len(os.listdir(f"/proc/{scene.rig.processes['web'].pid}/fd"))


def test_slow_requests_are_cut_and_hold_up_nobody_else(scene):
    enemies = Client(scene.address, "127.0.0.66")
    sockets = []
    for _ in range(200):
        s = enemies.connect()
        s.sendall(f"GET / HTTP/1.1\r\nHost: {enemies.host}:{enemies.port}\r\nX: ".encode())
        sockets.append(s)
    begun = time.monotonic()
    assert Client(scene.address, "127.0.0.2").get("/api/v1/session")[0] == 200
    assert time.monotonic() - begun < 3  # the slow ones are cut after ten
    assert scan_is_answered(scene) < 1
    alive = set(range(200))
    while alive and time.monotonic() - begun < 20:  # a byte each second, as long as it is let
        for i in sorted(alive):
            try:
                sockets[i].setblocking(False)
                sockets[i].send(b"x")
                if sockets[i].recv(1) == b"":
                    alive.discard(i)
            except BlockingIOError:
                pass
            except OSError:
                alive.discard(i)
        time.sleep(1)  # the pace of the attack, not a wait for anything
    assert not alive, f"{len(alive)} slow requests are still held after 20 s"
    for s in sockets:
        s.close()


def test_ten_thousand_connections(scene):
    before = descriptors(scene)
    held = []
    for i in range(10000):
        s = socket.socket()
        s.setblocking(False)
        s.bind((f"127.0.{1 + i // 250 % 40}.{1 + i % 250}", 0))
        s.connect_ex((Client(scene.address).host, Client(scene.address).port))
        held.append(s)
        if len(held) > 400:
            held.pop(0).close()
    assert descriptors(scene) < 600
    assert scan_is_answered(scene) < 1
    for s in held:
        s.close()
    wait_for("the server has let go", lambda: descriptors(scene) < before + 40, timeout=30)
    assert Client(scene.address).get("/api/v1/session")[0] == 200


def anonymous_kib(scene) -> int:
    status = Path(f"/proc/{scene.rig.processes['web'].pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", status).group(1))


def test_64_screens_stay_and_some_never_read(scene):
    screens = [Live(Client(scene.address, f"127.0.0.{10 + i}"), "/api/v1/live/bench/b1") for i in range(64)]
    assert all(s.status == 200 for s in screens)
    for _ in range(30):
        assert scan_is_answered(scene) < 1
    for s in screens[:16]:  # the others have not read a byte
        assert s.until("bench", lambda d: d["scans"][0]["scanned"] == "NO-SUCH-CODE")
    if "asan" not in str(scene.rig.build):
        assert anonymous_kib(scene) <= 6 * 1024
    more = [Live(Client(scene.address, f"127.0.0.{100 + i}"), "/api/v1/live/bench/b1") for i in range(20)]
    assert [s.status for s in more] == [200] * 16 + [503] * 4, "more screens than are served are told so"
    for s in screens + more:
        s.close()


@pytest.mark.parametrize("how", ["killed", "hung"])
def test_the_bench_does_not_mind_what_becomes_of_the_screens(scene, how):
    web = scene.rig.processes["web"]
    usual = max(scan_is_answered(scene) for _ in range(5))
    web.send_signal(signal.SIGKILL if how == "killed" else signal.SIGSTOP)
    for _ in range(20):
        assert scan_is_answered(scene) < max(0.5, 5 * usual)
    if how == "killed":
        web.wait()
        scene.address = scene.rig.start_web()
    else:
        web.send_signal(signal.SIGCONT)
    client = Client(scene.address)
    wait_for("the screens again", lambda: client.get("/api/v1/bench/b1")[0] == 200)
    wait_for("what is true now", lambda: client.get("/api/v1/bench/b1")[1]["shown"]["scanned"] == "NO-SUCH-CODE")


STRANGER = """
import json, os, socket, sys
os.chdir(sys.argv[1])
os.setgid(65534); os.setuid(65534)
answered, held = [], []
for i in range(20):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(5)
    held.append(s)
    try:
        s.connect("station.sock")
        s.sendall(b'{"verb":"scan","bench":"b1","code":"OKURU-C-OK"}\\n')
        answered.append(json.loads(s.makefile("rb").readline() or b"null"))
    except OSError:
        answered.append(None)
print(json.dumps(answered))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_users_program_cannot_act_nor_shut_others_out(scene):
    """What okuru-web is where it is installed: a user of its own, gone wild."""
    run = scene.rig.folder / "run"
    (run / "station.sock").chmod(0o666)
    run.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", STRANGER, str(run)], capture_output=True, text=True, timeout=60)
    answers = json.loads(done.stdout)
    assert [bool(a) for a in answers] == [True] * 12 + [False] * 8, done.stderr
    assert all(a["ok"] is False for a in answers if a)
    assert scene.rig.try_status()["ok"]


def test_a_station_that_is_gone_is_said(scene, client):
    scene.rig.stop("station")
    wait_for("said", lambda: client.get("/api/v1/bench/b1")[1]["station"]["up"] is False)
    assert client.get("/api/v1/floor")[0] == 401 and client.post("/api/v1/session", {"badge": "L002"})[0] == 503
    scene.rig.start("station")
    wait_for("and said when it is back", lambda: client.get("/api/v1/bench/b1")[1]["station"]["up"] is True)
