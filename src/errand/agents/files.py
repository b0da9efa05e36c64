"""The files of a conversation: the model names them, tools get references."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import PurePath

from pydantic import BaseModel, create_model

from errand.agents.turns import RecordedFile
from errand.capability import ArtifactRef
from errand.domain.json import Json

_MOST_NAMES = 20
"""In the sentence that says which files there are."""
_LONGEST_STEM, _LONGEST_ENDING = 200, 40
"""Characters; an artifact's name has 255."""
_FIELDS = frozenset(ArtifactRef.model_fields)


@dataclass(frozen=True, slots=True)
class KnownFile:
    shown: str
    kind: str
    ref: ArtifactRef

    def recorded(self, *, made: bool) -> RecordedFile:
        ref = self.ref
        return RecordedFile(
            shown=self.shown, type=self.kind, name=ref.name, media_type=ref.media_type, size=ref.size,
            sha256=ref.sha256, made=made,
        )  # fmt: skip


class Files:
    """Each under a name of its own. It lives as long as one run of an agent."""

    def __init__(self) -> None:
        self._known: dict[str, KnownFile] = {}
        self._taken: set[str] = set()

    def __iter__(self) -> Iterator[KnownFile]:
        return iter(self._known.values())

    def add(self, ref: ArtifactRef) -> KnownFile:
        """The same name and content is the same file; another of its name is shown under a distinct one."""
        for known in self._known.values():
            if (known.ref.name, known.ref.sha256) == (ref.name, ref.sha256):
                return known
        return self._keep(KnownFile(self.free_name(ref.name), ref.kind, ref))

    def reserve(self, names: Iterable[str]) -> None:
        """No file that is added from now on gets one of these."""
        self._taken.update(names)

    def restore(self, file: RecordedFile) -> ArtifactRef:
        """As it was recorded, under the same name."""
        ref = of_kind(file.type)(
            name=file.name, media_type=file.media_type, size=file.size, sha256=file.sha256
        )
        return self._keep(KnownFile(file.shown, file.type, ref)).ref

    def _keep(self, file: KnownFile) -> KnownFile:
        self._known[file.shown] = file
        self._taken.add(file.shown)
        return file

    def free_name(self, name: str, sha256: str = "") -> str:
        """The name, or `name (2).ext`; a file of this content under this name keeps it."""
        stem, ending = PurePath(name).stem, PurePath(name).suffix
        number, free = 1, name
        while free in self._taken and not self._is(free, sha256):
            number += 1
            free = f"{stem[:_LONGEST_STEM]} ({number}){ending[:_LONGEST_ENDING]}"
        return free

    def _is(self, name: str, sha256: str) -> bool:
        return name in self._known and self._known[name].ref.sha256 == sha256

    def find(self, name: object, wanted: type[ArtifactRef] = ArtifactRef) -> ArtifactRef:
        """Raises ValueError with a sentence that says which files there are."""
        fitting = [
            each.shown for each in self._known.values() if wanted is ArtifactRef or each.kind == wanted.kind
        ]
        there = f"{wanted.kind} files here: {_listed(fitting, str(name))}"
        if not isinstance(name, str):
            raise ValueError(f"a file is given by its name, in quotes; {there}")  # noqa: TRY004  # Pydantic's
        if name not in self._known:
            raise ValueError(f"there is no file called {name[:200]!r}; {there}")
        if name not in fitting:
            raise ValueError(f"{name!r} is a file of kind {self._known[name].kind}; {there}")
        return self._known[name].ref

    def in_words(self, value: Json) -> Json:
        """The same, with the names of files in place of references. The files were added before."""
        if isinstance(value, dict):
            if value.keys() >= _FIELDS:
                return self._shown(value)
            return {key: self.in_words(inner) for key, inner in value.items()}
        return [self.in_words(inner) for inner in value] if isinstance(value, list) else value

    def _shown(self, ref: dict[str, Json]) -> Json:
        for known in self._known.values():
            if (known.ref.name, known.ref.sha256) == (ref["name"], ref["sha256"]):
                return known.shown
        return ref


def references(value: object) -> Iterable[ArtifactRef]:
    """Every artifact that an output refers to, in order."""
    if isinstance(value, ArtifactRef):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from references(getattr(value, name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from references(inner)


@lru_cache(maxsize=256)
def of_kind(kind: str) -> type[ArtifactRef]:
    """A reference to a file of this kind, without the module that knows what is inside."""
    made = create_model("KnownRef", __base__=ArtifactRef)
    made.kind = kind
    return made


def _listed(names: Sequence[str], nearest_to: str) -> str:
    near = get_close_matches(nearest_to, names, _MOST_NAMES)
    first = [*near, *(name for name in names if name not in near)][:_MOST_NAMES]
    more = f" and {len(names) - len(first)} more" if len(names) > len(first) else ""
    return ", ".join(f'"{name}"' for name in first) + more if first else "none"
