"""The `convscope` command."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.main import create_app
from app.server import serve as run
from app.settings import Settings

main = typer.Typer(help="See what a convolution layer does, number by number.", no_args_is_help=True)


@main.callback()
def _commands() -> None:
    """Keeps `serve` a command of its own."""


@main.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (CONVSCOPE_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (CONVSCOPE_PORT).")] = None,
) -> None:
    """Serve the pages and the API."""
    given: dict[str, Any] = {
        name: value for name, value in (("host", host), ("port", port)) if value is not None
    }
    settings = Settings(**given)
    run(create_app(settings), settings)
