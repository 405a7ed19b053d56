# SPDX-License-Identifier: Apache-2.0
"""Who may what: each path with each role, over HTTP from another machine, and each verb with each role at the station's own socket, where a program
in between that was taken over would ask."""
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from store import PEOPLE, Store  # noqa: E402
from waiting import wait_for  # noqa: E402
from web import Client  # noqa: E402

BADGES = {"packer": "P017", "clerk": "K041", "leader": "L002", "engineer": "E090"}
ROLES = (None, *BADGES)
ALL, STAFF, COUNTER, LEADER, ENGINEER = set(ROLES), set(BADGES), {"clerk", "leader"}, {"leader"}, {"engineer"}
# path of the table in api.c, who may, whether it is a POST
PATHS = [
    ("/api/v1/session", ALL, False),
    ("/api/v1/bench/*", STAFF, False), ("/api/v1/live/bench/*", STAFF, False), ("/api/v1/bench/*/pictures/*", STAFF, False),
    ("/api/v1/counter/*", COUNTER, False), ("/api/v1/live/counter/*", COUNTER, False),
    ("/api/v1/counter/*/find", COUNTER, True), ("/api/v1/counter/*/scan", COUNTER, True),
    ("/api/v1/counter/*/contact", COUNTER, True), ("/api/v1/counter/*/call", COUNTER, True),
    ("/api/v1/ready-board", COUNTER, False), ("/api/v1/live/ready-board", COUNTER, False),
    ("/api/v1/floor", LEADER, False), ("/api/v1/live/floor", LEADER, False), ("/api/v1/find", LEADER, False),
    ("/api/v1/floor/notice", LEADER, True), ("/api/v1/floor/notice/words", LEADER, False),
    ("/settings/sheet", ENGINEER, False), ("/api/v1/settings", ENGINEER, False), ("/api/v1/settings/people", ENGINEER, False),
    ("/api/v1/settings/support", ENGINEER, False), ("/api/v1/settings/light", ENGINEER, True), ("/api/v1/settings/label", ENGINEER, True),
    ("/api/v1/settings/storage", ENGINEER, True)]
OTHERWISE = {"/api/v1/bench/*/scan", "/api/v1/session/end", "/"}  # never, always, a page: further down
VERBS = [({"verb": "screen-counter", "bench": "c1", "code": "OKURU-C-UNDO"}, COUNTER), ({"verb": "screen-counter", "bench": "c1", "text": "5678"}, COUNTER),
         ({"verb": "screen-contact", "bench": "c1", "merchant": "aozora", "shipment": "R-17"}, COUNTER), ({"verb": "screen-judge", "notice": "5c0ffee0-0001-5000-8000-000000000001", "approve": True}, LEADER), ({"verb": "screen-words", "notice": "5c0ffee0-0001-5000-8000-000000000001"}, LEADER), ({"verb": "people"}, ENGINEER), ({"verb": "light-test", "bench": "b1"}, ENGINEER), ({"verb": "label-test", "bench": "b1"}, ENGINEER),
         ({"verb": "storage-test"}, ENGINEER)]


def own_address() -> str:
    """Not of the loopback: a connection from it does not look like one from a screen of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("192.0.2.1", 9))  # sends nothing: asks the routes
        return s.getsockname()[0]


@pytest.fixture(scope="module")
def store(build, tmp_path_factory):
    s = Store(build, tmp_path_factory.mktemp("store"), clock_moves=True, ready_board=["127.0.0.9"]).open()
    s.rig.oms("people", s.file("more.json", {"version": 3, "people": [*PEOPLE, {"person": "p-090", "badge": "E090", "role": "engineer"}]}))
    wait_for("the engineer", lambda: s.count("people.changed") == 2)
    s.named = s.order("R-17")
    yield s
    s.close()


@pytest.fixture(scope="module")
def clients(store):
    far = own_address()
    assert not far.startswith("127."), "this machine needs one address beside its loopback"
    out = {role: Client(store.address, far) for role in ROLES}
    for role, badge in BADGES.items():
        assert out[role].enter(badge)[0] == 200
    return out


def ask(client: Client, path: str, is_post: bool) -> tuple[int, str]:
    path = path.replace("*", "c1" if "counter" in path else "b1", 1).replace("*", "0" * 64)
    if "/live/" in path:
        live = client.live(path)
        live.close()
        return live.status, ""
    body = {"text": "5678"} if path.endswith("/find") else {"code": "OKURU-C-UNDO"} if path.endswith("/scan") else {"notice": "5c0ffee0-0001-5000-8000-000000000001", "approve": True} if path.endswith("/notice") else {"bench": "b1", "merchant": "aozora", "shipment": "R-17"}
    status, said = client.post(path, body) if is_post else client.get(path + ("?q=R-17" if path == "/api/v1/find" else "?notice=5c0ffee0-0001-5000-8000-000000000001" if path.endswith("/words") else ""))
    return status, said.decode("utf-8", "replace") if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False)


@pytest.mark.parametrize("path, may, is_post", PATHS, ids=[p[0] for p in PATHS])
def test_each_path_is_for_whom_it_is(store, clients, path, may, is_post):
    for role, client in clients.items():
        status, said = ask(client, path, is_post)
        if role in may:
            assert status in (200, 403, 404, 409) and '"error": "role"' not in said, (role, status, said)  # 403: nobody is served; 404: no picture of that hash; 409: somebody works there: only who may is told
        else:
            assert (status, json.loads(said)["error"] if said else "") == ((403, "role" if said else "") if role else (401, "session" if said else "")), role


def test_the_table_is_whole():
    """A path that is added is stated here, or this fails."""
    served = {m for m in re.findall(r'^\s*\{"(/[^"]*)", (?:true|false), NEED_(?!NOTHING, NULL)', (TOP / "services/web/api.c").read_text(), re.M)}
    assert served == {p[0] for p in PATHS} | OTHERWISE - {"/"}


def test_a_packer_is_told_nothing_of_a_customer(store, clients):
    """Whatever path, and whatever it answers; the clerk's answers are the control that there is something to be told."""
    secret = [store.named["orders"][0], store.named["shipment"]]
    for role, is_told in (("packer", False), (None, False), ("engineer", False), ("clerk", True)):
        texts = [ask(clients[role], path, is_post)[1] for path, _, is_post in PATHS]
        assert any(s in text for s in secret for text in texts) == is_told, role


def test_a_scan_from_afar_is_nobodys(store, clients):
    for role, client in clients.items():
        assert client.post("/api/v1/bench/b1/scan", {"code": "OKURU-C-OK"})[0] == (403 if role else 401), role


# ---- in the station ----

@pytest.fixture(scope="module")
def secrets(store):
    return {role: store.rig.ask_station({"verb": "screen-enter", "badge": badge})["session"] for role, badge in BADGES.items()}


@pytest.mark.parametrize("request_, may", VERBS, ids=[f"{v['verb']} {'text' if 'text' in v else ''}" for v, _ in VERBS])
def test_the_station_looks_at_the_role_itself(store, secrets, request_, may):
    for role in ROLES:
        for session in ([secrets[role]] if role else [None, "", "0" * 32, "x"]):
            said = store.rig.ask_station({**request_, **({"session": session} if session is not None else {})})
            if role in may:
                assert "role" not in said.get("error", "") and "session" not in said.get("error", ""), (role, said)
            else:
                assert said == {"ok": False, "error": "role: not for yours" if role else "session: none of that name, or it is over"}, role


TAKEN_OVER = """
import json, os, socket, sys
os.chdir(sys.argv[1])
os.setgid(65534); os.setuid(65534)
for line in sys.stdin:
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(10)
    s.connect("station.sock")
    s.sendall(line.encode())
    print(s.makefile("rb").readline().decode(), end="")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_a_secret_lets_no_other_user_act_as_a_scanner(store, secrets):
    """okuru-web taken over, with a leader's secret in its hand."""
    run = store.rig.folder / "run"
    (run / "station.sock").chmod(0o666)
    for folder in (run, *run.parents[:4]):
        folder.chmod(folder.stat().st_mode | 0o111)
    acts = [{"verb": verb, "session": secrets["leader"], "bench": "b1", "code": "OKURU-C-OK", "text": "x", "epcs": [], "bay": "y1", "counted": 0}
            for verb in ("scan", "find", "tags", "bay-close", "screen-scan")]
    acts.append({"verb": "screen-counter", "session": secrets["leader"], "bench": "b1", "code": "OKURU-C-OK"})  # a bench is no counter
    head = store.rig.ask_station({"verb": "status"})["head"]
    done = subprocess.run([sys.executable, "-c", TAKEN_OVER, str(run)], input="".join(json.dumps(a) + "\n" for a in acts), capture_output=True, text=True, timeout=60)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(acts) and not any(a["ok"] for a in answers), (answers, done.stderr)
    assert store.rig.ask_station({"verb": "status"})["head"] == head, "nothing was written of it"


# ---- the idle lock ----

@pytest.mark.parametrize("role, path, idle_s", [("clerk", "/api/v1/counter/c1", 300), ("leader", "/api/v1/floor", 1800), ("engineer", "/api/v1/settings/people", 1800),
                                                ("packer", "/api/v1/bench/b1", 1800)])
def test_a_screen_that_nobody_touches_is_locked(store, role, path, idle_s):
    """A counter has strangers in front of it: a clerk's screen locks sooner. The station says so too, whoever asks with that secret."""
    client = Client(store.address, own_address())
    store.seconds = getattr(store, "seconds", 0)
    assert client.enter(BADGES[role])[0] == 200
    secret = client.cookie

    def later(seconds: int) -> tuple[int, bool]:
        store.seconds += seconds
        store.move_clock(store.seconds)
        return client.get(path)[0], store.rig.ask_station({"verb": "screen-look", "session": secret})["ok"]
    assert later(idle_s - 20) == (200, True) and later(idle_s - 20) == (200, True), "touched in time"
    assert later(idle_s + 20) == (401, False)
    assert client.get(path)[0] == 401, "and it stays so"
