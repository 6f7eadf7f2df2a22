"""Senders that are ambiguous, endless, large or slow, as raw bytes on real sockets."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx2
import pytest

from tests.support.polling import wait_until
from tests.support.scenes import CHAPTER
from tests.support.server_process import ServerProcess, running_server
from tests.support.sockets import Answer, connected, exchange, is_closed, read_all, send_slowly, trickle

HEAD = b"POST /api/v1/trace HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKS = b"2\r\n{}\r\n0\r\n\r\n"

# What may follow HEAD.
POSTS = {
    "CL and TE": b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "TE and CL": b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "one length twice": b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": b"Content-Length: 2, 2\r\n\r\n{}",
    "signed length": b"Content-Length: +2\r\n\r\n{}",
    "negative length": b"Content-Length: -2\r\n\r\n{}",
    "length in hexadecimal": b"Content-Length: 0x2\r\n\r\n{}",
    "length of 30 digits": b"Content-Length: " + b"9" * 30 + b"\r\n\r\n{}",
    "empty length": b"Content-Length: \r\n\r\n{}",
    "another encoding": b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKS,
    "identity": b"Transfer-Encoding: identity\r\n\r\n" + CHUNKS,
    "two encodings": b"Transfer-Encoding: gzip, chunked\r\n\r\n" + CHUNKS,
    "chunked is not the last": b"Transfer-Encoding: chunked, gzip\r\n\r\n" + CHUNKS,
    "chunked twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    "quoted encoding": b'Transfer-Encoding: "chunked"\r\n\r\n' + CHUNKS,
    "space before the colon": b"Content-Length : 2\r\n\r\n{}",
    "space in a name": b"Content Length: 2\r\n\r\n{}",
    "folded header": b"Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNKS,
    "bare LF in a header": b"X: y\nContent-Length: 2\r\n\r\n{}",
    "bare CR": b"X: y\rContent-Length: 2\r\n\r\n{}",
    "NUL in a header": b"X: a\0b\r\nContent-Length: 2\r\n\r\n{}",
    "bad chunk size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "signed chunk size": b"Transfer-Encoding: chunked\r\n\r\n+" + CHUNKS,
    "huge chunk size": b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n{}",
    "chunk longer than it says": b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
}
AMBIGUOUS: dict[str, bytes] = {name: HEAD + rest + SMUGGLED for name, rest in POSTS.items()} | {
    "chunked in 1.0": HEAD.replace(b"1.1", b"1.0")
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + CHUNKS
    + SMUGGLED,
    "bare LF": b"POST /api/v1/trace HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}" + SMUGGLED,
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n" + SMUGGLED,
    "two hosts": GET + b"Host: evil\r\n\r\n" + SMUGGLED,
    "host with a path": b"GET /healthz HTTP/1.1\r\nHost: x/evil\r\n\r\n" + SMUGGLED,
    "host with a user": b"GET /healthz HTTP/1.1\r\nHost: x@evil\r\n\r\n" + SMUGGLED,
    **{
        f"host {host!r}": b"GET /healthz HTTP/1.1\r\nHost:%s\r\n\r\n" % host + SMUGGLED
        for host in (
            b"",
            b" ",
            b" :80",
            b" a:b",
            b" a:1:2",
            b" [::1",
            b" []",
            b" [x]",
            b" a b",
            b" a,b",
            b' "a"',
        )
    },
    "empty host in 1.0": b"GET /healthz HTTP/1.0\r\nHost: \r\n\r\n" + SMUGGLED,
    **{
        f"request line {line!r}": line + b"\r\nHost: x\r\n\r\n" + SMUGGLED
        for line in (
            b"GET  /healthz HTTP/1.1",
            b"GET /healthz  HTTP/1.1",
            b"GET /healthz HTTP/1.1 ",
            b" GET /healthz HTTP/1.1",
            b"GET\t/healthz HTTP/1.1",
            b"GET /healthz\tHTTP/1.1",
            b"GET      /healthz HTTP/1.1",
            b"get /healthz HTTP/1.1",
            b"GET /healthz#x HTTP/1.1",
            b"GET /healthz# HTTP/1.1",
            b"GET /healthz?a#b HTTP/1.1",
            b"GET # HTTP/1.1",
            b"GET /health z HTTP/1.1",
            b"GET /healthz HTTP/1.1 x",
            b"GET /healthz http/1.1",
            b"GET /healthz HTTP/1.1\r",
        )
    },
    "HTTP/0.9": b"GET /healthz\r\n\r\n" + SMUGGLED,
    "HTTP/1.2": b"GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n" + SMUGGLED,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "unknown method": b"FETCH /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "no path": b"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 64,
    "noise": bytes(range(256)) * 4,
}


@pytest.mark.safety(25)
@pytest.mark.parametrize("case", AMBIGUOUS)
def test_ambiguous_requests_are_400_and_close_the_connection(server: ServerProcess, case: str) -> None:
    answer = exchange(server.port, AMBIGUOUS[case])
    assert answer.statuses == [400], answer.text
    assert b"connection: close" in answer.text
    assert answer.problem["status"] == 400


# Odd, but with one meaning only.
UNUSUAL: dict[str, bytes] = {
    "an empty line first": b"\r\n" + GET,
    "an absolute address": b"GET http://x/healthz HTTP/1.1\r\nHost: x\r\n",
    "a query of question marks": b"GET /healthz?a=?? HTTP/1.1\r\nHost: x\r\n",
    "an escaped number sign": b"GET /healthz?%23 HTTP/1.1\r\nHost: x\r\n",
    "an address and port": b"GET /healthz HTTP/1.1\r\nHOST:127.0.0.1:8000\r\n",
    "an IPv6 address and port": b"GET /healthz HTTP/1.1\r\nhost:  [::1]:8000\r\n",
    "an empty port": b"GET /healthz HTTP/1.1\r\nHost: x_y.example:\r\n",
}


@pytest.mark.parametrize("case", UNUSUAL)
def test_unusual_requests_are_answered(server: ServerProcess, case: str) -> None:
    assert exchange(server.port, UNUSUAL[case] + b"Connection: close\r\n\r\n").statuses in ([200], [404])


@pytest.mark.safety(25)
@pytest.mark.parametrize("line", [b"GET  /healthz HTTP/1.1", b"GET /healthz#x HTTP/1.1"])
def test_request_lines_are_checked_wherever_they_begin(server: ServerProcess, line: bytes) -> None:
    """In pieces, and behind another request in one packet."""
    with connected(server.port) as sender:
        send_slowly(sender, (line[k : k + 1] for k in range(len(line))), 0.01)
        sender.sendall(b"\r\nHost: x\r\n\r\n")
        assert Answer(read_all(sender)).statuses == [400]
    body = HEAD + b"Content-Length: 2\r\n\r\n{}"
    for first, status in ((GET + b"\r\n", 200), (body, 422)):
        with connected(server.port) as sender:
            sender.sendall(first)
            sender.recv(65536)
            sender.sendall(first[:-1])
            sender.sendall(first[-1:] + line + b"\r\nHost: x\r\n\r\n")
            assert Answer(read_all(sender)).statuses[0] == status


@pytest.mark.safety(25)
def test_a_request_in_pieces_is_one_request(server: ServerProcess) -> None:
    whole = HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"
    with connected(server.port) as sender:
        send_slowly(sender, (whole[k : k + 1] for k in range(len(whole) - 1)), 0.001)
        sender.sendall(whole[-1:])
        assert Answer(read_all(sender)).statuses == [422]


@pytest.mark.safety(25)
def test_a_bad_second_request_never_answers_for_the_first(server: ServerProcess) -> None:
    answer = exchange(server.port, GET + b"\r\n" + b"\0garbage\r\n\r\n")
    assert answer.statuses == [200]
    several = exchange(server.port, GET + b"\r\n" + GET + b"\r\n" + GET + b"Connection: close\r\n\r\n")
    assert several.statuses == [200, 200, 200]


@pytest.mark.safety(22)
@pytest.mark.parametrize(
    "target", [b"//evil.example/", b"//", b"/..//evil.example", b"http://evil.example/x"]
)
def test_an_address_with_a_host_is_a_path_that_is_not_there(server: ServerProcess, target: bytes) -> None:
    answer = exchange(server.port, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.statuses == [404]
    assert b"location:" not in answer.text.lower()


@pytest.mark.safety(25)
def test_no_protocol_upgrade_is_accepted(server: ServerProcess) -> None:
    for to in (b"websocket", b"h2c"):
        upgrade = GET + b"Connection: Upgrade\r\nUpgrade: " + to + b"\r\n\r\n" + SMUGGLED
        assert exchange(server.port, upgrade).statuses == [200]


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
LARGE = b"X: " + b"x" * 70_000 + b"\r\n"
HEADS: dict[str, list[bytes]] = {
    "one large header": [GET + LARGE + b"\r\n"],
    "50 MB header": [GET + b"X: ", *[b"x" * 1_000_000] * 50],
    "50 MB of headers": [GET, *[b"X: " + b"y" * 1000 + b"\r\n"] * 50_000],
    "50 MB name": [GET, *[b"x" * 1_000_000] * 50],
    "50 MB address": [b"GET /", *[b"x" * 1_000_000] * 50],
    "many headers": [GET + b"X: y\r\n" * 120 + b"\r\n"],
    "large trailer": [CHUNKED + b"2\r\n{}\r\n0\r\nT: ", *[b"x" * 1_000_000] * 50],
    "endless chunk extension": [CHUNKED + b"2;", *[b"x" * 1_000_000] * 50],
}


@pytest.mark.safety(26)
@pytest.mark.parametrize("case", HEADS)
def test_large_heads_are_431(server: ServerProcess, case: str) -> None:
    started = time.monotonic()
    answer = exchange(server.port, *HEADS[case])
    assert answer.statuses == [431], answer.text
    assert "max_head_bytes is 65,536" in answer.problem["detail"]
    assert time.monotonic() - started < 10


@pytest.mark.exclusive
@pytest.mark.safety(26)
def test_large_heads_do_not_stall_others(server: ServerProcess) -> None:
    with connected(server.port) as other, connected(server.port) as sender, server.client() as client:
        other.sendall(GET + b"X: ")
        with suppress(ConnectionError):
            for _ in range(50):
                sender.sendall(b"x" * 1_000_000)
                assert client.get("/healthz").elapsed.total_seconds() < 1
        assert read_all(other).startswith(b"HTTP/1.1 408")


@pytest.mark.safety(27)
@pytest.mark.parametrize(
    ("start", "byte"),
    [
        pytest.param(b"", b"G", id="a request line"),
        pytest.param(b"", b"\r", id="empty lines"),
        pytest.param(GET + b"X: ", b"x", id="a header"),
        pytest.param(HEAD + b"Content-Length: 100000\r\n\r\n", b" ", id="a body"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0", id="a chunk's size"),
    ],
)
def test_trickling_senders_are_closed(server: ServerProcess, start: bytes, byte: bytes) -> None:
    """Forty at a time; with the usual settings it is some twenty seconds that they have."""
    with ExitStack() as stack:
        senders = [stack.enter_context(connected(server.port)) for _ in range(40)]
        for sender in senders:
            sender.sendall(start or byte)
        # One byte each 0.2 s would keep any bound on silence from ever being reached.
        trickle(senders, byte, every=0.2, seconds=20)
    assert httpx2.get(server.url + "/healthz").status_code == 200


@pytest.mark.safety(27)
def test_silent_connections_are_closed(server: ServerProcess) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(connected(server.port)) for _ in range(40)]
        assert all(read_all(connection) == b"" for connection in silent)


@pytest.mark.safety(27)
def test_slow_requests_are_408(server: ServerProcess) -> None:
    assert exchange(server.port, GET).statuses == [408]
    assert exchange(server.port, HEAD + b"Content-Length: 9\r\n\r\n{").statuses == [408]


@pytest.mark.safety(27)
def test_default_timeouts_are_under_30_seconds() -> None:
    from app.settings import Settings

    usual = Settings()
    # Looked at once a second; an answer that is on its way is waited for two more.
    assert max(usual.head_seconds, usual.body_seconds) + 1 + 2 < 30


@pytest.mark.safety(27)
def test_a_body_that_keeps_coming_is_waited_for(server: ServerProcess) -> None:
    body = b" " * 40_000 + b"{}"
    with connected(server.port) as sender:
        sender.sendall(HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body))
        # Four seconds at some 10 kB/s, twice as long as a silent body is waited for.
        send_slowly(sender, (body[start : start + 2000] for start in range(0, 40_000, 2000)), 0.2)
        sender.sendall(body[40_000:])
        assert Answer(read_all(sender)).statuses == [422]


@pytest.mark.safety(1)
def test_an_endless_body_is_answered_and_cut(server: ServerProcess) -> None:
    for length in (b"Transfer-Encoding: chunked", b"Content-Length: 999999999999"):
        with connected(server.port) as sender:
            sender.sendall(HEAD + length + b"\r\n\r\n")
            started = time.monotonic()
            with suppress(ConnectionError):
                while time.monotonic() - started < 60:
                    sender.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
            assert time.monotonic() - started < 60
            assert Answer(read_all(sender)).statuses in ([413], [])


@pytest.mark.safety(27)
def test_readers_that_do_not_read_are_closed(server: ServerProcess) -> None:
    with server.client() as client:
        layer = {
            "input": {"random": {"shape": [3, 256, 256]}},
            "weight": {"random": {"shape": [1, 3, 3, 3]}},
            "operation": {"kind": "conv2d", "padding": 1},
        }
        steps = client.post("/api/v1/scenes", json=layer).json()["links"]["steps"].encode()
    for accept in (b"application/json", b"application/jsonl"):
        with socket.socket() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", server.port))
            reader.sendall(b"GET " + steps + b" HTTP/1.1\r\nHost: x\r\nAccept: " + accept + b"\r\n\r\n")
            wait_until(lambda: not _is_established(server, reader), every=0.2)


def _is_established(server: ServerProcess, reader: socket.socket) -> bool:
    """Whether the server still has the other end of this connection open."""
    here = f"{reader.getsockname()[1]:04X}"
    there = f"{server.port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(
        row[1].endswith(":" + there) and row[2].endswith(":" + here) and row[3] == "01" for row in rows
    )


@pytest.mark.safety(27)
def test_one_connection_too_many_closes_the_one_idle_for_longest(tmp_path: Path) -> None:
    with running_server(tmp_path, max_connections=50, head_seconds=60) as server, ExitStack() as stack:
        idle = [stack.enter_context(connected(server.port)) for _ in range(300)]
        assert httpx2.get(server.url + "/").status_code == 200
        wait_until(lambda: sum(not is_closed(connection) for connection in idle) <= 50)
        assert httpx2.post(server.url + "/api/v1/trace", json=CHAPTER).status_code == 200
