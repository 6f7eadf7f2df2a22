"""Whether what a lesson says is so: `python -m app.lessons`, which `make check` calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.lessons.lesson_files import Lesson, Step, StepTexts
from app.lessons.markup import Span, spans_of
from app.lessons.references import check_reference, parse_reference, value_of
from app.lessons.still_pictures import draw_step


def check_lesson(lesson: Lesson) -> None:
    """
    Raise ValueError where a text names what is not on the stage, or says another number than the scene has,
    where a language names other things than the first, and where no picture can be drawn.
    """
    for step in lesson.steps:
        target = step.task.target if step.task else None
        for named in (step.description.highlight, target):
            if named is not None:
                check_reference(parse_reference(named), step.scene)
        draw_step(step, "light", "en")
        references = {}
        for language, texts in lesson.texts.items():
            place = f"{lesson.name}/{language}.toml, step {step.name}"
            spans = [span for span in step_spans(texts.steps[step.name]) if span.reference]
            for span in spans:
                _check_number(place, span, step)
            references[language] = sorted(str(span.reference) for span in spans)
        first, *others = references
        for language in others:
            if references[language] != references[first]:
                raise ValueError(
                    f"{lesson.name}, step {step.name}: {first} names {', '.join(references[first])}, "
                    f"{language} {', '.join(references[language])}"
                )


def step_spans(texts: StepTexts) -> Iterator[Span]:
    """All that a step says."""
    for text in filter(None, (texts.text, texts.task, texts.done, texts.hint)):
        yield from spans_of(text)
    for choice in texts.choices.values():
        yield from spans_of(choice.text)
        yield from spans_of(choice.reply)


def _check_number(place: str, span: Span, step: Step) -> None:
    assert span.reference is not None
    check_reference(span.reference, step.scene)
    if re.fullmatch(r"[−-]?\d+(\.\d+)?", span.text):
        written, value = float(span.text.replace("−", "-")), value_of(span.reference, step.scene, step.cell)
        if value is None or abs(value - written) > 1e-6:
            raise ValueError(f"{place}: {span.reference} is {value}, and the text says {span.text}")
