"""A real S3 server for tests, and a client of it that is not ours."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from tests.support.server_process import ServerProcess, free_port


def start_s3(folder: Path, port: int = 0) -> ServerProcess:
    """It answers when /moto-api/ does, and forgets everything when it ends."""
    port = port or free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    return ServerProcess(command, port, {}, folder / "moto.log")


def credentials(server: ServerProcess) -> dict[str, str]:
    """What our servers find it by, as environment variables."""
    return {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ENDPOINT_URL": server.url,
    }


@contextmanager
def administrator(server: ServerProcess) -> Iterator[Any]:
    client = boto3.client(
        "s3",
        endpoint_url=server.url,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    try:
        yield client
    finally:
        client.close()
