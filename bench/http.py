"""
Answers over HTTP beside bare routes, in turns, each server one process.

trace: every body has other numbers. steps, the same: one page, asked for again and again; new: every page
differs from the hundreds before it, so that none is cached. bare: a Starlette route that sends the bytes.
whole layer: the columns of all output channels, in pages and as one file.
output, steps: a typed, synchronous FastAPI route with torch's conv2d that answers the output alone, or all
that POST /trace does.
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import orjson

from bench.measure import shown, table
from bench.rivals import NUMBERS
from bench.served import Served, convscope, started

CHAPTER = {
    "input": {"data": [[[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]]},
    "weight": {"data": [[[[0, 1], [2, 3]], [[1, 2], [3, 4]]]]},
    "operation": {"kind": "conv2d"},
}
ROUNDS, SECONDS = 9, 1
CONNECTIONS = 64
# Of answers of megabytes.
FEW_CONNECTIONS = 16

POST = """
local n, body = 0, '%s'
wrk.method = "POST"
wrk.body = body
wrk.headers["Content-Type"] = "application/json"
"""
# Another number in the last place of the input, which no two requests share, in this run of wrk or another.
NEW = """
n = os.time() % 100000 * 100000
request = function()
    n = n + 1
    return wrk.format(nil, nil, nil, (body:gsub("9%]%]%]", tostring(n / 128) .. "]]]")))
end
"""
# Other pages than those before, of the same size: all output channels from one window on, then from the next.
OTHER_PAGES = """
local n = 0
request = function()
    n = n + 1
    return wrk.format(nil, string.format("%s?out_channel=%d&start=%d", wrk.path, n % 64, math.floor(n / 64)))
end
"""
STEPS = {"Accept": "application/vnd.safetensors"}
LINES = {"Accept": "application/jsonl"}


def run() -> str:
    if shutil.which("wrk") is None:
        return "HTTP: wrk is missing (scripts/system-packages.sh wrk)\n"
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ours, process = stack.enter_context(convscope())
        answers = Path(folder) / "answers"
        answers.mkdir()
        columns = _scene(ours, 64, 56, 64) + "/steps"
        (answers / "trace").write_bytes(_ask(ours, "/api/v1/trace", CHAPTER))
        (answers / "steps").write_bytes(_ask(ours, columns, headers=STEPS))
        bare = stack.enter_context(_rival("bare", answers)).url
        obvious = stack.enter_context(_rival("obvious", answers)).url
        return "\n".join(
            (
                _traces(Path(folder), ours, bare, obvious),
                _columns(Path(folder), ours + columns, f"{bare}/bytes/steps"),
                _numbers(ours, bare),
                _stream(ours, process),
                _whole_layer(ours, process, columns),
            )
        )


def _traces(folder: Path, ours: str, bare: str, obvious: str) -> str:
    same = folder / "same.lua"
    same.write_text(POST % json.dumps(CHAPTER, separators=(",", ":")))
    new = folder / "new.lua"
    new.write_text(same.read_text() + NEW)
    rates = _rates(
        {
            "trace": (f"{ours}/api/v1/trace", new),
            "bare": (f"{bare}/bytes/trace", same),
            "obvious, output": (f"{obvious}/output", same),
            "obvious, steps": (f"{obvious}/trace", same),
        }
    )
    head = ("POST /trace of the chapter's example", "requests/s", "of bare", "× output", "× steps")
    rows = [
        [
            name,
            f"{rate:,.0f}",
            *_ratios(rate, rates["bare"], rates["obvious, output"], rates["obvious, steps"]),
        ]
        for name, rate in rates.items()
    ]
    return table(f"HTTP: requests/s, wrk, {CONNECTIONS} connections", head, rows)


def _ratios(rate: float, bare: float, *others: float) -> list[str]:
    return [f"{rate / bare:.0%}", *(f"{rate / other:.1f}×" for other in others)]


def _columns(folder: Path, ours: str, bare: str) -> str:
    same = folder / "columns.lua"
    same.write_text(f'wrk.headers["Accept"] = "{STEPS["Accept"]}"\n')
    new = folder / "pages.lua"
    new.write_text(same.read_text() + OTHER_PAGES)
    rates = _rates(
        {"steps, the same": (ours, same), "steps, new": (ours, new), "bare": (bare, same)}, FEW_CONNECTIONS
    )
    head = ("steps of 64×56×56 → 64, 3×3, safetensors", "requests/s", "of bare")
    rows = [[name, f"{rate:,.0f}", f"{rate / rates['bare']:.0%}"] for name, rate in rates.items()]
    return table(f"HTTP: requests/s, wrk, {FEW_CONNECTIONS} connections", head, rows)


def _rates(ways: Mapping[str, tuple[str, Path]], connections: int = CONNECTIONS) -> dict[str, float]:
    """The median requests/s of each way; they take turns, so that what slows the machine slows them all."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (url, script) in ways.items():
            rates[name].append(_wrk(url, script, connections))
    return {name: median(found) for name, found in rates.items()}


def _wrk(url: str, script: Path, connections: int) -> float:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--timeout", "30s", "-s", str(script), url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in said and ".lua:" not in said and "Socket errors" not in said, said
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])


def _numbers(ours: str, bare: str) -> str:
    body = {
        "input": {"random": {"shape": [1, 1000, 1000]}},
        "operation": {"kind": "max_pool2d", "kernel_size": 1},
    }
    path = json.loads(_ask(ours, "/api/v1/scenes", body))["links"]["self"] + "/tensors/input"
    times = _times(
        {
            "orjson alone, no HTTP": lambda: orjson.dumps(NUMBERS, option=orjson.OPT_SERIALIZE_NUMPY),
            "orjson, bare route": lambda: _ask(bare, "/numbers"),
            "tensors/input": lambda: _ask(ours, path),
        }
    )
    alone, route, _ = times.values()
    rows = [
        [name, shown(time), f"{time / alone:.2f}×", f"{time / route:.2f}×"] for name, time in times.items()
    ]
    return table("HTTP: JSON of 10⁶ numbers", ("", "time", "× orjson", "× bare route"), rows)


def _stream(ours: str, process: int) -> str:
    path = _scene(ours, 3, 224, 64) + "/steps"
    times = _times(
        {
            "one step": lambda: _ask(ours, f"{path}?stop=1"),
            "first line of the stream": lambda: _first_line(ours, path),
        }
    )
    before, most, lines = _resident(process), 0, 0
    for lines, _ in enumerate(_lines(ours, path), 1):
        if lines % 500 == 0:
            most = max(most, _resident(process))
    one, _ = times.values()
    rows = [[name, shown(time), f"{time / one:.2f}×"] for name, time in times.items()]
    rows.append([f"resident memory over {lines:,} lines", f"{(most - before) / 2**20:+.0f} MiB", ""])
    return table("HTTP: stream of 3×224×224 → 64, 3×3", ("", "time", "× one step"), rows)


def _whole_layer(ours: str, process: int, steps: str) -> str:
    """A layer's columns: the pages of a quarter of it, and the same and all of it as one file."""
    quarter = f"{steps}?out_channel=all&stop={16 * 56 * 56}"
    ways = {
        "pages": f"{quarter}&format=safetensors",
        "one file, safetensors": f"{quarter}&format=safetensors&whole=true",
        "one file, zip": f"{quarter}&format=zip&whole=true",
    }
    rates = dict.fromkeys(ways, 0.0)
    for turn in range(ROUNDS):
        for name, path in ways.items():
            start = perf_counter()
            # Other pages each time, so that none comes out of the cache.
            received = sum(_pieces(ours, f"{path}&start={turn}"))
            rates[name] = max(rates[name], received / (perf_counter() - start))
    rows = [
        [name, f"{rate / 2**20:,.0f} MiB/s", f"{rate / rates['pages']:.0%}"] for name, rate in rates.items()
    ]
    before, most, received = _resident(process), 0, 0
    for piece in _pieces(ours, f"{steps}?out_channel=all&format=safetensors&whole=true"):
        received, most = received + piece, max(most, _resident(process))
    growth = f"{(most - before) / 2**20:+.0f} MiB"
    rows.append([f"resident memory over {received / 2**20:,.0f} MiB", growth, ""])
    return table("HTTP: all steps of 64×56×56 → 64, 3×3", ("", "rate", "of pages"), rows)


def _pieces(url: str, path: str | None) -> Iterator[int]:
    """The bytes of each piece of an answer, and of the pages after it."""
    connection = _connection(url)
    while path:
        connection.request("GET", path)
        answer = connection.getresponse()
        while piece := answer.read(2**20):
            yield len(piece)
        link = answer.headers["Link"]
        path = link[1 : link.index(">")] if link else None
    connection.close()


def _times(ways: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """The best time of one call of each way, in seconds; they take turns."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(20):
        for name, work in ways.items():
            start = perf_counter()
            work()
            best[name] = min(best[name], perf_counter() - start)
    return best


def _connection(url: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)


def _ask(url: str, path: str, body: Any = None, headers: Mapping[str, str] = {}) -> bytes:
    connection = _connection(url)
    method, content = ("GET", None) if body is None else ("POST", json.dumps(body))
    connection.request(method, path, content, {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    content_sent = answer.read()
    assert answer.status in (200, 201), content_sent
    connection.close()
    return content_sent


def _first_line(url: str, path: str) -> bytes:
    connection = _connection(url)
    connection.request("GET", path, headers=LINES)
    line = connection.getresponse().readline()
    connection.close()
    return line


def _lines(url: str, path: str) -> Iterator[bytes]:
    connection = _connection(url)
    connection.request("GET", path, headers=LINES)
    yield from connection.getresponse()
    connection.close()


def _scene(url: str, channels: int, size: int, outputs: int) -> str:
    body = {
        "input": {"random": {"shape": [channels, size, size]}},
        "weight": {"random": {"shape": [outputs, channels, 3, 3]}},
        "operation": {"kind": "conv2d", "padding": 1},
    }
    path: str = json.loads(_ask(url, "/api/v1/scenes", body))["links"]["self"]
    return path


def _rival(name: str, answers: Path) -> AbstractContextManager[Served]:
    command = [sys.executable, "-m", "uvicorn", f"bench.rivals:{name}", "--http", "httptools"]
    return started([*command, "--no-access-log", "--log-level", "warning"], {"BENCH_ANSWERS": str(answers)})


def _resident(process: int) -> int:
    """Bytes of memory."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024
