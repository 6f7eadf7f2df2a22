"""The server that a notebook starts: nobody else's, and gone with the kernel."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from convscope.local_server import LocalServer
from tests.support.polling import wait_until

# A kernel: it starts a server, says which, and does as it is told by its standard input.
KERNEL = """
import signal, sys
from convscope import notebook
notebook.connect(None)
client = notebook._client()
signal.signal(signal.SIGINT, lambda *_: print("interrupted", flush=True))
print(notebook._own.process.pid, notebook._own.url, flush=True)
for line in sys.stdin:
    exec(line)
"""


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", KERNEL],
        env=os.environ | {"CONVSCOPE_STORE": tmp_path.as_uri()},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


def child_of(kernel: subprocess.Popen[str]) -> tuple[int, str]:
    assert kernel.stdout
    pid, url = kernel.stdout.readline().split()
    return int(pid), url


def lives(pid: int) -> bool:
    """A process that has ended and that nobody waited for counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.slow
@pytest.mark.safety(38)
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM], ids=lambda sign: sign.name)
def test_it_ends_with_the_kernel_however_that_ends(
    kernel: subprocess.Popen[str], sign: signal.Signals
) -> None:
    pid, url = child_of(kernel)
    assert httpx2.get(f"{url}/healthz").status_code == 200
    kernel.send_signal(sign)
    kernel.wait(30)
    wait_until(lambda: not lives(pid), 30, message="the server outlives its kernel")


@pytest.mark.slow
def test_an_interrupt_of_the_kernel_is_not_meant_for_it(kernel: subprocess.Popen[str]) -> None:
    pid, url = child_of(kernel)
    os.killpg(kernel.pid, signal.SIGINT)
    assert kernel.stdout and kernel.stdout.readline() == "interrupted\n"
    assert httpx2.get(f"{url}/healthz").status_code == 200
    assert lives(pid)


@pytest.mark.slow
def test_one_that_died_is_started_anew(kernel: subprocess.Popen[str]) -> None:
    pid, _ = child_of(kernel)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not lives(pid))
    assert kernel.stdin and kernel.stdout
    kernel.stdin.write("notebook._own.process.wait(); print(len(notebook._client().presets()), flush=True)\n")
    kernel.stdin.flush()
    assert int(kernel.stdout.readline()) > 5


@pytest.mark.slow
@pytest.mark.safety(38)
def test_whoever_has_no_token_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is open to all users of the machine and all pages in a browser; the environment is not."""
    monkeypatch.setenv("CONVSCOPE_STORE", tmp_path.as_uri())
    for name, value in (("HOST", "0.0.0.0"), ("WORKERS", "2"), ("TOKEN", "x" * 20)):
        monkeypatch.setenv(f"CONVSCOPE_{name}", value)
    # A proxy of the environment is not asked for this machine.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server = LocalServer()
    direct = httpx2.Client(base_url=server.url, trust_env=False)
    try:
        assert server.url.startswith("http://127.0.0.1:")
        paths = ("/", "/api/v1/presets", "/openapi.json", "/metrics", "/static/x/icon.svg", "/widget/0")
        for authorization in ("", "x" * 20, "Bearer", f"Bearer {'x' * 20}"):
            headers = {"Authorization": authorization}
            assert [direct.get(path, headers=headers).status_code for path in paths] == [401] * len(paths)
            posted = direct.post("/api/v1/scenes", headers=headers, json={})
            assert posted.status_code == 401
            assert posted.json()["code"] == "token_missing"
            assert posted.headers["WWW-Authenticate"] == "Bearer"
        assert direct.get("/healthz").status_code == 200
        assert server.client.presets()
    finally:
        direct.close()
        server.close()
    assert server.process.returncode == 0


@pytest.mark.slow
def test_a_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_STORE", "nowhere")
    with pytest.raises(RuntimeError, match="nowhere"):
        LocalServer()


@pytest.mark.slow
def test_a_project_may_have_a_package_app_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/__init__.py").write_text("ours = True")
    script = (
        "import convscope, app; assert app.ours\n"
        "pool = {'kind': 'max_pool2d', 'kernel_size': 1}\n"
        "scene = convscope.notebook._client().create_scene(pool, input=[[[7]]])\n"
        "print(int(scene.output[0, 0, 0]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "CONVSCOPE_STORE": tmp_path.as_uri()},
    )  # fmt: skip
    assert done.stdout.strip() == "7"
