"""The pages of networks: one network, and where one is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import orjson
from fastapi import Request, Response

from app.i18n.languages import catalogue
from app.i18n.plurals import fill_in
from app.networks.network import Edge
from app.services.networks.stored import find_network
from app.services.networks.summary import summarize_network
from app.services.summary import API_PREFIX
from app.settings import STATIC
from app.store.errors import NetworkDamaged, NetworkNotFound
from app.store.network_store import StoredNetwork
from app.web.api.dependencies import services_of
from app.web.pages.html_page import error_page, html_page, language_of, language_query
from app.web.pages.network_examples import example_title, network_examples
from app.web.pages.oembed_links import discovery_links
from app.web.pages.public_url import address_headers

# What the scripts of these pages say, of the texts that all pages share.
_SHARED: Final = ("close", "edit.offline", "error.answer")

_CODE_EXAMPLE: Final = """nn.Sequential(
    nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(4096, 10),
)"""


@dataclass(frozen=True)
class NodeRow:
    """A line of the table of nodes; shares: of the whole network, 0…1."""

    name: str
    op: str
    shape: str
    parameters: int
    parameter_share: float
    multiply_adds: int
    work_share: float


@dataclass(frozen=True)
class NetworkPage:
    """The page of one network."""

    title: str
    facts: str
    inputs: Sequence[NodeRow]
    nodes: Sequence[NodeRow]
    boot: Mapping[str, object]


@cache
def network_texts(language: str) -> Mapping[str, str]:
    """Every text of the pages of networks by key."""
    entries: dict[str, str] = orjson.loads((STATIC / "locales" / f"networks.{language}.json").read_bytes())
    return entries


async def index(request: Request) -> Response:
    """Where a network is opened."""
    language = language_of(request)
    texts = network_texts(language)
    examples = network_examples(texts, language, language_query(request))
    return html_page(
        request,
        "networks.html",
        200,
        texts=texts,
        boot=_boot(language),
        examples=examples,
        code_example=_CODE_EXAMPLE,
    )


async def network_page(request: Request) -> Response:
    try:
        network = await find_network(services_of(request.app), request.path_params["id"])
    except (NetworkNotFound, NetworkDamaged):
        return error_page(request, 404)
    texts, links = network_texts(language_of(request)), discovery_links(request)
    headers = address_headers(request, "no-cache") if links else {}
    page = _page(request, network, texts)
    return html_page(request, "network.html", 200, headers=headers, page=page, texts=texts, discovery=links)


def network_title(network: StoredNetwork, language: str) -> str:
    """That of the example that it is, or how many nodes it has."""
    text = network_texts(language)["network.title"]
    return example_title(network.id, language) or fill_in(text, language, {"nodes": len(network.nodes)})


def network_boot(network: StoredNetwork, language: str) -> dict[str, Any]:
    """What a page of a network is sent with."""
    return {**_boot(language), "summary": summarize_network(network, language)}


def _page(request: Request, network: StoredNetwork, texts: Mapping[str, str]) -> NetworkPage:
    language = language_of(request)
    rows = list(_rows(network))
    totals = {
        "nodes": len(rows),
        "parameters": f"{network.parameters:,}",
        "multiplyAdds": f"{sum(row.multiply_adds for row in rows):,}",
    }
    settings = services_of(request.app).settings
    frames = {"server": settings.public_url, "ancestors": settings.frame_ancestors}
    embedding = {key: text for key, text in catalogue(language).items() if key.startswith("embed.")}
    boot = network_boot(network, language)
    boot["messages"] |= embedding
    return NetworkPage(
        network_title(network, language),
        fill_in(texts["network.facts"], language, totals),
        [
            NodeRow(edge.name, texts["network.input"], _shown(edge.shape), 0, 0, 0, 0)
            for edge in network.inputs
        ],
        rows,
        {**boot, "frames": frames},
    )


def _boot(language: str) -> dict[str, Any]:
    shared = catalogue(language)
    messages = {**network_texts(language), **{key: shared[key] for key in _SHARED}}
    return {"language": language, "api": API_PREFIX, "messages": messages}


def _input_row(edge: Edge, op: str) -> NodeRow:
    return NodeRow(edge.name, op, _shown(edge.shape), 0, 0, 0, 0)


def _rows(network: StoredNetwork) -> Iterator[NodeRow]:
    parameters = network.parameters or 1
    work = sum(node.multiply_adds for node in network.nodes) or 1
    for node in network.nodes:
        yield NodeRow(
            node.name,
            node.op,
            _shown(node.outputs[0].shape if node.outputs else None),
            node.parameters,
            node.parameters / parameters,
            node.multiply_adds,
            node.multiply_adds / work,
        )


def _shown(shape: Sequence[int] | None) -> str:
    return "?" if shape is None else " × ".join(map(str, shape))
