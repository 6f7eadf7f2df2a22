"""Messages for what Python's parser says: it has sentences, no codes."""

from __future__ import annotations

import re
from typing import Final

from app.conv.errors import Message

_CODES: Final = {
    "invalid syntax": "syntax.invalid",
    "invalid syntax. Perhaps you forgot a comma?": "syntax.comma_forgotten",
    "invalid syntax. Maybe you meant '==' or ':=' instead of '='?": "syntax.equals_in_expression",
    'expression cannot contain assignment, perhaps you meant "=="?': "syntax.assignment_in_expression",
    "unexpected EOF while parsing": "syntax.unexpected_end",
    "unexpected expression": "syntax.unexpected_expression",
    "unexpected character after line continuation character": "syntax.after_continuation",
    "unexpected indent": "syntax.unexpected_indent",
    "unindent does not match any outer indentation level": "syntax.unindent_mismatch",
    "inconsistent use of tabs and spaces in indentation": "syntax.tabs_and_spaces",
    "expected an indented block": "syntax.block_expected",
    "expected an indented block after function definition": "syntax.block_expected_after_function",
    "expected an indented block after class definition": "syntax.block_expected_after_class",
    "expected 'except' or 'finally' block": "syntax.except_expected",
    "expected 'else' after 'if' expression": "syntax.else_expected",
    "too many nested parentheses": "syntax.too_many_parentheses",
    "invalid decimal literal": "syntax.invalid_decimal",
    "invalid hexadecimal literal": "syntax.invalid_hexadecimal",
    "invalid octal literal": "syntax.invalid_octal",
    "invalid binary literal": "syntax.invalid_binary",
    "invalid imaginary literal": "syntax.invalid_imaginary",
    "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers": (
        "syntax.leading_zeros"
    ),
    "positional argument follows keyword argument": "syntax.positional_after_keyword",
    "positional argument follows keyword argument unpacking": "syntax.positional_after_unpacking",
    "iterable argument unpacking follows keyword argument unpacking": "syntax.unpacking_after_unpacking",
    "Generator expression must be parenthesized": "syntax.generator_needs_parentheses",
    "did you forget parentheses around the comprehension target?": "syntax.comprehension_target",
    "cannot use a starred expression in a dictionary value": "syntax.starred_in_dict",
    "can't use starred expression here": "syntax.starred_here",
    "expression expected after dictionary key and ':'": "syntax.dict_value_expected",
    "':' expected after dictionary key": "syntax.dict_colon_expected",
    "trailing comma not allowed without surrounding parentheses": "syntax.trailing_comma",
    "bytes can only contain ASCII literal characters": "syntax.bytes_not_ascii",
    "empty expression not allowed": "syntax.empty_expression",
}
_PATTERNS: Final = {
    "syntax.never_closed": r"(?P<bracket>'.') was never closed",
    "syntax.unmatched": r"unmatched (?P<bracket>'.')",
    "syntax.parentheses_mismatch": (
        r"closing parenthesis (?P<closing>'.') does not match opening parenthesis (?P<opening>'.')"
    ),
    "syntax.unterminated_string": r"unterminated string literal \(detected at line (?P<line>\d+)\)",
    "syntax.unterminated_string_escaped": (
        r"unterminated string literal \(detected at line (?P<line>\d+)\); "
        r"perhaps you escaped the end quote"
    ),
    "syntax.unterminated_triple_quoted": (
        r"unterminated triple-quoted string literal \(detected at line (?P<line>\d+)\)"
    ),
    "syntax.unterminated_f_string": r"unterminated f-string literal \(detected at line (?P<line>\d+)\)",
    "syntax.invalid_character": r"invalid character (?P<character>'.' \(U\+[0-9A-F]+\))",
    "syntax.non_printable_character": r"invalid non-printable character (?P<character>U\+[0-9A-F]+)",
    "syntax.invalid_octal_digit": r"invalid digit (?P<digit>'.') in octal literal",
    "syntax.invalid_binary_digit": r"invalid digit (?P<digit>'.') in binary literal",
    "syntax.block_expected_after_statement": (r"expected an indented block after (?P<word>'\w+') statement"),
    "syntax.expected": r"expected (?P<what>'[^\w\s]+')",
    "syntax.expecting": r"expecting (?P<what>'[^\w\s]+')",
    "syntax.expression_required": r"valid expression required before (?P<what>'[^\w\s]+')",
    "syntax.keyword_repeated": r"keyword argument repeated: (?P<name>\w+)",
    "syntax.call_without_parentheses": (
        r"Missing parentheses in call to (?P<name>'\w+')\. Did you mean (?P<call>\w+\(\.\.\.\))\?"
    ),
    "syntax.cannot_assign": r"cannot assign to (?P<what>[\w -]+)",
    "syntax.cannot_assign_here": (
        r"cannot assign to (?P<what>[\w -]+) here\. Maybe you meant '==' instead of '='\?"
    ),
}
_TERMS: Final = {
    "function call": "term.function_call",
    "literal": "term.literal",
    "expression": "term.expression",
    "attribute": "term.bare_attribute",
    "subscript": "term.subscript",
    "comparison": "term.bare_comparison",
    "conditional expression": "term.conditional_expression",
    "f-string expression": "term.f_string_expression",
    "dict literal": "term.dict_literal",
    "set display": "term.set_display",
    "list comprehension": "term.list_comprehension",
    "generator expression": "term.generator_expression",
    "ellipsis": "term.ellipsis",
}
_IN_F_STRING: Final = "f-string: "


def syntax_message(text: str) -> Message:
    """The message of a SyntaxError, a general one where it is not listed above."""
    if text.startswith(_IN_F_STRING):
        return Message("syntax.in_f_string", message=syntax_message(text.removeprefix(_IN_F_STRING)))
    if text in _CODES:
        return Message(_CODES[text])
    for code, pattern in _PATTERNS.items():
        if match := re.fullmatch(pattern, text):
            return Message(code, **{name: _translatable(value) for name, value in match.groupdict().items()})
    return Message("syntax.other")


def _translatable(value: str) -> str | Message:
    return Message(_TERMS[value]) if value in _TERMS else value
