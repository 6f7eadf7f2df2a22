"""The trained networks that come along, as the page where a network is opened shows them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from app.formats.png import write_png
from app.i18n.plurals import fill_in
from app.services.networks.trained_examples import Sample, TrainedExample, describe_example, trained_examples


@dataclass(frozen=True)
class SampleLink:
    """A held-out input, and the page of the network on it. picture: a data URL; said: where it is wrong."""

    url: str
    picture: str
    label: str
    said: str | None


@dataclass(frozen=True)
class NetworkExample:
    """One trained network. facts: how large it is, how often it is right, how it was made."""

    title: str
    facts: str
    samples: Sequence[SampleLink]


def network_examples(texts: Mapping[str, str], language: str, query: str) -> list[NetworkExample]:
    return [_example(example, texts, language, query) for example in trained_examples()]


def example_title(network: str, language: str) -> str | None:
    """The title of the example that a network is, with the input that it was run on."""
    for example in trained_examples():
        for sample in example.samples:
            if sample.network.id == network:
                described = describe_example(example, language)
                return f"{described['title']}: {described['classes'][sample.label]}"
    return None


def _example(example: TrainedExample, texts: Mapping[str, str], language: str, query: str) -> NetworkExample:
    described = describe_example(example, language)
    facts = {
        "parameters": f"{described['parameters']:,}",
        "accuracy": f"{100 * described['accuracy']:.1f}",
        "heldOut": described["held_out"],
        "script": described["script"],
        "seed": described["seed"],
    }
    classes = described["classes"]
    links = [_sample_link(sample, classes, texts, language, query) for sample in example.samples]
    return NetworkExample(described["title"], fill_in(texts["open.exampleFacts"], language, facts), links)


def _sample_link(
    sample: Sample, classes: Sequence[str], texts: Mapping[str, str], language: str, query: str
) -> SampleLink:
    network = sample.network
    is_right = sample.predicted == sample.label
    wrong = fill_in(texts["open.exampleSays"], language, {"answer": classes[sample.predicted]})
    picture = _picture(network.tensors[network.inputs[0].name][0])
    return SampleLink(f"/n/{network.id}{query}", picture, classes[sample.label], None if is_right else wrong)


def _picture(planes: Tensor) -> str:
    """planes: (C, H, W), 0…1, grey or red, green and blue."""
    pixels = (planes * 255).round().byte().permute(1, 2, 0)
    picture = write_png(pixels if planes.shape[0] == 3 else pixels[..., 0])
    return f"data:image/png;base64,{b64encode(picture).decode()}"
