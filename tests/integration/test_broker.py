# SPDX-License-Identifier: Apache-2.0
"""tests/support/broker.py: who may write and read what at a broker with our ACL, and that it comes back on its port."""
import json
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from broker import OMS, Broker, acl, make_ca, make_cert  # noqa: E402

A, B, ELSEWHERE = "tokyo/bench-1", "tokyo/bench-2", "osaka/bench-1"
LEAVES = ["up/fact", "up/trace", "applied", "down", "taken", "ask", "reply", "peer", "status"]
OWN_WRITES = {"up/fact", "up/trace", "taken", "ask", "reply", "peer", "status"}
OMS_WRITES = {"applied", "down", "ask", "reply"}
OWN_READS = {"applied", "down", "ask", "reply", "peer"}


class Client:
    """One connection, with the topics it was told."""

    def __init__(self, broker, name, subscribe="#"):
        self.told, self.up = [], threading.Event()
        self.client = mqtt.Client(client_id=f"test-{name.replace('/', '-')}", protocol=mqtt.MQTTv311)
        if broker.tls:
            certfile, keyfile = broker.cert(name)
            self.client.tls_set(str(broker.ca), str(certfile), str(keyfile), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        self.client.on_message = lambda _c, _u, m: self.told.append(m.topic)
        self.client.on_subscribe = lambda *_: self.up.set()
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()
        self.client.subscribe(subscribe, 1)
        assert self.up.wait(10)

    def publish(self, topic):
        self.client.publish(topic, "{}", 1).wait_for_publish(10)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with Broker(tmp_path_factory.mktemp("broker"), tls=True, stations=[A, B, ELSEWHERE]) as started:
        yield started


@pytest.fixture(scope="module")
def clients(broker):
    made = {name: Client(broker, name) for name in (A, B, ELSEWHERE, OMS)}
    yield made
    for client in made.values():
        client.close()


def topic(station, leaf, realm="test"):
    return f"okuru/v1/{realm}/{station}/{leaf}"


def told_after(clients, writer, topics):
    """Publishes and returns who was told what. The last message, which everybody may have, shows that all others came."""
    for client in clients.values():
        client.told.clear()
    for name in topics:
        clients[writer].publish(name)
    done = {A: topic(A, "ask"), B: topic(B, "ask"), ELSEWHERE: topic(ELSEWHERE, "ask"), OMS: topic(A, "ask")}
    for station in (A, B, ELSEWHERE):
        clients[OMS].publish(topic(station, "ask"))
    for name, client in clients.items():
        for _ in range(500):
            if done[name] in client.told:
                break
            threading.Event().wait(0.01)
        else:
            pytest.fail(f"{name} was not told the end")
    return {name: [t for t in client.told if not t.endswith("/ask")] for name, client in clients.items()}


@pytest.mark.parametrize("station", [A, B, ELSEWHERE])
def test_a_station_writes_below_itself_only(clients, station):
    topics = [topic(s, leaf) for s in (A, B, ELSEWHERE) for leaf in LEAVES] + [topic(A, "up/fact", "production")]
    told = told_after(clients, station, topics)
    assert set(told[OMS]) == {topic(station, leaf) for leaf in OWN_WRITES - {"ask"}}


def test_a_station_reads_itself_and_its_sites_peers_only(clients):
    told = told_after(clients, OMS, [topic(s, leaf) for s in (A, B, ELSEWHERE) for leaf in LEAVES])
    assert set(told[A]) == {topic(A, leaf) for leaf in OMS_WRITES - {"ask"}}
    assert set(told[OMS]) == {topic(s, leaf) for s in (A, B, ELSEWHERE) for leaf in OMS_WRITES - {"ask"}}
    told = told_after(clients, B, [topic(B, "peer"), topic(B, "up/fact"), topic(B, "status")])
    assert told[A] == [topic(B, "peer")]
    assert told[ELSEWHERE] == []


def test_a_certificate_of_our_ca_for_an_unknown_name_may_nothing(broker, clients):
    stranger = Client(broker, "tokyo/bench-9")
    told = told_after(clients, OMS, [topic(A, "down")])
    stranger.publish(topic("tokyo/bench-9", "up/fact"))
    stranger.publish(topic(A, "up/fact"))
    again = told_after(clients, OMS, [topic(A, "down")])
    assert told == again
    assert stranger.told == []
    stranger.close()


def answer_to_connect(broker, cert, key):
    """What comes back for a CONNECT. By hand: with TLS 1.3 a refusal shows at the first read, not in the handshake."""
    context = ssl.create_default_context(cafile=str(broker.ca))
    context.load_cert_chain(cert, key)
    with socket.create_connection((broker.host, broker.port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=broker.host) as tls:
            tls.sendall(b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02id")
            return tls.recv(16)


def test_a_certificate_of_another_ca_is_refused(broker, tmp_path):
    make_ca(tmp_path)
    assert answer_to_connect(broker, *broker.cert(A)) == b"\x20\x02\x00\x00"
    with pytest.raises(OSError):  # ssl.SSLError, or the connection reset
        assert answer_to_connect(broker, *make_cert(tmp_path, A)) == b"refused"


def test_a_station_is_allowed_while_it_runs(broker, clients):
    broker.allow("kyoto/bench-1")
    newcomer = Client(broker, "kyoto/bench-1")
    for _ in range(100):  # SIGHUP works when the broker gets to it
        newcomer.publish(topic("kyoto/bench-1", "up/fact"))
        if topic("kyoto/bench-1", "up/fact") in clients[OMS].told:
            break
        threading.Event().wait(0.05)
    else:
        pytest.fail("not allowed")
    newcomer.close()


def test_without_an_acl_the_same_messages_do_arrive(tmp_path):
    """The control of the tests above: it is the ACL that holds them back."""
    with Broker(tmp_path) as plain:
        made = {name: Client(plain, name) for name in (A, B, ELSEWHERE, OMS)}
        told = told_after(made, A, [topic(B, "up/fact")])
        assert topic(B, "up/fact") in told[ELSEWHERE]
        for client in made.values():
            client.close()


def test_a_name_that_is_no_station_gets_no_rules():
    for name in ("oms", "tokyo", "tokyo/#", "tokyo/+", "tokyo/bench-1\ntopic readwrite #", "a/b/c"):
        with pytest.raises(ValueError):
            acl("test", [name])


def run(*arguments):
    return subprocess.run([sys.executable, str(TOP / "tests/support/broker.py"), *map(str, arguments)],
                          capture_output=True, text=True, timeout=60)


def test_the_program_starts_kills_and_starts_on_the_same_port(tmp_path):
    first = run("start", tmp_path, "--station", A)
    assert first.returncode == 0, first.stderr
    known = json.loads(first.stdout)
    try:
        assert known["certs"][A][0].endswith("tokyo.bench-1.pem")
        assert run("start", tmp_path).returncode != 0  # it runs already
        killed = json.loads(run("kill", tmp_path).stdout)
        assert killed["pid"] == 0
        again = json.loads(run("start", tmp_path).stdout)
        assert again["port"] == known["port"] and again["pid"] not in (0, known["pid"])
        assert again["stations"] == [A]
    finally:
        run("stop", tmp_path)
    assert json.loads(run("status", tmp_path).stdout)["pid"] == 0
    assert run("stop", tmp_path / "nothing").returncode != 0
