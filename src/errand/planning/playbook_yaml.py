"""A YAML file as data, with the line that each part of it stands on.

Anchors, aliases and tags are refused: no part of a playbook needs them, and they make files that grow when
they are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from errand.domain.json import Json, JsonObject

LARGEST_BYTES = 256 * 1024

Place = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class FileFault:
    """What is wrong with a file, and where; line 0: with the file as a whole."""

    path: Path
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.says}" if self.line else f"{self.path}: {self.says}"


@dataclass(frozen=True)
class Located:
    """The data of one file, and the lines (from 1) of its parts."""

    path: Path
    data: JsonObject
    lines: Mapping[Place, int]

    def line(self, place: Sequence[str | int]) -> int:
        """The line of the part at `place`, or of the nearest part around it that the file has."""
        at: Place = ()
        for part in place:
            if (*at, part) in self.lines:
                at = (*at, part)
        return self.lines.get(at, 1)

    def fault(self, place: Sequence[str | int], says: str) -> FileFault:
        return FileFault(self.path, self.line(place), says)


def read(path: Path) -> Located | list[FileFault]:
    """The file's content, or everything that is wrong with its form."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            return [FileFault(path, 0, f"it is larger than {LARGEST_BYTES // 1024} KB")]
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        return [FileFault(path, 0, f"it can not be read ({error.strerror})")]
    except UnicodeDecodeError:
        return [FileFault(path, 0, "it is not text in UTF-8")]
    return parse(path, text)


def parse(path: Path, text: str) -> Located | list[FileFault]:
    try:
        root = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return [FileFault(path, mark.line + 1 if mark else 0, f"it is not valid YAML: {error.problem}")]
    except yaml.YAMLError as error:
        return [FileFault(path, 0, f"it is not valid YAML: {str(error).splitlines()[0]}")]
    except RecursionError:
        return [FileFault(path, 0, "it is nested too deeply")]
    if not isinstance(root, yaml.MappingNode):
        return [FileFault(path, 1, "it must be a mapping that begins with `name:`")]
    reader = _Reader(path)
    data = reader.mapping(root, ())
    return reader.faults or Located(path, data, reader.lines)


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs give it no types
        if isinstance(event, yaml.AliasEvent) or event.anchor or event.tag:
            says = "anchors, aliases and tags (&, *, !) are not allowed; quote text that begins with one"
            raise yaml.composer.ComposerError(None, None, says, event.start_mark)
        return super().compose_node(parent, index)


class _Reader:
    """Nodes to plain data, keeping lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Place, int] = {(): 1}
        self.faults: list[FileFault] = []
        self._scalars = yaml.SafeLoader("")

    def mapping(self, node: yaml.MappingNode, place: Place) -> JsonObject:
        made: JsonObject = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.faults.append(FileFault(self.path, line, "a key must be a word"))
                continue
            key = str(key_node.value)
            if key in made:
                self.faults.append(FileFault(self.path, line, f"{key} stands here twice"))
            self.lines[*place, key] = line
            made[key] = self._value(value_node, (*place, key))
        return made

    def _value(self, node: yaml.Node, place: Place) -> Json:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(each, (*place, n)) for n, each in enumerate(node.value)]
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> Json:
        try:
            made = self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):  # `2026-13-45` looks like a date and is none
            return str(node.value)
        return made if isinstance(made, bool | int | float | str | None) else str(node.value)
