"""Pydantic models of the operations, derived from the operation classes, which alone define them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, Field, fields
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, LiteralString, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, create_model
from pydantic import Field as ModelField
from pydantic_core import PydanticCustomError

from app.conv.operation import OPERATIONS, Operation, Padding
from app.conv.operation import Size as SizePair
from app.scenes.scene import lifted_fields


class StrictModel(BaseModel):
    """A part of a request body: unknown fields and silent conversions are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def field_error(code: LiteralString, **params: object) -> PydanticCustomError:
    """An error of a validator; `app.services.requests.body_errors` makes a message of it."""
    return PydanticCustomError(code, code, params)


class FourSides(StrictModel):
    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0


class TwoSides(StrictModel):
    left: int = 0
    right: int = 0


def _to_pair(value: Any) -> Any:
    """One integer stands for both: 2 -> (2, 2)."""
    if isinstance(value, list) and len(value) == 2:
        return tuple(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value, value
    raise field_error("field.size_expected")


def _to_sides(value: Any) -> Any:
    """An integer or [h, w] -> four sides."""
    if isinstance(value, dict):
        return value
    try:
        height, width = _to_pair(value)
    except ValueError:
        raise field_error("field.padding_expected") from None
    return {"top": height, "bottom": height, "left": width, "right": width}


def _to_sides_or_none(value: Any) -> Any:
    """Four sides, or None for "same": a union would add its members' names to the place of an error."""
    if value == "same":
        return None
    if isinstance(value, str) and value != "valid":
        raise field_error("field.padding_or_name_expected")
    return {} if value == "valid" else _to_sides(value)


def _to_length(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise field_error("field.length_expected")


def _to_two_sides(value: Any) -> Any:
    """An integer -> two sides."""
    if isinstance(value, dict):
        return value
    try:
        length = _to_length(value)
    except ValueError:
        raise field_error("field.two_sides_expected") from None
    return {"left": length, "right": length}


def _to_two_sides_or_none(value: Any) -> Any:
    """Two sides, or None for "same"."""
    if value == "same":
        return None
    if isinstance(value, str) and value != "valid":
        raise field_error("field.two_sides_or_name_expected")
    return {} if value == "valid" else _to_two_sides(value)


_SidesInput = int | tuple[int, int] | FourSides
Size = Annotated[SizePair, BeforeValidator(_to_pair, json_schema_input_type=int | tuple[int, int])]
_Sides = Annotated[FourSides, BeforeValidator(_to_sides, json_schema_input_type=_SidesInput)]
_SidesOrSame = Annotated[
    FourSides | None,
    BeforeValidator(_to_sides_or_none, json_schema_input_type=_SidesInput | Literal["valid", "same"]),
]
_Length = Annotated[int, BeforeValidator(_to_length, json_schema_input_type=int)]
_TwoSides = Annotated[TwoSides, BeforeValidator(_to_two_sides, json_schema_input_type=int | TwoSides)]
_TwoSidesOrSame = Annotated[
    TwoSides | None,
    BeforeValidator(_to_two_sides_or_none, json_schema_input_type=int | TwoSides | Literal["valid", "same"]),
]
# How a request writes a field of each type, by the number of dimensions; other types stay as they are.
_REQUEST_TYPES: Final[dict[int, dict[Any, Any]]] = {
    2: {SizePair: Size, Padding: _Sides, Padding | Literal["same"]: _SidesOrSame},
    1: {SizePair: _Length, Padding: _TwoSides, Padding | Literal["same"]: _TwoSidesOrSame},
}


class OperationModel(StrictModel):
    """The operation in a request body."""

    operation_class: ClassVar[type[Operation]]

    def build(self) -> Operation:
        """The operation itself. Raises ConvError for values that no layer can have."""
        return _build(self)


# Many scenes share few operations.
@lru_cache(maxsize=512)
def _build(model: OperationModel) -> Operation:
    values = {field.name: getattr(model, field.name) for field in fields(model.operation_class)}
    if "padding" in values:
        sides = values["padding"]
        values["padding"] = "same" if sides is None else Padding(**dict(sides))
    return model.operation_class(**lifted_fields(model.operation_class, values))


def _request_model(operation: type[Operation]) -> type[OperationModel]:
    types = get_type_hints(operation)
    definitions: dict[str, Any] = {"kind": (Literal[operation.kind], ...)}
    for field in fields(operation):
        definitions[field.name] = _request_field(field, types[field.name], operation.dimensions)
    model = create_model(f"{operation.__name__}Body", __base__=OperationModel, **definitions)
    model.operation_class = operation
    return model


def _request_field(field: Field[Any], hint: Any, dimensions: int) -> tuple[Any, Any]:
    type_ = _REQUEST_TYPES[dimensions].get(hint, hint)
    if field.default is MISSING:
        return type_, ...
    if field.default is None:  # the stride of a pooling layer: its kernel_size
        return type_ | None, None
    if isinstance(field.default, Padding):
        return type_, FourSides() if dimensions == 2 else TwoSides()
    return type_, field.default[1] if dimensions == 1 and hint == SizePair else field.default


class PaddingSides(BaseModel):
    """A normalised padding."""

    model_config = ConfigDict(title="Padding")

    top: int
    bottom: int
    left: int
    right: int


class PaddingEnds(BaseModel):
    """A normalised padding of one dimension."""

    left: int
    right: int


Pair = Annotated[tuple[int, int], ModelField(description="height, width")]
_RESPONSE_TYPES: Final[dict[int, dict[Any, Any]]] = {
    2: {SizePair: Pair, Padding: PaddingSides, Padding | Literal["same"]: PaddingSides},
    1: {SizePair: int, Padding: PaddingEnds, Padding | Literal["same"]: PaddingEnds},
}


def _response_model(operation: type[Operation], *, same: bool = False) -> type[BaseModel]:
    """Every field of a normalised operation; `same`: its padding may still be the word."""
    types = get_type_hints(operation)
    definitions: dict[str, Any] = {"kind": (Literal[operation.kind], ...)}
    for field in fields(operation):
        type_ = types[field.name]
        answered = _RESPONSE_TYPES[operation.dimensions].get(type_, type_)
        definitions[field.name] = (answered, ...)
        if same and type_ == Padding | Literal["same"]:
            definitions[field.name] = (answered | Literal["same"], ...)
    name = f"Parsed{operation.__name__}" if same else operation.__name__
    return create_model(name, **definitions)


def _has_same(operation: type[Operation]) -> bool:
    return bool(get_type_hints(operation)["padding"] == Padding | Literal["same"])


def _any_of(models: Iterable[type[BaseModel]]) -> Any:
    return Annotated[reduce(or_, models), Discriminator("kind")]


if TYPE_CHECKING:
    AnyOperation = OperationModel
    OperationResponse = BaseModel
    ParsedOperationResponse = BaseModel
else:
    _responses = {operation: _response_model(operation) for operation in OPERATIONS.values()}
    AnyOperation = _any_of(_request_model(operation) for operation in OPERATIONS.values())
    OperationResponse = _any_of(_responses.values())
    ParsedOperationResponse = _any_of(
        _response_model(operation, same=True) if _has_same(operation) else response
        for operation, response in _responses.items()
    )
