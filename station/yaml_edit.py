"""Change one value in a YAML text and leave everything else, comments included, as somebody wrote it."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from station.errors import ConfigError


def with_value(text: str, where: tuple[str, ...], value: object) -> str:
    """The text with `value` at `where`, tables on the way made where they are missing.

    Raises ConfigError when the text is no YAML table, or is written so that the place cannot be changed alone (an
    alias, say): the result is read again and compared.
    """
    try:
        before = yaml.safe_load(text)
        if not isinstance(before, dict | None):
            raise _by_hand(where)
        edited = _edited(text, where, value)
        after = yaml.safe_load(edited)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _by_hand(where) from error
    if after != _set(before, where, value):
        raise _by_hand(where)
    return edited


def _edited(text: str, where: tuple[str, ...], value: object) -> str:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if node is None:
        return f"{text.rstrip()}\n{_flow(_nested(where, value))[1:-1]}\n".lstrip("\n")
    for depth, key in enumerate(where):
        if not isinstance(node, yaml.MappingNode):
            return _replaced(text, node, _flow(_nested(where[depth:], value)))
        found = next(((k, v) for k, v in node.value if k.value == key), None)
        if found is None:
            return _inserted(text, node, f"{_flow(key)}: {_flow(_nested(where[depth + 1 :], value))}")
        if isinstance(found[1], yaml.ScalarNode) and found[1].start_mark.index == found[1].end_mark.index:
            at = text.index(":", found[0].end_mark.index) + 1  # `checks:` and nothing after it
            return f"{text[:at]} {_flow(_nested(where[depth + 1 :], value))}{text[at:]}"
        node = found[1]
    return _replaced(text, node, _flow(value))


def _replaced(text: str, node: yaml.Node, written: str) -> str:
    return text[: node.start_mark.index] + written + text[node.end_mark.index :]


def _inserted(text: str, node: yaml.MappingNode, entry: str) -> str:
    """Before the first entry: what follows the last one belongs to somebody else."""
    at = node.start_mark.index
    if node.flow_style:
        return f"{text[: at + 1]}{entry}{', ' if node.value else ''}{text[at + 1 :]}"
    return f"{text[:at]}{entry}\n{' ' * node.start_mark.column}{text[at:]}"


def _nested(where: tuple[str, ...], value: object) -> object:
    return {where[0]: _nested(where[1:], value)} if where else value


def _flow(value: object) -> str:
    written = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True)
    return written.removesuffix("\n").removesuffix("\n...")


def _set(data: Any, where: tuple[str, ...], value: object) -> Any:
    if not where:
        return value
    held = copy.copy(data) if isinstance(data, dict) else {}
    return held | {where[0]: _set(held.get(where[0]), where[1:], value)}


def _by_hand(where: tuple[str, ...]) -> ConfigError:
    return ConfigError(f"'{'.'.join(where)}' cannot be changed alone in this file.", "Change it in the whole text.")
