"""What must hold of a playbook beyond its form, checked when it is loaded: names, types, its own examples."""

from collections.abc import Iterator, Mapping

from errand.capability import CapabilityDescription
from errand.domain.artifact import Artifact
from errand.domain.plan import FROM, REQUEST
from errand.domain.request import Request
from errand.planning.checking import faults_of
from errand.planning.expanding import EACH, FOUND, PLAYBOOK, expand, specials
from errand.planning.nearest import Nearest
from errand.planning.playbook import Playbook
from errand.planning.playbook_file import EACH_ATTACHMENT, Condition, Example, StepFile
from errand.planning.playbook_yaml import Place

Catalogue = Mapping[str, CapabilityDescription]
Found = tuple[Place, str]
"""A place in the file, and what is wrong there."""


def faults_in(playbook: Playbook, catalogue: Catalogue) -> list[Found]:
    """Everything that is wrong; names first, and only when they are all known, the examples."""
    names = [*_names(playbook), *_steps(playbook, catalogue)]
    return names or [*_examples(playbook, catalogue)]


def _names(playbook: Playbook) -> Iterator[Found]:
    """Kinds and finds that are used but not there."""
    file, nearest = playbook.file, Nearest()
    used: list[tuple[Place, str | None, str | None]] = [
        (("applies", "signals", n), signal.attached, signal.found or signal.nothing_but)
        for n, signal in enumerate(file.applies.signals)
    ]
    used += [
        (("needs", n, "one_of", m), way.attached, way.found)
        for n, need in enumerate(file.needs)
        for m, way in enumerate(need.one_of)
    ]
    for n, step in enumerate(file.steps):
        used.append((("steps", n, "kinds"), step.kinds, None))
        used += [
            (("steps", n, word), condition.attached, condition.found) for word, condition in _conditions(step)
        ]
    for place, kinds, found in used:
        if kinds is not None and kinds not in file.kinds:
            yield place, f"there is no {kinds} under `kinds`{nearest.hint(kinds, file.kinds)}"
        if found is not None and found not in file.finds:
            yield place, f"there is no {found} under `finds`{nearest.hint(found, file.finds)}"


def _conditions(step: StepFile) -> Iterator[tuple[str, Condition]]:
    if step.when is not None:
        yield "when", step.when
    if step.unless is not None:
        yield "unless", step.unless


def _steps(playbook: Playbook, catalogue: Catalogue) -> Iterator[Found]:
    check = _Steps(playbook, catalogue)
    for n, step in enumerate(playbook.file.steps):
        yield from (((*("steps", n), *place), says) for place, says in check.step(step))
    result = playbook.file.result.partition(".")[0].partition("[")[0]
    for place, key in (("result", result), ("check", playbook.file.check)):
        if key is not None and key not in check.above:
            yield (place,), f"there is no step {key}{check.nearest.hint(key, check.above)}"
        elif key is not None and check.is_many(key):
            yield (place,), f"{key} stands for several steps; name one that stands for itself"


class _Steps:
    """Goes through the steps in their order; `above` are those that went before."""

    def __init__(self, playbook: Playbook, catalogue: Catalogue) -> None:
        self.playbook, self.catalogue = playbook, catalogue
        self.above: dict[str, StepFile] = {}
        self.nearest = Nearest()

    def step(self, step: StepFile) -> Iterator[Found]:
        if step.key in self.above or step.key in (REQUEST, EACH, FOUND, PLAYBOOK):
            yield ("key",), f"{step.key} is taken; each step needs a key of its own"
        yield from self._capability(step)
        if step.each not in (None, EACH_ATTACHMENT) and not self.is_many(step.each):
            yield ("each",), f"{step.each} is neither `attachments` nor a step above that has `each`"
        for n, key in enumerate(step.after):
            if key not in self.above:
                yield ("after", n), self._not_above(key)
        for name, value in step.inputs.items():
            for kind, target in specials(value):
                if says := self._reference(step, kind, target):
                    yield ("inputs", name), says
        self.above[step.key] = step

    def _capability(self, step: StepFile) -> Iterator[Found]:
        known = self.catalogue.get(step.capability)
        if known is None:
            hint = self.nearest.hint(step.capability, self.catalogue)
            yield ("capability",), f"no capability is called {step.capability}{hint}"
            return
        names = [slot.name for slot in known.inputs]
        for name in step.inputs:
            if name not in names:
                hint = self.nearest.hint(name, names)
                yield ("inputs", name), f"{step.capability} has no input called {name}{hint}"
        for slot in known.inputs:
            if slot.required and slot.name not in step.inputs:
                yield ("capability",), f"{step.capability} needs the input {slot.name}"

    def _reference(self, step: StepFile, kind: str, target: str) -> str | None:
        file = self.playbook.file
        if kind != FROM:
            known = target in file.kinds
            return (
                None
                if known
                else f"there is no {target} under `kinds`{self.nearest.hint(target, file.kinds)}"
            )
        head, _, rest = target.partition(".")
        key, bracket, _ = head.partition("[")
        if key == FOUND:
            known = rest in file.finds
            return None if known else f"there is no {rest} under `finds`{self.nearest.hint(rest, file.finds)}"
        if key == PLAYBOOK:
            return (
                None
                if rest == "must_contain"
                else "of the playbook itself there is only playbook.must_contain"
            )
        if key == EACH:
            return None if step.each else "`each` is only there in a step that has `each: …`"
        if key == REQUEST:
            return None
        if key not in self.above:
            return self._not_above(key)
        if self.is_many(key) and not bracket:
            return f"{key} stands for several steps; write {key}[*]{'.' * bool(rest)}{rest} to have a list"
        return None

    def is_many(self, key: str | None) -> bool:
        return key in self.above and self.above[key].each is not None

    def _not_above(self, key: str) -> str:
        return f"no step above this one has the key {key}{self.nearest.hint(key, self.above)}"


def _examples(playbook: Playbook, catalogue: Catalogue) -> Iterator[Found]:
    applies = playbook.file.applies
    for n, example in enumerate(applies.does_not_match):
        match = playbook.match(_request(example))
        if match.score >= applies.at_least:
            yield ("applies", "does_not_match", n), f"this matches with {match.score:.2f} ({match})"
    for n, example in enumerate(applies.matches):
        match = playbook.match(_request(example))
        if match.score < applies.at_least:
            says = f"this does not match: {match.score:.2f} is below {applies.at_least} ({match})"
            yield ("applies", "matches", n), says
        else:
            yield from _sample(playbook, catalogue, _request(example), ("applies", "matches", n))


def _sample(playbook: Playbook, catalogue: Catalogue, request: Request, place: Place) -> Iterator[Found]:
    if refusal := playbook.refusal(request, catalogue):
        yield place, f"this lacks what the playbook needs: {refusal}"
        return
    plan, origin = expand(playbook.situation(request), catalogue)
    for fault in faults_of(plan, catalogue, request):
        at: Place = place if fault.step is None else ("steps", origin[fault.step])
        yield at, f"as a plan for ‘{request.text}’: {fault}"


def _request(example: str | Example) -> Request:
    if isinstance(example, str):
        return Request(example)
    attachments = tuple(
        Artifact(name, "application/octet-stream", 1, "0" * 64, {"attached": True})
        for name in example.attachments
    )
    return Request(example.request, attachments)
