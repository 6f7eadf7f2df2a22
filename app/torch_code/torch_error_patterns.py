"""A torch error that somebody pastes, perhaps with the traceback above it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from app.torch_code import torch_error_parsers as parsers
from app.torch_code.torch_error_parsers import TorchError, without_sizes

# The end of a traceback is what matters; torch's own messages are shorter.
_LONGEST: Final = 20_000
_COUNT: Final = r"([1-9]\d{0,8})"
_SHAPE: Final = r"\[([1-9]\d{0,8}(?:, ?[1-9]\d{0,8}){0,7})\]"
_WEIGHT: Final = r"\[([1-9]\d{0,8}(?:, ?[1-9]\d{0,8}){1,7})\]"
# Of any tensor, also of one without numbers.
_ANY_SHAPE: Final = r"\[(\d{1,9}(?:, ?\d{1,9}){0,7})\]"
_SIZE: Final = r"[1-9]\d{0,8}"
_PAIR: Final = r"\((-?\d{1,9}) x (-?\d{1,9})\)"

_PARSERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], TorchError]], ...]] = tuple(
    (re.compile(pattern), parse)
    for pattern, parse in (
        (
            rf"Given groups={_COUNT}, weight of size {_WEIGHT}, expected input ?{_SHAPE} "
            rf"to have {_COUNT} channels, but got {_COUNT} channels",
            parsers.read_channels,
        ),
        (
            rf"Given transposed=(?:1|True), weight of size {_WEIGHT}, expected input ?{_SHAPE} "
            rf"to have {_COUNT} channels, but got {_COUNT} channels",
            parsers.read_transposed_channels,
        ),
        (
            rf"Calculated padded input size per channel: {_PAIR}\. Kernel size: {_PAIR}",
            parsers.read_kernel_size,
        ),
        (
            rf"Calculated padded input size per channel: \({_COUNT}\)\. Kernel size: \({_COUNT}\)",
            parsers.read_kernel_length,
        ),
        (
            rf"mat1 and mat2 shapes cannot be multiplied \({_COUNT}x{_COUNT} and {_COUNT}x{_COUNT}\)",
            parsers.read_matrix_product,
        ),
        (
            rf"Expected \dD \(unbatched\) or (\d)D \(batched\) input to (\w{{1,40}}), "
            rf"but got input of size: {_ANY_SHAPE}",
            parsers.read_dimensions,
        ),
        (
            r"Expected \dD or (\d)D \(batch mode\) tensor with optional 0 dim batch size for input, "
            rf"but got: ?{_ANY_SHAPE}",
            parsers.read_pooled_dimensions,
        ),
        (
            r"expected (stride|padding|dilation|output_padding) to be a single integer value or a list of "
            r"(\d) values to match the convolution dimensions",
            parsers.read_values,
        ),
        (
            r"pool2d: (kernel_size|stride|padding|dilation) must (?:either be|be either)"
            r"(?: omitted,)? a single int, or a tuple of (two) ints",
            parsers.read_values,
        ),
        (
            r"pool1d\(\) (?:argument ')?(kernel_size|stride|padding|dilation)'? (?:must be|should contain) "
            r"(?:None, )?(?:an int, list of ints,? or tuple of ints of size|one int \(got) (\d)",
            parsers.read_single,
        ),
        (
            r"(kernel[ _]size|dilation) (?:should|must) be greater than zero",
            parsers.read_positive,
        ),
        (
            r"negative (padding|output_padding) is not supported|pad(?:ding)? must be non-negative",
            parsers.read_negative,
        ),
        (r"weight should have at least three dimensions", parsers.read_weight_axes),
        (r"Input type \(([\w.: ]{1,40})\) and (?:bias|weight) type \(([\w.: ]{1,40})\)", parsers.read_types),
        (r"mat1 and mat2 must have the same dtype, but got (\w{1,20}) and (\w{1,20})", parsers.read_types),
        (r"expected scalar type (\w{1,20}) but found (\w{1,20})", parsers.read_scalar_type),
        (
            rf"Given input size: \({_COUNT}x{_COUNT}x{_COUNT}\)\. Calculated output size",
            parsers.read_pooled_size,
        ),
        (
            rf"Given input size per channel: {_PAIR}\. Calculated output size per channel: {_PAIR}",
            parsers.read_cropped_size,
        ),
        (
            rf"pad should be at most half of (?:effective )?kernel size, but got pad={_COUNT}, "
            rf"kernel_size={_COUNT} and dilation={_COUNT}",
            parsers.read_half,
        ),
        (
            rf"Given groups={_COUNT}, expected weight to be divisible by \d{{1,9}} at dimension 0, "
            rf"but got weight of size \[?{_WEIGHT}",
            parsers.read_weight_groups,
        ),
        (r"(in_channels|out_channels) must be divisible by groups", parsers.read_undivided),
        (
            rf"Given (?:transposed=\d, )?weight of size {_WEIGHT}, expected bias to be 1-dimensional "
            rf"with {_COUNT} elements, but got bias of size {_SHAPE}",
            parsers.read_bias,
        ),
        (
            r"Padding size should be less than the corresponding input dimension, but got: "
            rf"padding \({_COUNT}, {_COUNT}\) at dimension \d of input {_SHAPE}",
            parsers.read_borrowed,
        ),
        (r"output padding must be smaller than either stride or dilation", parsers.read_output_padding),
        (
            rf"size mismatch for ([\w.]{{1,99}}): copying a param with shape torch\.Size\({_SHAPE}\) "
            rf"from checkpoint, the shape in current model is torch\.Size\({_SHAPE}\)",
            parsers.read_state,
        ),
        (
            rf"shape '\[((?:-1|{_SIZE})(?:, (?:-1|{_SIZE})){{0,7}})\]' is invalid for input of size {_COUNT}",
            parsers.read_view,
        ),
        (
            rf"Expected (\d)-dimensional input for \d-dimensional weight {_WEIGHT}, "
            rf"but got \d-dimensional input of size {_SHAPE}",
            parsers.read_input_axes,
        ),
        (
            rf"The size of tensor a \({_COUNT}\) must match the size of tensor b \({_COUNT}\) "
            r"at non-singleton dimension (\d{1,2})",
            parsers.read_sum,
        ),
        (
            r"Sizes of tensors must match except in dimension (\d{1,2})\. "
            rf"Expected size {_COUNT} but got size {_COUNT} for tensor number (\d{{1,9}}) in the list",
            parsers.read_join,
        ),
        (r"non-positive stride is not supported", parsers.read_stride),
        (r"stride (?:should not be zero|(?:should|must) be greater than zero)", parsers.read_stride),
        (r"Trying to create tensor with negative dimension -\d{1,9}", parsers.read_negative_size),
        (
            rf"Expected more than 1 value per channel when training, got input size torch\.Size\({_SHAPE}\)",
            parsers.read_single_value,
        ),
        (r"CUDA out of memory|CUDA error: out of memory", parsers.read_memory),
        (rf"running_mean should contain {_COUNT} elements not {_COUNT}", parsers.read_normalised),
    )
)

# The same without their sizes, as people quote them: read where no message in the text has its sizes.
_WITHOUT_SIZES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), without_sizes(code, *remedies))
    for pattern, code, *remedies in (
        (
            r"kernel size (?:can['’`´]?t|cannot|can not) be (?:greater|larger|bigger) than "
            r"(?:the )?(?:actual )?(?:padded )?input",
            "torch_error.kernel_size_unnamed",
            "torch_error.kernel_fits",
        ),
        (
            r"mat1 and mat2 shapes cannot be multiplied",
            "torch_error.matrix_product_unnamed",
            "torch_error.features",
        ),
        (
            r"to have (?:\S{1,9} )?channels,? but got",
            "torch_error.channels_unnamed",
            "torch_error.same_channels",
        ),
        (
            r"output size is too small|Invalid computed output size",
            "torch_error.output_size_unnamed",
            "torch_error.kernel_fits",
        ),
        (
            r"pad(?:ding)? should be at most half of (?:effective )?kernel size",
            "torch_error.half_padding_unnamed",
            "torch_error.padding_at_half",
        ),
        (
            r"padding size should be less than the corresponding input dimension",
            "torch_error.borrowed_unnamed",
            "torch_error.less_padding",
        ),
        (
            r"size mismatch for \S{1,99}|error\(s\) in loading state_dict",
            "torch_error.state_unnamed",
            "torch_error.same_model",
        ),
        (r"is invalid for input of size", "torch_error.view_unnamed", "torch_error.flatten"),
        (r"must match the size of tensor", "torch_error.sum_unnamed", "torch_error.same_stride"),
        (
            r"sizes of tensors must match except in dimension",
            "torch_error.join_unnamed",
            "torch_error.same_size",
        ),
        (
            r"more than 1 value per channel when training",
            "torch_error.single_value_unnamed",
            "torch_error.larger_batch",
            "torch_error.evaluation",
        ),
        (r"running_mean should contain", "torch_error.normalised_unnamed", "torch_error.same_features"),
    )
)

# `torch.OutOfMemoryError: …` at the beginning, or a traceback, which notebooks begin with a line of dashes.
_EXCEPTION: Final = re.compile(r"\s*(?:Traceback\b|\w+(?:\.\w+)*(?:Error|Exception|Warning):)")
_TRACEBACK: Final = "Traceback (most recent call last)"
# Code may quote an error in a comment.
_LAYER_CALL: Final = re.compile(r"\b(?:nn|F|functional)\.\w{1,40}\(|(?:[Cc]onv|[Pp]ool)\w{0,40}\(")


def _is_exception(text: str) -> bool:
    """Whether a text is Python's report of an error, and no code."""
    return _TRACEBACK in text or _EXCEPTION.match(text) is not None


def find_torch_error(text: str) -> TorchError | None:
    """
    The last error of torch in a text, with or without the traceback above it; None: the text is no error. One
    that no pattern knows has no remedies.
    """
    line = re.sub(r"\s+", " ", text[-_LONGEST:])
    found = [(match.start(), parse, match) for pattern, parse in _PARSERS for match in pattern.finditer(line)]
    if found:
        _, parse, match = max(found, key=lambda each: each[0])
        return parse(match)
    if _is_exception(text):
        return _find_without_sizes(line) or parsers.UNKNOWN
    return None if _LAYER_CALL.search(text) else _find_without_sizes(line)


def _find_without_sizes(line: str) -> TorchError | None:
    found = [(match.start(), error) for pattern, error in _WITHOUT_SIZES for match in pattern.finditer(line)]
    return max(found, key=lambda each: each[0])[1] if found else None
