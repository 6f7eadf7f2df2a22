"""A client of the REST API: scenes, steps as arrays, tensors, streams. It waits when it is told to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal

import httpx2
import numpy as np
import numpy.typing as npt

from convscope.arrays import Array, from_npy, from_npz, to_file
from convscope.errors import ConvscopeError, NoServerError
from convscope.network import Network

TensorName = Literal[
    "input", "weight", "bias", "upstream", "output", "channel_sums", "grad_input", "grad_weight", "grad_bias"
]
_API: Final = "/api/v1"
# A server that is busy, and a client that asks too often: both say when to ask again.
_RETRIED: Final = (429, 503)
_DTYPES: Final = ("float32", "float64", "int32")


class Client:
    """
    Asks a server. A context manager, or `close()` it. Where no Convscope answers, whatever asks it raises
    NoServerError.

    token: what a server with CONVSCOPE_TOKEN asks for. timeout: seconds without a byte. retries: how often a
    request is sent again that is answered by 429 or 503; it waits as long as Retry-After says, at most
    `max_wait` seconds each time.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        timeout: float = 60.0,
        retries: int = 4,
        max_wait: float = 30.0,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise NoServerError(url, "an address begins with http:// or https://")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=timeout, transport=transport)
        self._retries, self._max_wait, self._sleep = retries, max_wait, sleep

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def create_scene(
        self,
        operation: Mapping[str, Any],
        *,
        input: npt.ArrayLike | bytes,
        weight: npt.ArrayLike | None = None,
        bias: npt.ArrayLike | None = None,
        upstream: npt.ArrayLike | None = None,
        dtype: str | None = None,
    ) -> Scene:
        """
        Store a layer with its numbers. Raises ConvscopeError.

        operation: `{"kind": "conv2d", "stride": 2}`, with PyTorch's names. input (C_in, H, W), weight (C_out,
        C_in/groups, kH, kW), of conv_transpose2d (C_in, C_out/groups, kH, kW), bias (C_out,), upstream
        (C_out, H_out, W_out); of layers of one dimension without a height. An input may be the bytes of a
        picture too, PNG, JPEG or WebP. dtype: that of the input if it is float32, float64 or int32; int32 for
        an input of int64 whose layer has whole numbers alone; else float32.
        """
        given = {"input": input, "weight": weight, "bias": bias, "upstream": upstream}
        if dtype is None:
            # A mean of whole numbers is seldom one.
            averages = str(operation.get("kind")).startswith("avg_pool")
            dtype = _dtype_of(input, [] if averages else [weight, bias, upstream])
        files = {name: (name, to_file(value)) for name, value in given.items() if value is not None}
        described = {"scene": json.dumps({"operation": dict(operation), "dtype": dtype})}
        return Scene(self, self._request("POST", f"{_API}/scenes", data=described, files=files).json())

    def create_scene_from_json(self, body: Mapping[str, Any]) -> Scene:
        """Store a scene from a body as the API has it: `random`, `ramp` and all. Raises ConvscopeError."""
        return Scene(self, self._request("POST", f"{_API}/scenes", json=dict(body)).json())

    def scene(self, id: str) -> Scene:
        """The scene of this id. Raises ConvscopeError if there is none."""
        return Scene(self, self._request("GET", f"{_API}/scenes/{id}").json())

    def scene_at(self, path: str) -> Scene:
        """The scene whose summary is at this address of the API. Raises ConvscopeError if there is none."""
        return Scene(self, self.get(path).json())

    def create_network(
        self,
        model: bytes | str,
        *,
        input: npt.ArrayLike | bytes,
        weights: bytes | None = None,
        seed: int | None = None,
        prepare: Mapping[str, Any] | None = None,
    ) -> Network:
        """
        Run a network on an input and keep all of its values. Raises ConvscopeError.

        model: an ONNX file, or the code of an nn.Sequential; with code, weights (its state_dict as a
        safetensors file) or a seed. input: an array with or without its batch axis, or the bytes of a file: a
        picture, .npy, .npz or .safetensors. prepare: what is done to a picture: fit, order, white, mean, std.
        """
        files = {"model" if isinstance(model, bytes) else "code": model, "input": to_file(input)}
        optional = {"weights": weights, "seed": None if seed is None else str(seed)}
        files |= {name: value for name, value in optional.items() if value is not None}
        if prepare is not None:
            files["prepare"] = json.dumps(dict(prepare))
        form = {name: (name, value) for name, value in files.items()}
        return Network(self, self._request("POST", f"{_API}/networks", files=form).json())

    def network(self, id: str) -> Network:
        """The network of this id. Raises ConvscopeError if there is none."""
        return Network(self, self.get(f"{_API}/networks/{id}").json())

    def example_networks(self) -> list[dict[str, Any]]:
        """The trained networks that come with the program, on inputs that they were not trained on."""
        return list(self.get(f"{_API}/networks").json()["examples"])

    def presets(self) -> list[dict[str, Any]]:
        """The examples that come with the program: `name`, `id`, `title` and more of each."""
        return list(self._request("GET", f"{_API}/presets").json())

    def parse(self, code: str) -> dict[str, Any]:
        """The layer that a line of PyTorch code describes. Raises ConvscopeError."""
        return dict(self._request("POST", f"{_API}/parse", json={"code": code}).json())

    def trace(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Everything about a layer at once; nothing is stored. Raises ConvscopeError."""
        return dict(self._request("POST", f"{_API}/trace", json=dict(body)).json())

    def gradients(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Output, loss and all gradients of a layer; nothing is stored. Raises ConvscopeError."""
        return dict(self._request("POST", f"{_API}/gradients", json=dict(body)).json())

    def get(self, path: str, query: Mapping[str, str] | None = None) -> httpx2.Response:
        """What the server answers at a path. Raises ConvscopeError where it refuses."""
        return self._request("GET", path, params=query)

    def _request(self, method: str, path: str, **content: Any) -> httpx2.Response:
        with self._stream(method, path, **content) as response:
            response.read()
            return response

    @contextmanager
    def _stream(self, method: str, path: str, **content: Any) -> Iterator[httpx2.Response]:
        """The response before its body is read. Raises NoServerError and ConvscopeError."""
        try:
            with self._stream_when_ready(method, path, **content) as response:
                if _is_foreign(response):
                    raise NoServerError(str(self._http.base_url), "what is there is another web page")
                _raise_for_problem(response)
                yield response
        except httpx2.TransportError as error:
            raise NoServerError(str(self._http.base_url), str(error) or type(error).__name__) from error

    @contextmanager
    def _stream_when_ready(self, method: str, path: str, **content: Any) -> Iterator[httpx2.Response]:
        """Asks again as long as the server says so."""
        for attempt in range(self._retries + 1):
            with self._http.stream(method, path, **content) as response:
                if response.status_code not in _RETRIED or attempt == self._retries:
                    yield response
                    return
                wait = min(float(response.headers.get("Retry-After", 1)), self._max_wait)
            self._sleep(wait)


class Scene:
    """A stored layer: what the server says of it, and its numbers on demand. Scenes never change."""

    def __init__(self, client: Client, summary: dict[str, Any]) -> None:
        self._client = client
        self.summary = summary

    def __repr__(self) -> str:
        sizes = f"{self.shapes['input']} -> {self.shapes['output']}"
        return f"Scene({self.operation['kind']!r}, {sizes}, id={self.id!r})"

    @property
    def id(self) -> str:
        return str(self.summary["id"])

    @property
    def operation(self) -> dict[str, Any]:
        """Every field, normalised."""
        return dict(self.summary["operation"])

    @property
    def dtype(self) -> str:
        return str(self.summary["dtype"])

    @property
    def shapes(self) -> dict[str, tuple[int, ...] | None]:
        """Of input, weight, bias and output; None for what there is not."""
        return {name: shape and tuple(shape) for name, shape in self.summary["shapes"].items()}

    @property
    def notes(self) -> list[str]:
        """What the server decided: a batch axis dropped, a bias left out."""
        return [note["message"] for note in self.summary["notes"]]

    @property
    def url(self) -> str:
        """The address of its page."""
        return str(self._client._http.base_url.join(self.summary["links"]["page"]))

    def tensor(self, name: TensorName, *, channel: int | None = None) -> Array:
        """A tensor, or one of its channels. Raises ConvscopeError where the scene has none of this name."""
        query = {"format": "npy"} | ({} if channel is None else {"channel": str(channel)})
        return from_npy(self._get(f"/tensors/{name}", query).content)

    @property
    def output(self) -> Array:
        """(C_out, H_out, W_out)."""
        return self.tensor("output")

    def steps(
        self,
        out_channel: int = 0,
        *,
        start: int = 0,
        stop: int | None = None,
        include: str = "patches,products",
    ) -> dict[str, Array]:
        """
        Steps start … stop-1 (None: to the last) of an output channel as columns, a row for each step in
        raster order: `patches`, `products` (n, C, kH, kW), `channel_sums`, `running_sums` (n, C), `outputs`
        (n,), `input_rows` (n, kH) and `input_cols` (n, kW), -1 for none; of a maximum `selected` (n, 2).
        Fetched page by page. Raises ConvscopeError.
        """
        query = {"out_channel": str(out_channel), "start": str(start), "include": include, "format": "zip"}
        if stop is not None:
            query["stop"] = str(stop)
        pages = [from_npz(response.content) for response in self._pages("/steps", query)]
        return {name: np.concatenate([page[name] for page in pages]) for name in pages[0]}

    def stream_steps(self, out_channel: int | Literal["all"] = "all") -> Iterator[dict[str, Any]]:
        """Each step as the API's JSON, as it arrives; of all output channels one after the other."""
        query = {"out_channel": str(out_channel), "format": "jsonl"}
        path = f"{_API}/scenes/{self.id}/steps"
        with self._client._stream("GET", path, params=query) as response:
            for line in response.iter_lines():
                yield json.loads(line)

    def taps(self) -> dict[str, Any]:
        """Which input row and column each output row and column reads, -1 for none."""
        return dict(self._get("/taps").json())

    def edit(self, **changes: Any) -> Scene:
        """
        A scene made from this one: `cells=[{"tensor": "weight", "index": [0, 0, 1, 1], "value": 2}]`,
        `operation={"stride": 2}`, `dtype="int32"`, other tensors. This one stays. Raises ConvscopeError.
        """
        answer = self._client._request("POST", f"{_API}/scenes/{self.id}/edits", json=changes)
        return Scene(self._client, answer.json())

    def code(self, *, backward: bool = False) -> str:
        """The layer as a PyTorch script."""
        query = {"format": "py", "backward": str(backward).lower()}
        return self._get("/code", query).text

    def figure(self, format: Literal["svg", "tex"] = "svg", **query: str | int) -> str:
        """
        A window as a picture, or, with `direction` "input", "weight" or "bias", a gradient. query:
        `out_channel`, `in_channel`, `row`, `col`, `parts`, `theme`, `lang`, `width`. Raises ConvscopeError.
        """
        return self._get(f"/figure.{format}", {name: str(value) for name, value in query.items()}).text

    def file(self) -> bytes:
        """The scene file, which `safetensors.numpy.load` reads."""
        return self._get("/file").content

    def _get(self, path: str, query: Mapping[str, str] | None = None) -> httpx2.Response:
        return self._client._request("GET", f"{_API}/scenes/{self.id}{path}", params=query)

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[httpx2.Response]:
        response = self._get(path, query)
        yield response
        while following := response.links.get("next"):
            response = self._client._request("GET", str(response.url.join(following["url"])))
            yield response


def _dtype_of(input: npt.ArrayLike | bytes, others: Sequence[npt.ArrayLike | None]) -> str:
    """others: tensors that make numbers of an int64 input whole if they are; without any they are not."""
    own = "" if isinstance(input, bytes) else np.asarray(input).dtype.name
    if own in _DTYPES:
        return own
    if own != "int64" or not hasattr(input, "dtype") or not others:
        return "float32"
    given = [np.asarray(each) for each in (input, *others) if each is not None]
    limits = np.iinfo(np.int32)
    whole = all(
        each.dtype.kind in "iu" and limits.min <= each.min() and each.max() <= limits.max
        for each in given
        if each.size
    )
    return "int32" if whole else "float32"


def _is_foreign(response: httpx2.Response) -> bool:
    """Whether a page answers for the API; what stands before a server that is down sends one too."""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return is_page and _API in response.url.path and not response.is_server_error


def _raise_for_problem(response: httpx2.Response) -> None:
    if response.is_success:
        return
    response.read()
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    raise ConvscopeError(response.status_code, problem if isinstance(problem, dict) else {})
