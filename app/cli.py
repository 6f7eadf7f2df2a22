"""The `convscope` command.

Torch and the web framework take seconds to import: each command imports what it uses when it runs.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal

import typer

from app.conv.errors import CodedError, Message

if TYPE_CHECKING:
    from app.scenes.scene import Scene

# StepFormat of app/services/pagination.py, which imports torch.
Format = Literal["jsonl", "json", "safetensors", "zip"]
TableFormat = Literal["csv", "md"]

# Standard input or output.
_STANDARD = Path("-")

main = typer.Typer(help="See what a convolution layer does, number by number.", no_args_is_help=True)
store = typer.Typer(help="Look after what the store of CONVSCOPE_STORE holds.", no_args_is_help=True)
main.add_typer(store, name="store")


@contextmanager
def _one_clear_line(code_option: str = "--layer") -> Iterator[None]:
    """Tell what is wrong with what was given, and exit with 1."""
    try:
        yield
    except CodedError as error:
        _fail(_place(error, code_option) + _sentence(error.message))
    except OSError as error:
        _fail(f"{error.filename or 'output'}: {error.strerror}")
    except ValueError as error:
        _fail(str(error))


def _sentence(message: Message) -> str:
    from app.i18n.messages import render

    return render(message)


def _place(error: CodedError, option: str) -> str:
    from app.torch_code.parser import ParseError

    return f"{option}, line {error.line}, column {error.column}: " if isinstance(error, ParseError) else ""


def _fail(message: str) -> None:
    typer.echo(f"convscope: {' '.join(message.split())}", err=True)
    raise typer.Exit(1)


@main.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (CONVSCOPE_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (CONVSCOPE_PORT).")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve (CONVSCOPE_WORKERS).")] = None,
    end_with_input: Annotated[
        bool,
        typer.Option("--end-with-input", help="Stop when standard input ends, as it does with its writer."),
    ] = False,
) -> None:
    """Serve the pages and the API."""
    if end_with_input:
        Thread(target=_stop_with_input, daemon=True).start()
    from app.main import create_app
    from app.settings import Settings
    from app.web.pages.assets import check_bundle
    from app.web.server.workers import server_for

    options = {"host": host, "port": port, "workers": workers}
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    with _one_clear_line():
        check_bundle()
        run = server_for(create_app, Settings.read(**given), given)
    run()


def _stop_with_input() -> None:
    """The process that started this one holds the other end of the pipe; however it ends, the pipe does."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


@main.command("settings")
def show_settings() -> None:
    """Print the settings that hold, as a file that CONVSCOPE_SETTINGS may name."""
    from app.settings import Settings

    with _one_clear_line():
        settings = Settings.read()
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        text = ",".join(value) if isinstance(value, list) else str(value)
        typer.echo(f"# {field.description}\nCONVSCOPE_{name.upper()}={text}")


@main.command()
def trace(
    scene: Annotated[
        Path | None,
        typer.Argument(
            help="A scene: JSON as POST /trace takes it, or a saved scene file; -: standard input."
        ),
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="A layer instead: its PyTorch code, 'nn.Conv2d(3, 16, 3, padding=1)'.")
    ] = None,
    layer_index: Annotated[
        int | None, typer.Option(min=0, help="Of several layers in the code: which, from 0.")
    ] = None,
    input: Annotated[
        Path | None, typer.Option(help="PNG, JPEG, WebP, .npy, .npz or .safetensors; -: standard input.")
    ] = None,
    weight: Annotated[
        Path | None,
        typer.Option(help=".npy, .npz or .safetensors; a layer with a bias takes it from there too."),
    ] = None,
    bias: Annotated[Path | None, typer.Option(help=".npy, .npz or .safetensors.")] = None,
    input_key: Annotated[str | None, typer.Option(help="Which tensor of the file.")] = None,
    weight_key: Annotated[str | None, typer.Option(help="Which tensor of the file.")] = None,
    bias_key: Annotated[str | None, typer.Option(help="Which tensor of the file.")] = None,
    upstream: Annotated[
        Path | None, typer.Option(help="With --backward: .npy, .npz or .safetensors; ones by default.")
    ] = None,
    upstream_key: Annotated[str | None, typer.Option(help="Which tensor of the file.")] = None,
    input_index: Annotated[
        int | None, typer.Option(min=0, help="Which sample of an input (N, C, H, W) or (N, C, L).")
    ] = None,
    size: Annotated[
        tuple[int, int] | None, typer.Option(help="H W: scales the picture; with --layer, of a random input.")
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(min=1, help="With --layer: of a random input of one dimension, 16 by default."),
    ] = None,
    dtype: Annotated[
        Literal["float32", "float64", "int32"] | None,
        typer.Option(help="With --layer: the type of all numbers, float32 by default."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="With --layer: of the numbers that no file gives, 0 by default.")
    ] = None,
    out_channel: Annotated[int | None, typer.Option(min=0, help="One output channel, not all.")] = None,
    backward: Annotated[
        bool,
        typer.Option("--backward", help="The steps of the gradients to input, weight and bias instead."),
    ] = False,
    form: Annotated[
        Format, typer.Option("--format", help="One step a line; all in one; columns, zip as .npz.")
    ] = "jsonl",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="A file, written whole or not at all; -: standard output."),
    ] = None,
) -> None:
    """Write every step of a layer: products, channel sums, running sums and outputs."""
    if (scene is None) == (layer is None):
        raise typer.BadParameter("give a scene or --layer, and not both")
    _check_options(
        ("--layer-index", layer_index, "--layer", layer),
        ("--dtype", dtype, "--layer", layer),
        ("--seed", seed, "--layer", layer),
        ("--length", length, "--layer", layer),
        ("--size", size, "--input or --layer", input or layer),
        ("--input-key", input_key, "--input", input),
        ("--input-index", input_index, "--input", input),
        ("--weight-key", weight_key, "--weight", weight),
        ("--bias-key", bias_key, "--bias", bias),
        ("--upstream", upstream, "--backward", backward or None),
        ("--upstream-key", upstream_key, "--upstream", upstream),
    )
    if size is not None and length is not None:
        raise typer.BadParameter("--size is of two dimensions, --length of one: give one of them")
    if backward and out_channel is not None:
        raise typer.BadParameter("--out-channel chooses steps of the output, --backward writes gradients")
    if [scene, input, weight, bias, upstream].count(_STANDARD) > 1:
        raise typer.BadParameter("standard input can be read once")
    from app.conv.torch_setup import prepare
    from app.formats.file_types import TensorFile
    from app.services.layer_scene import check_has_layer, scene_of_layer
    from app.services.scene_builder import scene_from_bytes
    from app.settings import Settings

    # As other filters do when what reads from them ends.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    paths = {
        "input": (input, input_key),
        "weight": (weight, weight_key),
        "bias": (bias, bias_key),
        "upstream": (upstream, upstream_key),
    }
    prepare()
    with _one_clear_line():
        files = {
            name: TensorFile(_read(path), key) for name, (path, key) in paths.items() if path is not None
        }
        if "input" in files:
            files["input"] = replace(files["input"], size=size, index=input_index)
        if layer is not None:
            lengths = (length,) if length is not None else size
            built = scene_of_layer(layer, files, lengths, seed, dtype or "float32", Settings(), layer_index)
        else:
            assert scene is not None
            content = _read(scene)
            check_has_layer(content)
            built = scene_from_bytes(content, files, Settings())
        for note in built.notes:
            typer.echo(f"convscope: note: {_sentence(note)}", err=True)
        path = None if output == _STANDARD else output
        _write(built.scene, out_channel, form, path, backward=backward)


def _check_options(*rules: tuple[str, object, str, object]) -> None:
    """Refuse an option that says nothing without another. Rules are: option, value, other option, value."""
    for option, value, other, present in rules:
        if value is not None and present is None:
            raise typer.BadParameter(f"{option} needs {other}")


def _read(path: Path) -> bytes:
    return sys.stdin.buffer.read() if path == _STANDARD else path.read_bytes()


def _write(scene: Scene, out_channel: int | None, form: Format, path: Path | None, *, backward: bool) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from app.services.gradients.backward_writer import backward_steps, write_backward
    from app.services.pagination import ALL, Channel
    from app.services.trace import requested_channels
    from app.services.trace_writer import write_trace

    windows = len(requested_channels(scene.plan, out_channel)) * scene.plan.windows
    steps = backward_steps(scene) if backward else windows
    console = Console(stderr=True)
    # A bar among the steps themselves would help nobody.
    quiet = not console.is_terminal or (path is None and sys.stdout.isatty())
    with _target(path) as out, Progress(console=console, transient=True, disable=quiet) as bar:
        task = bar.add_task("windows", total=steps)
        channel: Channel = ALL if out_channel is None else out_channel
        if backward:
            write_backward(scene, form, out, partial(bar.advance, task))
        else:
            write_trace(scene, channel, form, out, partial(bar.advance, task))


@contextmanager
def _target(path: Path | None) -> Iterator[BinaryIO]:
    """What to write to. Raises OSError, which names the path that was given."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    # A device or a pipe takes its bytes as they come, and a folder cannot be opened.
    in_place = path.exists() and not path.is_file()
    unfinished = path if in_place else path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            yield file
        if not in_place:
            unfinished.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        if not in_place:
            with suppress(OSError):
                unfinished.unlink()


def _print_shapes(code: str, shape: str, form: TableFormat) -> None:
    from app.conv.torch_setup import prepare
    from app.networks.layer_table import layer_table
    from app.services.networks.shapes import WRITERS
    from app.settings import Settings

    parts = shape.split(",")
    sizes = [int(each) for each in parts if re.fullmatch(r"\s*[1-9][0-9]{0,8}\s*", each)]
    if len(sizes) != len(parts) or len(sizes) > 3:
        raise typer.BadParameter(f"{shape!r} is no shape such as 3,32,32")
    prepare()
    with _one_clear_line("--code"):
        rows = layer_table(code, sizes, Settings().max_network_nodes)
    typer.echo(WRITERS[form](rows), nl=False)


@main.command()
def network(
    model: Annotated[Path | None, typer.Argument(help="An .onnx file; -: standard input.")] = None,
    input: Annotated[
        Path | None,
        typer.Option(help="PNG, JPEG, WebP, .npy, .npz, .safetensors or a JSON tensor; -: standard input."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A file of every edge instead: .safetensors.")
    ] = None,
    prepare: Annotated[
        str | None,
        typer.Option(help="What is done to a picture, as JSON: size, fit, order, white, mean, std."),
    ] = None,
    code: Annotated[
        str | None, typer.Option(help="nn.Sequential(…) in place of a model; with --shape nothing is run.")
    ] = None,
    shape: Annotated[str | None, typer.Option(help="Of one input of the code: 3,32,32.")] = None,
    form: Annotated[TableFormat, typer.Option("--format", help="Of the table of shapes.")] = "md",
) -> None:
    """Run a network: a table of its nodes, or every edge's tensor in a file. Or tell the shapes of code."""
    if (code is None) != (shape is None) or (code is None) == (model is None) or (model and not input):
        raise typer.BadParameter("give a model and --input, or --code and --shape")
    if code is not None and shape is not None:
        _print_shapes(code, shape, form)
        return
    assert model is not None
    assert input is not None
    if model == input == _STANDARD:
        raise typer.BadParameter("standard input can be read once")
    from app.conv.torch_setup import prepare as prepare_torch
    from app.services.networks.file import network_table, preparation_lines, run_file, write_edges
    from app.settings import Settings

    prepare_torch()
    with _one_clear_line():
        network = run_file(
            _read(model), _read(input), Settings(), None if prepare is None else prepare.encode()
        )
        if output is None:
            for line in (*preparation_lines(network), network_table(network)):
                typer.echo(line)
        else:
            with _target(None if output == _STANDARD else output) as out:
                write_edges(network, out)


@store.command("check")
def check_stored() -> None:
    """Read every scene and blob; tell which are damaged, and exit with 1 if any are."""
    from app.conv.torch_setup import prepare
    from app.settings import Settings
    from app.store.check_store import check_store
    from app.store.open_store import open_byte_store

    prepare()
    with _one_clear_line():
        settings = Settings.read()
        checked = check_store(open_byte_store(settings, makes_folder=False), settings)
        for damage in checked.damages:
            typer.echo(_sentence(damage))
        counts = checked._asdict() | {"damages": len(checked.damages)}
        typer.echo(_sentence(Message("store_checked", **counts)))
    if checked.damages:
        _fail(_sentence(Message("store_mended")))


@store.command("collect")
def collect_blobs(
    older_than: Annotated[str, typer.Option(help="Blobs written or used later are left: 12h, 7d, …")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be freed.")] = False,
) -> None:
    """Free the blobs that no scene needs; servers may go on meanwhile."""
    from app.settings import Settings
    from app.store.garbage_collection import collect, parse_age
    from app.store.open_store import open_byte_store

    with _one_clear_line():
        age = parse_age(older_than)
        byte_store = open_byte_store(Settings.read(), makes_folder=False)
        collected = collect(byte_store, age, dry_run=dry_run)
    typer.echo(
        _sentence(Message("store_would_collect" if dry_run else "store_collected", **collected._asdict()))
    )
