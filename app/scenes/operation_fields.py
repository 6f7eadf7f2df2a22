"""The fields that a form has for an operation, derived from the operation classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from app.conv.operation import OPERATIONS, Operation, Padding, Size

FieldType = Literal["pair", "padding", "choice", "integer", "flag"]
_PADDING_OR_SAME: Final = Padding | Literal["same"]
_TYPES: Final[dict[Any, FieldType]] = {
    Size: "pair",
    Padding: "padding",
    _PADDING_OR_SAME: "padding",
    int: "integer",
    bool: "flag",
}


@dataclass(frozen=True, slots=True)
class OperationField:
    """
    One field, for every kind of operation that has it.

    default: of the first of these kinds, None where it follows from other fields. choices: of a choice.
    same_kinds: the kinds whose padding may be "same".
    """

    name: str
    type: FieldType
    default: Any
    choices: tuple[str, ...]
    kinds: tuple[str, ...]
    same_kinds: tuple[str, ...]


@cache
def operation_fields() -> Mapping[str, OperationField]:
    """The fields of all operations by name, in the order in which the operations have them."""
    names = dict.fromkeys(field.name for operation in OPERATIONS.values() for field in fields(operation))
    return MappingProxyType({name: _operation_field(name) for name in names})


def _operation_field(name: str) -> OperationField:
    owners = {kind: field for kind, operation in OPERATIONS.items() if (field := _find(operation, name))}
    hints = {kind: get_type_hints(OPERATIONS[kind])[name] for kind in owners}
    first = next(iter(owners))
    default = owners[first].default
    is_choice = get_origin(hints[first]) is Literal
    return OperationField(
        name,
        "choice" if is_choice else _TYPES[hints[first]],
        None if default is MISSING else default,
        get_args(hints[first]) if is_choice else (),
        tuple(owners),
        tuple(kind for kind, hint in hints.items() if hint == _PADDING_OR_SAME),
    )


def _find(operation: type[Operation], name: str) -> Field[Any] | None:
    return next((field for field in fields(operation) if field.name == name), None)
