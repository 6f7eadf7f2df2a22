"""A real JupyterLab, and a notebook in it, driven by the browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.support.polling import wait_until
from tests.support.server_process import free_port

# Milliseconds: a kernel imports torch and starts a server.
PATIENCE = 90_000
_SHORTLY = 4_000

_RUNS = """([index, before]) => {
  const cell = document.querySelectorAll('.jp-Notebook .jp-Cell')[index];
  const { textContent } = cell.querySelector('.jp-InputPrompt');
  return textContent !== before && textContent !== '[ ]:';
}"""


def _share() -> Path:
    """Where packages have put what JupyterLab loads: that of the widgets, wherever they are installed."""
    import jupyterlab_widgets

    return Path(jupyterlab_widgets.__file__).resolve().parents[4] / "share" / "jupyter"


# The modules that serve notebooks, and where below the server's address a notebook is opened.
APPLICATIONS = {"jupyterlab": "lab/tree", "notebook": "notebooks"}


class Lab:
    """A server of notebooks below a folder, with settings of its own."""

    def __init__(self, folder: Path, application: str = "jupyterlab", **variables: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._home = folder.parent / f"{folder.name}-home"
        self._home.mkdir(exist_ok=True)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.environment = os.environ | variables | {
            "HOME": str(self._home),
            "CONVSCOPE_STORE": (self._home / "scenes").as_uri(),
            "JUPYTER_PATH": str(_share()),
            "IPYTHONDIR": str(self._home / "ipython"),
            **{f"JUPYTER_{name}_DIR": str(self._home / name) for name in ("CONFIG", "DATA", "RUNTIME")},
        }  # fmt: skip
        self._application = application
        options = {"ServerApp.port": port, "ServerApp.token": "", "ServerApp.root_dir": folder}
        if application == "jupyterlab":
            never = "jupyterlab.NeverCheckForUpdate"
            options |= {"LabApp.news_url": "", "LabApp.check_for_updates_class": never}
            options["LabApp.expose_app_in_browser"] = True
        command = [sys.executable, "-m", application, "--no-browser", "--allow-root"]
        with (self._home / "lab.log").open("w") as log:
            self.process = subprocess.Popen(
                [*command, *(f"--{name}={value}" for name, value in options.items())],
                env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        wait_until(self._is_ready, 90, message="JupyterLab did not start")

    def _is_ready(self) -> bool:
        said = (self._home / "lab.log").read_text()
        assert self.process.poll() is None, said[-2000:]
        return re.search(rf"{self.url}/(lab|tree)", said) is not None

    def write(self, name: str, *cells: str) -> Path:
        """A notebook of code cells."""
        import nbformat

        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        path = self.folder / name
        nbformat.write(notebook, path)
        return path

    def open(self, page: Page, name: str) -> Notebook:
        page.set_default_timeout(PATIENCE)
        page.goto(f"{self.url}/{APPLICATIONS[self._application]}/{name}?reset")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        return Notebook(page, self.folder / name)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def widget_frame(page: Page) -> Frame:
    """The document of the page's first widget, when its scene is there."""

    def find() -> Frame | None:
        ready = page.query_selector("iframe.convscope-frame[data-ready]")
        frame = ready and ready.content_frame()
        return frame if frame and frame.query_selector("html[data-ready]") else None

    found = wait_until(find, PATIENCE / 1000, message="the widget shows no scene")
    assert found
    return found


class Notebook:
    """An open one."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.path = path

    def run(self, index: int) -> Locator:
        """Run a cell and wait for its end; returns its output. Without a kernel Lab forgets the key."""
        cell = self.cell(index)
        before = self._prompt(index)

        def has_run() -> bool:
            accept = self.page.locator(".jp-Dialog-button.jp-mod-accept")
            if accept.count():
                accept.first.click()
            cell.locator(".cm-content").click()
            self.page.keyboard.press("Control+Enter")
            try:
                self.page.wait_for_function(_RUNS, arg=[index, before], timeout=_SHORTLY)
            except PlaywrightTimeout:
                return False
            expect(cell.locator(".jp-InputPrompt").first).not_to_have_text("[*]:", timeout=PATIENCE)
            # A kernel that was about to start anew has forgotten it.
            return re.fullmatch(r"\[\d+\]:", self._prompt(index).strip()) is not None

        wait_until(has_run, 2 * PATIENCE / 1000)
        return cell.locator(".jp-Cell-outputArea")

    def _prompt(self, index: int) -> str:
        return self.cell(index).locator(".jp-InputPrompt").first.text_content() or ""

    def cell(self, index: int) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def print_(self, index: int, code: str) -> str:
        """Run other code in a cell; returns what it prints."""
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(code)
        return (self.run(index).text_content() or "").strip()

    def frame(self) -> Frame:
        """The widget's document, when its scene is there."""
        return widget_frame(self.page)

    def save(self) -> dict[str, Any]:
        """Save, and read the file."""
        before = self.path.stat().st_mtime_ns
        self.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
        wait_until(lambda: self.path.stat().st_mtime_ns > before, 30)
        saved: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
        return saved


@contextmanager
def running_lab(folder: Path, application: str = "jupyterlab", **variables: str) -> Iterator[Lab]:
    lab = Lab(folder, application, **variables)
    try:
        yield lab
    finally:
        lab.close()
