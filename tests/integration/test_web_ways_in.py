# SPDX-License-Identifier: Apache-2.0
"""By which ways the screens are reached: TLS and nothing beside it, and which address sees which bench without a badge."""
import http.client
import socket
import ssl
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from broker import make_ca, make_cert  # noqa: E402
from scene import Scene  # noqa: E402
from waiting import wait_for  # noqa: E402
from web import Client, own_address  # noqa: E402

KIOSK = "127.0.0.2"  # has bench b2, by web.yaml
READY_BOARD = "127.0.0.3"  # may show what is ready, by web.yaml
BENCHES = ("/api/v1/bench/b1", "/api/v1/bench/b2")


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory):
    s = Scene(build, tmp_path_factory.mktemp("floor"), benches=2).open()
    s.ca = make_ca(s.folder / "tls")
    s.cert, s.key = make_cert(s.folder / "tls", "screens", ("127.0.0.1",))
    yield s
    s.close()


def serve(scene, listen: str = "", more: str = "") -> str:
    scene.rig.stop("web")
    scene.rig.write_web_config(listen, more)
    return scene.rig.start_web()


@pytest.fixture(scope="module")
def address(scene):
    return serve(scene, f"  tls: {{cert: {scene.cert}, key: {scene.key}}}\n")


@pytest.fixture
def client(scene, address):
    return Client(address, tls=ssl.create_default_context(cafile=str(scene.ca)))


def test_over_tls_the_cookie_is_for_this_host_and_for_tls_alone(client):
    assert client.scheme == "https"
    wait_for("the benches", lambda: client.get(BENCHES[0])[0] == 200)
    client.session()
    for _ in range(2):  # the one of no meaning, and the one of a person
        name, *rules = client.headers["Set-Cookie"].split("; ")
        assert name.startswith("__Host-okuru=") and {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} == set(rules)
        assert client.enter("L002")[0] == 200
    assert client.get("/api/v1/floor")[0] == 200
    client.cookie_name = "okuru"  # as a neighbour's page without TLS could plant it
    assert client.get("/api/v1/floor")[0] == 401
    client.cookie_name = "__Host-okuru"
    assert client.post("/api/v1/session/end", {}, Origin=f"http://{client.host}:{client.port}")[0] == 403


def test_a_certificate_of_nobody_we_trust_is_noticed(address):
    with pytest.raises(ssl.SSLCertVerificationError):
        Client(address, tls=ssl.create_default_context()).get("/")


def test_plain_http_gets_no_answer_where_tls_is_spoken(client):
    plain = http.client.HTTPConnection(client.host, client.port, timeout=20)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        plain.request("GET", "/api/v1/session", headers={"Host": f"{client.host}:{client.port}"})
        plain.getresponse()
    assert client.get("/api/v1/session")[0] == 200


@pytest.mark.parametrize("version, is_taken", [("TLSv1", False), ("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_tls_is_refused(client, version, is_taken):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")  # else it is we who refuse
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    with socket.create_connection((client.host, client.port), timeout=20) as s:
        if is_taken:
            with context.wrap_socket(s) as t:
                assert t.version().replace(".", "_") == version
        else:
            with pytest.raises((ssl.SSLError, ConnectionError)) as refused:
                context.wrap_socket(s)
            assert "NO_PROTOCOLS" not in str(refused.value), "that was us"


def statuses(address: str, source: str) -> list[int]:
    return [Client(address, source).get(path)[0] for path in BENCHES]


def test_a_screen_sees_the_bench_whose_address_it_has_and_no_other(scene):
    stranger = own_address()
    address = serve(scene, more=f"screens:\n  - {{bench: b2, address: {KIOSK}}}\n")
    wait_for("the benches", lambda: statuses(address, "127.0.0.1") == [200, 200])
    assert statuses(address, KIOSK) == [401, 200]
    assert statuses(address, stranger) == [401, 401]
    assert Client(address, stranger).live("/api/v1/live/bench/b2").status == 401
    at_bench = Client(address, KIOSK).live("/api/v1/live/bench/b2")
    assert at_bench.status == 200 and at_bench.until("bench")["bench"] == "b2"
    at_bench.close()
    person = Client(address, stranger)
    assert person.enter("P017")[0] == 200
    assert [person.get(path)[0] for path in BENCHES] == [200, 200], "a badge sees every bench, from anywhere"


def test_another_machine_becomes_a_screen_by_its_address(scene):
    address = serve(scene, more=f"screens:\n  - {{bench: b1, address: {own_address()}}}\n")
    wait_for("the benches", lambda: statuses(address, "127.0.0.1") == [200, 200])
    assert statuses(address, own_address()) == [200, 401]
    assert statuses(address, KIOSK) == [200, 200], "this machine itself, and no address of anybody's"


def test_a_board_in_the_shop_is_there_for_the_addresses_of_the_config_alone(scene):
    boards = ("/api/v1/ready-board", "/api/v1/live/ready-board")
    stranger = own_address()

    def ask(address: str, source: str) -> list[int]:
        live = Client(address, source).live(boards[1])
        live.close()
        return [Client(address, source).get(boards[0])[0], live.status]
    address = serve(scene)
    assert [ask(address, source) for source in ("127.0.0.1", stranger)] == [[404, 404]] * 2, "without a word there is none"
    assert Client(address).session()["ready_board"] is False
    address = serve(scene, more=f"ready_board: {{screens: [{READY_BOARD}, {stranger}]}}\n")
    wait_for("the board", lambda: ask(address, READY_BOARD) == [200, 200])
    assert ask(address, stranger) == [200, 200] and ask(address, "127.0.0.1") == [401, 401], "this machine itself is none unless it is named"
    assert statuses(address, stranger) == [401, 401], "who may be a board may not see a bench for it"
    assert [Client(address, stranger).get(path)[0] for path in ("/api/v1/floor", "/api/v1/settings", "/api/v1/find?q=x")] == [401, 401, 401]
    assert Client(address).session()["ready_board"] is True
