"""
What a saved notebook shows of a widget: one window as a picture, and its sums to step through, as HTML that
needs no script, no style sheet and nothing from outside. Notebooks that are not trusted show it too.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import chain
from math import nan
from typing import Any, Final
from urllib.parse import quote

from convscope.cells import FORWARD, Cell, Traversal, figure_query, is_drawn
from convscope.client import Scene
from convscope.gradient_ledger import gradient_rows
from convscope.ledger import fetch_step, rows_of
from convscope.network import Network
from convscope.printed_cell import MAX_DECIMALS, cell_text
from convscope.printed_ledger import MINUS, decimals_for, print_ledger

# Bytes of a picture, and what the picture leaves out until it has no more.
_MOST_BYTES: Final = 100_000
_PARTS: Final = (
    "input,kernel,products,sums,output", "kernel,products,sums,output", "products,sums,output", "sums,output",
)  # fmt: skip
# Channels, and products of a channel, that are written out.
_MOST_CHANNELS: Final = 40
_MOST_TERMS: Final = 49
# What may stand in the URL of a picture as it is, and that in an attribute.
_PLAIN: Final = "".join(sorted({*string.punctuation, " "} - {*'%#"&'}))
_VALUE: Final = re.compile(r' data-value="[^"]*"')
_TITLE: Final = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def still_picture(scene: Scene, cell: Cell, key: str, languages: str, traversal: Traversal = FORWARD) -> str:
    """
    The window that makes an output cell, or the step that makes a gradient, at most 150 kB. key: names the
    widget. languages: as Accept-Language has them. Raises ConvscopeError.
    """
    if traversal.direction == "forward":
        heading, lines = "", list(_lines(scene.operation["kind"], fetch_step(scene, cell)))
    else:
        heading, lines = _gradient_lines(scene, traversal, cell)
    if is_drawn(traversal):
        picture = _picture(scene, figure_query(traversal, cell), languages)
        alt = escape(found[1]) if (found := _TITLE.search(picture)) else ""
        source = f"data:image/svg+xml,{quote(picture, safe=_PLAIN)}"
        top = f'<img alt="{alt}" src="{source}" style="max-width: 100%">'
    else:
        top = f"<p>{escape(heading)}</p>"
    sums = "".join(_details(key, *line) for line in lines)
    return f'<figure data-convscope-still="{escape(key)}" style="margin: 0">{top}{sums}</figure>'


def _gradient_lines(scene: Scene, traversal: Traversal, cell: Cell) -> tuple[str, list[tuple[str, str]]]:
    """What the step makes, and a line for each of its terms."""
    rows = gradient_rows(scene, traversal, cell)
    at = ", ".join(map(str, cell))
    if traversal.direction == "bias":
        text = cell_text(rows[0]["gradient"], decimals_for([rows[0]["gradient"]], 4, MAX_DECIMALS), 12)
        return f"db[{cell[0]}] = {text}", [(f"Σ dY[{cell[0]}] = {text}", f"db[{cell[0]}] = {text}")]
    products = [list(_flat(row["products"])) for row in rows]
    if traversal.scatters:
        decimals = decimals_for(chain.from_iterable(products), 4, MAX_DECIMALS)
        shown = [", ".join(cell_text(each, decimals, 12) for each in own[:_MOST_TERMS]) for own in products]
        names = [f"dY[{', '.join(map(str, (row['channel'], *cell[1:])))}]" for row in rows[:-1]] + ["Σ"]
        return f"dX[{cell[0]}]", list(zip(names, shown, strict=True))
    sums = [row["channel_sum" if traversal.direction == "input" else "row_sum"] for row in rows]
    running = [row["running_sum"] for row in rows]
    printed = print_ledger(chain.from_iterable(products), sums, running, 0, running[-1])
    letter = "dX" if traversal.direction == "input" else "dK"
    lines = []
    for index, (row, own, total) in enumerate(zip(rows, printed.sums, printed.running, strict=True)):
        first, *others = printed.products(index, products[index])
        terms = [first, *map(_bracketed, others)]
        shown_terms = terms[:_MOST_TERMS] + (["…"] if len(terms) > _MOST_TERMS else [])
        name = f"dY[{row['channel']}]" if traversal.direction == "input" else f"dY[{cell[0]}, {row['row']}]"
        lines.append((f"{name}: {own} → Σ = {total}", f"{_sum(shown_terms, own)} {own}"))
    if len(lines) > _MOST_CHANNELS:
        hidden = len(lines) - _MOST_CHANNELS
        lines[_MOST_CHANNELS:] = [(f"… → {letter} = {printed.output}", f"{hidden} …")]
    return f"{letter}[{at}] = {printed.output}", lines


def _picture(scene: Scene, figure: Mapping[str, str | int], languages: str) -> str:
    """With as many parts as there is room for, without what only programs read."""
    picture = ""
    for parts in _PARTS:
        query = {name: str(value) for name, value in figure.items()} | {"parts": parts}
        headers = {"Accept-Language": languages}
        answer = scene._client._request(
            "GET", f"/api/v1/scenes/{scene.id}/figure.svg", params=query, headers=headers
        )
        picture = _VALUE.sub("", answer.text).replace("\n", "")
        if len(quote(picture, safe=_PLAIN)) <= _MOST_BYTES:
            break
    return picture


def network_picture(network: Network) -> str:
    """
    A network's figure as an image of at most 100 kB: of a larger one without the channels, or the counts, or
    nothing. Raises ConvscopeError.
    """
    for parts in ("pictures,shapes,counts", "shapes,counts", "shapes"):
        picture = _VALUE.sub("", network.figure("svg", parts=parts)).replace("\n", "")
        encoded = quote(picture, safe=_PLAIN)
        if len(encoded) <= _MOST_BYTES:
            alt = escape(found[1]) if (found := _TITLE.search(picture)) else ""
            return f'<img alt="{alt}" src="data:image/svg+xml,{encoded}" style="max-width: 100%">'
    return ""


def _details(key: str, summary: str, text: str) -> str:
    """One of a name is open at a time."""
    line = f'<details name="{escape(key)}"><summary>{escape(summary)}</summary>'
    return f"{line}<p>{escape(text)}</p></details>"


def _lines(kind: str, step: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """In signs alone, which need no language."""
    rows = rows_of(step)
    products = [list(_flat(each)) for each in step["products"]]
    printed = print_ledger(
        chain.from_iterable(products),
        _flat(step["channel_sums"]),
        list(_flat(step["running_sums"])),
        step["bias"] or 0,
        next(_flat(step["output"])),
    )
    for c, row in enumerate(rows[:_MOST_CHANNELS]):
        if row["channel"] == "bias":
            equals = _equals(*printed.running[-1:], printed.bias, printed.output)
            yield f"b = {printed.bias} → Y = {printed.output}", f"Σ + b {equals} {printed.output}"
            continue
        own, running = printed.sums[c], printed.running[c]
        if kind.startswith("max"):
            terms = [printed.number(each) for each in products[c]]
        else:
            first, *others = printed.products(c, products[c])
            terms = [first, *map(_bracketed, others)]
        shown = terms[:_MOST_TERMS] + (["…"] if len(terms) > _MOST_TERMS else [])
        joined = f"max({', '.join(shown)}) =" if kind.startswith("max") else _sum(shown, own)
        yield f"X[{row['channel']}]: {own} → Σ = {running}", f"{joined} {own}"
    if len(rows) > _MOST_CHANNELS:
        yield f"… → Y = {printed.output}", f"{len(rows) - _MOST_CHANNELS} …"


def _sum(terms: Sequence[str], total: str) -> str:
    return f"{' + '.join(terms)} {_equals(*terms, total)}"


def _equals(*numbers: str) -> str:
    """Numbers with an exponent are rounded each by itself, and need not add up as printed."""
    return "\u2248" if any("e+" in number for number in numbers) else "="


def _flat(nested: Any) -> Iterator[float]:
    """Numbers in lists; NaN where there is none."""
    if isinstance(nested, list):
        for each in nested:
            yield from _flat(each)
    else:
        yield nan if nested is None else nested


def _bracketed(text: str) -> str:
    """A negative number stands in brackets behind a sign."""
    return f"({text})" if text.startswith(MINUS) else text
