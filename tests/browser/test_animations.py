"""Animations of the stage, decoded again: each frame is the stage at its step."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image, ImageSequence
from PIL.GifImagePlugin import GifImageFile
from playwright.sync_api import Page, expect

from tests.browser.test_pictures import choose, open_dialog, save
from tests.support.page import OpenPage
from tests.support.skip import skip_loudly

Pixels = np.ndarray[Any, np.dtype[np.float64]]


def open_animation(page: Page, form: str, windows: str = "this one") -> None:
    open_dialog(page)
    choose(page, "Kind", "animation")
    expect(page.get_by_text(re.compile(r"^\d+ frames, about"))).to_be_visible()
    choose(page, "Form", form)
    choose(page, "Windows", windows)
    expect(page.get_by_text(re.compile(r"^\d+ frames, about"))).to_be_visible()


def close_dialog(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator("dialog.save")).to_be_hidden()


def frames_of(archive: Path) -> list[Pixels]:
    with ZipFile(archive) as content:
        names = sorted(name for name in content.namelist() if name.endswith(".png"))
        return [pixels(Image.open(io.BytesIO(content.read(name)))) for name in names]


def pixels(image: Image.Image) -> Pixels:
    with image:
        return np.asarray(image.convert("RGB"), float)


def difference(one: Pixels, other: Pixels) -> float:
    """The mean over what both have: a frame may have a row and a column more than a picture."""
    height, width, _ = np.minimum(one.shape, other.shape)
    return float(np.abs(one[:height, :width] - other[:height, :width]).mean())


def flat_places(picture: Pixels) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where a pixel is of the color of all around it: not at an edge of a letter or a cell."""
    middle = picture[1:-1, 1:-1]
    flat = np.ones(middle.shape[:2], bool)
    for down in range(3):
        for right in range(3):
            around = picture[down : down + middle.shape[0], right : right + middle.shape[1]]
            flat &= (around == middle).all(-1)
    return flat


def assert_plays_for(archive: Path, seconds: float, path: Path) -> None:
    """ffmpeg reads the list of frames with the time of each, the last included."""
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        return
    with ZipFile(archive) as content:
        content.extractall(path / "frames")
    source, film = path / "frames" / "frames.txt", path / "film.mkv"
    read: list[str | Path] = ["-f", "concat", "-i", source, "-fps_mode", "vfr"]
    subprocess.run(["ffmpeg", "-v", "error", *read, "-c:v", "ffv1", film], check=True)
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", film],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert float(told.stdout) == pytest.approx(seconds, abs=0.1)


def assert_steps(page: Page, path: Path) -> None:
    """The dialog begins with the steps of the timeline, which keeps them. Two channels, a kernel of 2 × 2."""
    steps, address = page.locator("dialog.save").get_by_role("group", name="Step by"), page.url
    expect(steps.get_by_label("channel")).to_be_checked()
    for name, frames in (("window", 2), ("product", 10), ("channel", 4)):
        steps.get_by_text(name, exact=True).click()
        expect(page.get_by_text(re.compile(f"^{frames} frames, about"))).to_be_visible()
        assert len(frames_of(save(page, path))) == frames
        expect(page.locator(".timeline").get_by_label("channel", exact=True)).to_be_checked()
        assert page.url == address


def test_frames_are_the_stage_at_each_step(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path
) -> None:
    page = open_page(f"{scene_paths['two-channels']}?step=0,0,1")
    open_animation(page, "PNG frames (ZIP)")
    archive = save(page, tmp_path)
    frames = frames_of(archive)
    # Before the window, after each of its two channels, and placed.
    assert len(frames) == 4
    with ZipFile(archive) as content:
        listed = content.read("frames.txt").decode()
    assert listed.count("duration 1.25") == 3
    assert listed.endswith("file 'frame-00003.png'\nduration 2\nfile 'frame-00003.png'\n")
    assert_plays_for(archive, 3 * 1.25 + 2, tmp_path)
    assert_steps(page, tmp_path)
    for frame, picture in zip(frames, pictures_of_steps(page, len(frames), tmp_path), strict=True):
        assert difference(frame, picture) < 0.01


def pictures_of_steps(
    page: Page, count: int, tmp_path: Path, contents: str | None = None
) -> Iterator[Pixels]:
    """Saves the picture of each tick of the window, from its first, out of the dialog that is open."""
    choose(page, "Kind", "picture")
    choose(page, "Form", "PNG")
    if contents:
        choose(page, "Contents", contents)
    close_dialog(page)
    page.keyboard.press("Shift+ArrowLeft")
    for _ in range(count):
        open_dialog(page)
        yield pixels(Image.open(save(page, tmp_path)))
        close_dialog(page)
        page.keyboard.press("ArrowRight")


def test_frames_with_title_and_equation_are_the_pictures_that_have_them(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path
) -> None:
    page = open_page(f"{scene_paths['two-channels']}?step=0,0,1")
    open_animation(page, "PNG frames (ZIP)")
    choose(page, "Contents", "with title and equation")
    saved = save(page, tmp_path)
    frames = frames_of(saved)
    assert len(frames) == 4 and len({frame.shape for frame in frames}) == 1
    assert saved.stem.endswith(f"-{frames[0].shape[1]}x{frames[0].shape[0]}")
    pictures = pictures_of_steps(page, len(frames), tmp_path, "with title, equation and terms")
    for frame, picture in zip(frames, pictures, strict=True):
        assert frame.shape[0] - picture.shape[0] in (0, 1)
        assert difference(frame, picture) < 0.01


def test_a_gif_has_a_frame_a_step_and_its_times(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path
) -> None:
    page = open_page(scene_paths["two-channels"])
    open_animation(page, "PNG frames (ZIP)", "the whole channel")
    expected = frames_of(save(page, tmp_path))
    choose(page, "Form", "GIF")
    choose(page, "Speed", "4×")
    expect(page.get_by_text(re.compile("^13 frames, about"))).to_be_visible()
    first = save(page, tmp_path).read_bytes()
    with Image.open(io.BytesIO(first)) as gif:
        assert isinstance(gif, GifImageFile)
        assert gif.n_frames == len(expected) == 13
        assert gif.info["loop"] == 0
        durations = []
        for frame, picture in zip(ImageSequence.Iterator(gif), expected, strict=True):
            durations.append(frame.info["duration"])
            decoded = np.asarray(frame.convert("RGB"), float)
            assert difference(picture, decoded) < 3
            # Nothing of the frame before stands where the ground or a cell is now.
            flat = flat_places(picture)
            assert flat.mean() > 0.5
            assert (decoded[1:-1, 1:-1][flat] == picture[1:-1, 1:-1][flat]).all()
    assert durations == [310] * 12 + [2000]
    # The same choice makes the same file.
    assert save(page, tmp_path).read_bytes() == first
    choose(page, "Repeat", "once")
    with Image.open(save(page, tmp_path)) as once:
        assert "loop" not in once.info


@pytest.mark.parametrize("form", ["MP4", "WebM"])
def test_a_video_has_a_frame_a_step(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path, form: str
) -> None:
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        skip_loudly("no ffmpeg on this machine: videos were not decoded")
    page = open_page(scene_paths["max-pooling"])
    open_animation(page, "PNG frames (ZIP)", "this row")
    expected = frames_of(save(page, tmp_path))
    offered = page.get_by_role("group", name="Form").get_by_text(form, exact=True)
    if not offered.is_visible():
        skip_loudly(f"this browser encodes no {form}")
    choose(page, "Form", form)
    video = save(page, tmp_path)
    streams = ["-count_frames", "-show_entries", "stream=nb_read_frames,width,height:format=duration"]
    told = subprocess.run(
        ["ffprobe", "-v", "error", *streams, "-of", "json", video], check=True, capture_output=True
    )
    about = json.loads(told.stdout)
    (stream,) = about["streams"]
    assert int(stream["nb_read_frames"]) == len(expected)
    height, width, _ = expected[0].shape
    assert (stream["width"], stream["height"]) == (width, height)
    assert float(about["format"]["duration"]) == pytest.approx(1.25 * (len(expected) - 1) + 2, abs=0.05)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", video, "-fps_mode", "passthrough", tmp_path / "%03d.png"], check=True
    )
    for k, frame in enumerate(expected, 1):
        assert difference(frame, pixels(Image.open(tmp_path / f"{k:03d}.png"))) < 4


# Numbers the canvases that video frames are made of.
NUMBER_CANVASES = """() => {
  const [Frame, canvases] = [VideoFrame, []];
  window.numbers = [];
  window.VideoFrame = class extends Frame {
    constructor(canvas, ...rest) {
      super(canvas, ...rest);
      if (!canvases.includes(canvas)) canvases.push(canvas);
      numbers.push(canvases.indexOf(canvas));
    }
  };
}"""


def test_no_frame_is_painted_over_one_that_the_encoder_holds(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path
) -> None:
    """The browser would copy it first. Its encoders hold up to nine."""
    page = open_page(f"{scene_paths['three-filters']}?by=product")
    open_animation(page, "WebM", "this row")
    page.evaluate(NUMBER_CANVASES)
    save(page, tmp_path)
    numbers = page.evaluate("numbers")
    assert len(numbers) > 10
    for k in range(len(numbers) - 9):
        assert len(set(numbers[k : k + 10])) == 10


def test_a_cancelled_animation_leaves_nothing_behind(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(f"{scene_paths['edges']}?step=0,3,0")
    downloads: list[str] = []
    page.on("download", lambda download: downloads.append(download.suggested_filename))
    open_animation(page, "GIF", "this row")
    before = page.url
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("dialog.save progress")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("dialog.save [role=status]")).to_have_text("Cancelled; nothing was saved.")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_enabled()
    assert downloads == []
    expect(page).to_have_url(before)


def test_the_estimate_stands_beside_what_was_saved(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path
) -> None:
    page = open_page(f"{scene_paths['edges']}?step=0,3,0&by=window")
    estimate = page.locator("dialog.save .hint").first
    # Asked for at once: before the estimate of the last choice is there.
    open_dialog(page)
    choose(page, "Kind", "animation")
    saved = save(page, tmp_path)
    expect(page.locator("dialog.save [role=status]")).to_have_text(f"Saved as {saved.name}.")
    expect(estimate).to_have_text(re.compile("^2 frames, about"))
    choose(page, "Windows", "this row")
    expect(estimate).to_have_text(re.compile(r"^\d{3} frames, about"))
    before = estimate.inner_text()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("dialog.save [role=status]")).to_have_text("Cancelled; nothing was saved.")
    expect(estimate).to_have_text(before)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_estimate_of_another_choice_is_taken_back_at_once(
    open_page: OpenPage, scene_paths: dict[str, str], language: str
) -> None:
    page = open_page(f"{scene_paths['two-channels']}?lang={language}")
    page.keyboard.press("s")
    dialog = page.locator("dialog.save")
    dialog.locator("input[name=save-kind][value=animation]").check(force=True)
    done, pending = {
        "en": (re.compile(r"^\d+ frames, about"), "Estimating the size …"),
        "zh-CN": (re.compile(r"^\d+ 帧，约"), "正在估计文件大小……"),
    }[language]
    note = dialog.locator(".hint").filter(has_text=re.compile(r"\S"))
    for choice in ("range][value=row", "size][value='2'", "loop][value=once", "theme][value=dark"):
        expect(note).to_have_text(done)
        choose = "(input) => { input.click(); return input.closest('dialog').innerText; }"
        shown = dialog.locator(f"input[name=save-{choice}]").evaluate(choose)
        assert pending in shown and not any(done.match(line) for line in shown.splitlines()), choice
    expect(note).to_have_text(done)


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_each_choice_has_one_line_beside_the_others(
    open_page: OpenPage, scene_paths: dict[str, str], lang: str
) -> None:
    view = {"width": 1366, "height": 768}
    page = open_page(f"{scene_paths['two-channels']}?lang={lang}", viewport=view)
    open_dialog(page)
    for kind in ("picture", "animation"):
        page.locator("dialog.save label").filter(has=page.locator(f"[value={kind}]")).click()
        heights = page.locator("dialog.save fieldset:visible").evaluate_all(
            "(sets) => sets.map((set) => set.offsetHeight)"
        )
        assert len(heights) >= 5
        assert len(set(heights)) == 1


# Counts what costs the browser styles or a layout while it records: texts and elements that change outside of
# the dialog and in it, addresses that are written, and styles that are read.
WATCH = """() => {
  const counts = { texts: 0, progress: 0, addresses: 0, styles: 0 };
  const changes = { childList: true, characterData: true, subtree: true };
  const inDialog = ({ target }) => document.querySelector('dialog.save').contains(target);
  new MutationObserver((records) => {
    for (const record of records) counts[inDialog(record) ? 'progress' : 'texts'] += 1;
  }).observe(document.body, changes);
  for (const [owner, name, count] of [
    [history, 'replaceState', 'addresses'],
    [window, 'getComputedStyle', 'styles'],
  ]) {
    const real = owner[name];
    owner[name] = (...given) => {
      counts[count] += 1;
      return real.apply(owner, given);
    };
  }
  window.counts = counts;
}"""


def test_a_recording_lets_the_page_rest(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path
) -> None:
    """Texts, address and the styles' colors are not asked for frame by frame."""
    page = open_page(f"{scene_paths['edges']}?step=0,3,0&by=window")
    open_animation(page, "WebM", "this row")
    expect(page.get_by_text(re.compile(r"^\d{3} frames, about"))).to_be_visible()
    position = page.locator("#timeline-position").inner_text()
    page.evaluate(WATCH)
    start = perf_counter()
    save(page, tmp_path)
    seconds = perf_counter() - start
    counts = page.evaluate("counts")
    assert counts["texts"] == 0
    assert counts["addresses"] <= 1
    assert counts["styles"] <= 4
    # Ten times a second, and what is said before and after.
    assert counts["progress"] <= 10 * seconds + 5
    assert page.locator("#timeline-position").inner_text() == position


@pytest.mark.parametrize("size", [(1366, 768), (1279, 803)])
def test_frames_have_even_sides(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path, size: tuple[int, int]
) -> None:
    page = open_page(scene_paths["two-channels"], viewport={"width": size[0], "height": size[1]})
    open_animation(page, "PNG frames (ZIP)")
    for contents in ("the stage", "with title and equation"):
        choose(page, "Contents", contents)
        for frame in frames_of(save(page, tmp_path)):
            assert [side % 2 for side in frame.shape[:2]] == [0, 0]


def test_gradients_and_other_views_are_recorded_too(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path
) -> None:
    for preset, query, name in (
        ("two-channels", "direction=weight", r"conv2d-2-1-to-weight-window-0-0-0"),
        ("three-filters", "view=matrix", r"conv2d-2-3-window-0-0-0-matrix"),
        ("two-channels", "view=matrix&direction=input", r"conv2d-2-1-to-input-window-0-0-0-matrix"),
    ):
        page = open_page(f"{scene_paths[preset]}?{query}")
        open_animation(page, "PNG frames (ZIP)")
        saved = save(page, tmp_path)
        assert re.fullmatch(rf"convscope-{name}-\d+x\d+\.zip", saved.name)
        frames = frames_of(saved)
        assert saved.stem.endswith(f"-{frames[0].shape[1]}x{frames[0].shape[0]}")
        assert len(frames) > 1
        assert difference(frames[0], frames[-1]) > 0
