# SPDX-License-Identifier: Apache-2.0
"""The channels by HTTP against servers that misbehave: what each answer means, and that an unsafe repeat never happens by itself."""
import base64
import hashlib
import hmac
import json
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from broker import make_ca, make_cert  # noqa: E402
from fake_http import Answer, FakeServer  # noqa: E402

NOTICE = "f7e160bd-7d31-5602-8ce2-0cecab9e8306"
KEY = bytes(range(32))
USER = "U" + "0123456789abcdef" * 2
PHONE = "+818000001234"
MESSAGES = [{"type": "text", "text": "お荷物が届きました 📦"}]


class Channel:
    """One channel in a process of its own."""

    def __init__(self, build: Path, *words, timeout: int = 2):
        self.process = subprocess.Popen([build / "tests" / "channel-tool", "--timeout", str(timeout), *map(str, words)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def send(self, content="{}", to="", notice=NOTICE) -> dict:
        self.process.stdin.write(json.dumps({"notice": notice, "to": to, "content": content}).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()
        self.errors = self.process.stderr.read()
        self.process.stderr.close()


@pytest.fixture
def secrets(tmp_path):
    """Credential files by name."""
    files = {"webhook": "whsec_" + base64.b64encode(KEY).decode(), "webhook2": "whsec_" + base64.b64encode(KEY[::-1]).decode(), "line": "t0ken/+="}
    for name, text in files.items():
        path = tmp_path / name
        path.write_text(text + "\n")
        path.chmod(0o600)
        files[name] = path
    return files


def webhook(build, server, secrets, *more, **options) -> Channel:
    return Channel(build, *more, "webhook", f"{server.url}/hook?x=1", secrets["webhook"], **options)


def result(answer: dict) -> tuple:
    return answer["result"], answer["reason"]


# ---- webhook ----

def signature(key: bytes, request) -> str:
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def test_a_webhook_is_signed_as_the_standard_says(build, secrets):
    body = json.dumps({"kind": "shipped", "customer": "山田"})
    with FakeServer(Answer(204, b"")) as server, Channel(build, "webhook", server.url + "/hook", secrets["webhook"], secrets["webhook2"]) as channel:
        assert channel.send(body) == {"result": "accepted", "reason": "", "code": 204, "retry_after": 0, "repeat": "safe"}
        request = server.requests[0]
    assert (request.method, request.path, request.body) == ("POST", "/hook", body.encode())
    assert request.headers["webhook-id"] == NOTICE and abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    assert request.headers["webhook-signature"].split(" ") == [signature(KEY, request), signature(KEY[::-1], request)]
    assert request.headers["content-type"] == "application/json" and "expect" not in request.headers


@pytest.mark.parametrize(("status", "expected"), [
    (200, ("accepted", "")), (202, ("accepted", "")), (301, ("refused for now", "redirected")), (400, ("refused", "message-refused")),
    (401, ("refused for now", "refused")), (404, ("refused for now", "refused")), (408, ("refused for now", "busy")), (410, ("refused", "gone")),
    (422, ("refused", "message-refused")), (429, ("refused for now", "busy")), (500, ("refused for now", "server-fault")),
    (503, ("refused for now", "server-fault"))])
def test_what_a_status_means_to_a_webhook(build, secrets, status, expected):
    with FakeServer(Answer(status, headers={"Location": "http://127.0.0.1:1/"})) as server, webhook(build, server, secrets) as channel:
        assert result(channel.send()) == expected
        assert len(server.requests) == 1


@pytest.mark.parametrize(("value", "seconds"), [("120", 120), ("0", 0), ("99999999999999999999", 86400), ("soon", 0), ("-5", 0),
                                                ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Fri, 31 Dec 2199 23:59:59 GMT", 86400)])
def test_a_server_may_put_us_off_for_a_day_at_most(build, secrets, value, seconds):
    with FakeServer(Answer(429, headers={"Retry-After": value})) as server, webhook(build, server, secrets) as channel:
        assert channel.send()["retry_after"] == seconds


@pytest.mark.parametrize(("fault", "expected"), [
    ("drop", ("unknown", "no-answer")), ("reset", ("unknown", "no-answer")), ("silence", ("unknown", "no-answer")),
    ("garbage", ("unknown", "no-answer")), ("cut", ("accepted", "")), ("drip", ("accepted", ""))])
def test_what_a_fault_means(build, secrets, fault, expected):
    with FakeServer(Answer(fault=fault, body=b"x" * 100_000)) as server, webhook(build, server, secrets) as channel:
        begun = time.monotonic()
        assert result(channel.send()) == expected
        assert time.monotonic() - begun < 8


def test_an_answer_without_end_is_not_read_on(build, secrets):
    with FakeServer(Answer(body=b"x" * 50_000_000)) as server, webhook(build, server, secrets) as channel:
        assert result(channel.send()) == ("accepted", "")
        assert result(channel.send()) == ("accepted", "")


def test_nobody_there_spends_nothing(build, secrets):
    with FakeServer(Answer()) as server:
        pass
    with webhook(build, server, secrets) as channel:
        assert result(channel.send()) == ("route down", "no-server")
    with Channel(build, "webhook", "https://no-such-host.invalid/", secrets["webhook"]) as channel:
        assert result(channel.send()) == ("route down", "no-host")


def test_a_certificate_of_nobody_is_no_server(build, secrets, tmp_path):
    ca = make_ca(tmp_path)
    cert = make_cert(tmp_path, "server", ("127.0.0.1",))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert[0], cert[1])
    with FakeServer(Answer(), tls=context) as server:
        with webhook(build, server, secrets) as channel:
            assert result(channel.send()) == ("route down", "tls")
        with webhook(build, server, secrets, "--ca", ca) as channel:
            assert result(channel.send()) == ("accepted", "")
        assert len(server.requests) == 1


@pytest.mark.parametrize("url", ["http://example.jp/", "ftp://127.0.0.1/", "https://user@example.jp/", "https://example.jp/#x", "https://ex ample.jp/",
                                 "https://example.jp/\r\nX: y", "file:///etc/passwd", "http://127.0.0.1.example.jp/", "http://3232235521/", ""])
def test_an_url_that_would_go_astray_is_refused(build, secrets, url):
    with Channel(build, "webhook", url, secrets["webhook"]) as channel:
        channel.process.wait(timeout=20)
    assert channel.process.returncode == 1 and b"webhook.url" in channel.errors


def test_a_device_that_is_not_there_closes_the_way(build, secrets):
    with FakeServer(Answer()) as server:
        with webhook(build, server, secrets, "--device", "lte-gone0") as channel:
            assert result(channel.send()) == ("route down", "no-device")
        assert not server.connections
        with webhook(build, server, secrets, "--device", "lo") as channel:
            assert result(channel.send()) == ("accepted", "")


def test_by_a_device_the_name_is_asked_for_by_that_device(build, secrets, tmp_path):
    ca, cert = make_ca(tmp_path), make_cert(tmp_path, "server", ("hook.okuru.test",))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert[0], cert[1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = subprocess.Popen(["/usr/bin/python3", TOP / "tests" / "support" / "dns_at.py", "127.0.0.1", str(port), "hook.okuru.test", "127.0.0.1"],
                             stdout=subprocess.PIPE, text=True)
    try:
        assert names.stdout.readline() == "ready\n"
        with FakeServer(Answer(), tls=context) as server:
            url = f"https://hook.okuru.test:{server.port}/"
            for dns, end in ((f"127.0.0.1:{port}", ("accepted", "")), ("127.0.0.1:9", ("route down", "no-host"))):
                with Channel(build, "--ca", ca, "--device", "lo", "--dns", dns, "webhook", url, secrets["webhook"]) as channel:
                    assert result(channel.send()) == end
            with Channel(build, "--ca", ca, "webhook", url, secrets["webhook"]) as channel:  # the control: the system knows no such name
                assert result(channel.send()) == ("route down", "no-host")
            assert len(server.requests) == 1
    finally:
        names.kill()
        names.wait()
        names.stdout.close()


def test_a_proxy_of_the_environment_is_not_used(build, secrets, monkeypatch):
    with FakeServer(Answer()) as proxy, FakeServer(Answer()) as server:
        for name in ("http_proxy", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        with webhook(build, server, secrets) as channel:
            assert result(channel.send()) == ("accepted", "")
        assert not proxy.connections


def test_secrets_are_in_no_log(build, secrets):
    with FakeServer(Answer(500, b"oops")) as server:
        with webhook(build, server, secrets) as channel:
            channel.send()
        with Channel(build, "line", server.url, secrets["line"]) as line:
            line.send(json.dumps(MESSAGES), USER)
    assert b"whsec" not in channel.errors and base64.b64encode(KEY)[:8] not in channel.errors
    assert b"t0ken" not in line.errors and USER.encode() not in line.errors


def test_a_secret_that_others_may_read_is_refused(build, secrets):
    secrets["webhook"].chmod(0o644)
    with Channel(build, "webhook", "https://example.jp/", secrets["webhook"]) as channel:
        channel.process.wait(timeout=20)
    assert channel.process.returncode == 1 and b"others may read" in channel.errors


# ---- LINE ----

def test_a_push_bears_the_retry_key_at_once_and_409_is_taken(build, secrets):
    with FakeServer(Answer(fault="drop"), Answer(409, b'{"message":"The retry key is already accepted"}')) as server, \
            Channel(build, "line", server.url, secrets["line"]) as line:
        first = line.send(json.dumps(MESSAGES), USER)
        second = line.send(json.dumps(MESSAGES), USER)
        assert (result(first), result(second)) == (("unknown", "no-answer"), ("accepted", "")) and first["repeat"] == "safe"
        one, two = server.requests
    assert one.headers["x-line-retry-key"] == two.headers["x-line-retry-key"] == NOTICE
    assert (one.path, one.headers["authorization"]) == ("/v2/bot/message/push", "Bearer t0ken/+=")
    assert json.loads(one.body) == {"to": USER, "messages": MESSAGES}


def test_a_notification_shows_line_no_number(build, secrets):
    with FakeServer(Answer(200)) as server, Channel(build, "line-notification", server.url, secrets["line"]) as line:
        answer = line.send(json.dumps(MESSAGES), PHONE)
        assert result(answer) == ("accepted", "") and answer["repeat"] == "unsafe"
        request = server.requests[0]
    assert request.path == "/bot/pnp/push" and request.headers["x-line-delivery-tag"] == NOTICE and "x-line-retry-key" not in request.headers
    assert json.loads(request.body)["to"] == hashlib.sha256(PHONE.encode()).hexdigest() == "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c"


@pytest.mark.parametrize(("status", "body", "push", "notification"), [
    (400, b"{}", ("refused", "message-refused"), None), (401, b"{}", ("route down", "login"), None), (403, b"{}", ("route down", "login"), None),
    (404, b"{}", ("refused", "recipient-refused"), None), (422, b"{}", ("refused", "recipient-refused"), None),
    (409, b"{}", ("accepted", ""), ("refused", "message-refused")),
    (429, b'{"message":"The API rate limit has been exceeded."}', ("refused for now", "busy"), None),
    (429, b'{"message":"You have reached your monthly limit."}', ("route down", "quota"), None), (429, b"garbage{", ("refused for now", "busy"), None),
    (500, b"", ("refused for now", "server-fault"), ("unknown", "server-fault"))])
def test_what_a_status_means_to_line(build, secrets, status, body, push, notification):
    with FakeServer(Answer(status, body)) as server:
        with Channel(build, "line", server.url, secrets["line"]) as line:
            assert result(line.send(json.dumps(MESSAGES), USER)) == push
        with Channel(build, "line-notification", server.url, secrets["line"]) as line:
            assert result(line.send(json.dumps(MESSAGES), PHONE)) == (notification or push)


@pytest.mark.parametrize(("way", "to"), [("line", PHONE), ("line", "U123"), ("line", USER + "\r\nX: y"), ("line", ""), ("line-notification", USER),
                                         ("line-notification", "08000001234"), ("line-notification", "+81-80-0000-1234")])
def test_an_address_of_another_kind_is_refused_before_it_leaves(build, secrets, way, to):
    with FakeServer(Answer()) as server, Channel(build, way, server.url, secrets["line"]) as line:
        assert result(line.send(json.dumps(MESSAGES), to)) == ("refused", "bad-address")
        assert not server.connections


@pytest.mark.parametrize("content", ["", "{}", "[]", "[1,2,3,4,5,6]", '[{"type":"text"}],"to":"U0"', "garbage"])
def test_what_is_no_list_of_messages_never_leaves(build, secrets, content):
    with FakeServer(Answer()) as server, Channel(build, "line", server.url, secrets["line"]) as line:
        assert result(line.send(content, USER)) == ("refused", "message-refused")
        assert not server.connections


def test_what_line_gets_fits_its_own_description(build, secrets, shared_data):
    import jsonschema
    api = yaml.safe_load((shared_data / "line" / "messaging-api.yml").read_text())
    with FakeServer(Answer()) as server:
        with Channel(build, "line", server.url, secrets["line"]) as line:
            line.send(json.dumps(MESSAGES), USER)
        with Channel(build, "line-notification", server.url, secrets["line"]) as line:
            line.send(json.dumps(MESSAGES), PHONE)
        for request in server.requests:
            operation = api["paths"][request.path]["post"]
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            jsonschema.validate(json.loads(request.body), {**schema, "components": api["components"]})
            for parameter in operation["parameters"]:
                value = request.headers.get(parameter["name"].lower())
                assert value and parameter["schema"].get("minLength", 0) <= len(value) <= parameter["schema"].get("maxLength", 100)


# ---- an SMS gateway, from its description ----

def describe(tmp_path, server, repeat="unsafe", **request) -> Path:
    config = {"name": "example-sms", "repeat": repeat,
              "request": {"url": server.url + "/v1/send", "headers": ["Authorization: Basic {{secret_base64}}", "X-Reference: {{id}}"],
                          "body": '{"to":"{{to}}","text":"{{text}}"}', **request},
              "answers": [{"status": "200-299", "pointer": "/status", "equals": ["queued"], "means": "accepted"},
                          {"status": 400, "pointer": "/code", "equals": ["21211"], "means": "failed", "reason": "recipient-refused"}]}
    path = tmp_path / "sms.yaml"
    path.write_text(yaml.safe_dump(config, width=10_000, allow_unicode=True))
    path.chmod(0o644)
    return path


@pytest.fixture
def gateway(build, tmp_path, secrets):
    def gateway(server, *more, **changes):
        secrets["line"].write_text("user:pass")
        return Channel(build, *more, "gateway", describe(tmp_path, server, **changes), secrets["line"])
    return gateway


def test_an_sms_is_asked_as_the_description_says(gateway):
    text = "【店】ご注文 \"A-1\"\\ が届きました\n保管: 11/30\t📦"
    with FakeServer(Answer(201, b'{"status":"queued"}')) as server, gateway(server) as channel:
        answer = channel.send(text, "+819012345678")
        assert result(answer) == ("accepted", "") and answer["repeat"] == "unsafe"
        request = server.requests[0]
    assert json.loads(request.body) == {"to": "+819012345678", "text": text} and request.headers["x-reference"] == NOTICE
    assert request.headers["authorization"] == "Basic " + base64.b64encode(b"user:pass").decode()


def test_a_form_and_an_url_hold_what_would_break_them(gateway):
    from urllib.parse import parse_qs, urlsplit
    text = "a&b=c+d %20\r\nX: y 山"
    with FakeServer(Answer(200, b'{"status":"queued"}')) as server:
        with gateway(server, encoding="form", body="to={{to_national}}&text={{text}}") as channel:
            assert result(channel.send(text, "+819012345678")) == ("accepted", "")
        with gateway(server, method="GET", url=server.url + "/send?to={{to}}&m={{text}}", body="") as channel:
            assert result(channel.send(text, "+819012345678")) == ("accepted", "")
        form, got = server.requests
    assert parse_qs(form.body.decode()) == {"to": ["09012345678"], "text": [text]}
    assert got.method == "GET" and parse_qs(urlsplit(got.path).query) == {"to": ["+819012345678"], "m": [text]}


@pytest.mark.parametrize("answer", [Answer(fault="drop"), Answer(fault="silence"), Answer(fault="garbage"), Answer(500), Answer(200, b"OK"),
                                    Answer(200, b'{"status":"queued"}', fault="cut"), Answer(200, b'{"status":"held"}')])
def test_what_no_rule_understands_is_unknown_and_not_asked_again(gateway, answer):
    with FakeServer(answer) as server, gateway(server) as channel:
        assert channel.send("x", "+819012345678")["result"] == "unknown"
        assert len(server.requests) == 1


def test_a_number_that_takes_no_sms_is_refused_before_it_leaves(gateway):
    with FakeServer(Answer()) as server, gateway(server) as channel:
        for to in ("+81312345678", "09012345678", "+819012345678\r\n", ""):
            assert result(channel.send("x", to)) == ("refused", "bad-address")
        assert not server.connections


def test_the_refusal_of_a_recipient_is_for_good(gateway):
    with FakeServer(Answer(400, b'{"code":21211}')) as server, gateway(server) as channel:
        assert result(channel.send("x", "+819012345678")) == ("refused", "recipient-refused")


# ---- never twice by itself ----

@pytest.mark.parametrize("way", ["line-notification", "gateway"])
def test_a_kept_connection_that_dies_does_not_send_an_unsafe_one_again(build, secrets, gateway, way):
    """libcurl repeats a request by itself when a connection that it kept dies before the answer."""
    good = Answer(200, b'{"status":"queued"}')
    with FakeServer(good, Answer(fault="drop"), good) as server:
        with gateway(server) if way == "gateway" else Channel(build, way, server.url, secrets["line"]) as channel:
            assert result(channel.send(json.dumps(MESSAGES), "+818000001234")) == ("accepted", "")
            assert result(channel.send(json.dumps(MESSAGES), "+818000001234")) == ("unknown", "no-answer")
        assert len(server.requests) == 2
