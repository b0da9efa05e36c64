"""The rule planner: any request against any catalogue, from names, descriptions and types alone."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from errand.capability import CapabilityDescription, Effects, Slot
from errand.domain.errors import InputRefused, NothingFits
from errand.domain.plan import Plan, Proposal, Reference, Step
from errand.domain.request import Request
from errand.planning.checking import SCALARS
from errand.planning.rules.building import Builder, MissingInputError, Wish
from errand.planning.rules.chains import Chains, makes, one_of
from errand.planning.rules.choosing import LEAST, Choice, Outline, outline
from errand.planning.rules.clauses import Kind
from errand.planning.rules.index import Index
from errand.planning.rules.tokens import Literal, tokens
from errand.planning.words_groups import bag
from errand.planning.words_types import EXTENSIONS

THRESHOLD = 0.6
"""Below this a step is a guess; docs/benchmarks.md says how often steps of a score are right."""


class RulePlanner:
    """Keeps `Planner`. Remembers how it read the last catalogue; may be shared between threads."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        """`threshold`: the score from which on a step is sure, 0 to 1."""
        self._threshold = threshold
        self._read: tuple[dict[str, CapabilityDescription], Index, frozenset[str]] | None = None

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        if not request.text.strip():
            raise InputRefused("The request is empty; say in a sentence what is to be done.")
        index, reachable = self._reading(catalogue)
        found = outline(request.text, index, reachable | _attached_types(request, index))
        if all(choice.score < LEAST for choice in found.choices):
            raise NothingFits(_nothing_fits(request, found))
        builder, failed = _build(request, catalogue, found)
        if not builder.steps:
            raise _cannot(request, catalogue, failed)
        _finish(builder)
        return self._proposal(request, found, builder, failed)

    def _reading(self, catalogue: Mapping[str, CapabilityDescription]) -> tuple[Index, frozenset[str]]:
        """How the catalogue reads, and the types that can be made with it."""
        read = self._read
        given = dict(catalogue)
        if read is None or read[0] != given:
            index = Index(given)
            reachable = (Chains(given, _FILE).reachable | SCALARS) & index.types.types
            read = self._read = (given, index, reachable)
        return read[1], read[2]

    def _proposal(
        self, request: Request, found: Outline, builder: Builder, failed: list[tuple[Wish, MissingInputError]]
    ) -> Proposal:
        steps = tuple(builder.steps)
        score = min(step.score for step in steps)
        unsure = [s for s in steps if s.score < self._threshold and s.key not in builder.put_in]
        likely = [(wish, missing) for wish, missing in failed if wish.score >= self._threshold]
        unanswered = [
            *_unanswered(request, found),
            *(w.because for w, _ in failed if w.score < self._threshold),
        ]
        remarks = (
            *(f"Not sure that “{step.title}” is what “{_short(step.because)}” asks for." for step in unsure),
            *(f"Nothing here fits “{_short(part)}”; it is left out." for part in unanswered),
            *(f"“{_short(wish.because)}” is left out: {_lack(request, missing)}" for wish, missing in likely),
            *builder.assumed,
        )
        sure = score >= self._threshold and not unanswered and not failed
        plan = Plan(steps, result=_result(steps, builder.catalogue), made_by="rules")
        return Proposal(plan, score, sure, tuple(dict.fromkeys(remarks)))


_FILE = frozenset({"file"})
"""At hand, attached or not: a plan that needs one and has none says so."""


def _attached_types(request: Request, index: Index) -> frozenset[str]:
    """What kinds of things came with the request, by the endings of their names."""
    endings = {attachment.name.rsplit(".", 1)[-1].lower() for attachment in request.attachments}
    spoken = {kind for ending in endings for kind in EXTENSIONS.get(ending, ())}
    return frozenset(spoken | ({"file"} if endings else set())) & index.types.types


def _build(
    request: Request, catalogue: Mapping[str, CapabilityDescription], found: Outline
) -> tuple[Builder, list[tuple[Wish, MissingInputError]]]:
    wishes = {found.name(choice): _wish(request, found, choice) for choice in found.choices}
    closeness = {found.index.entries[n].name: score for n, score in found.best if n >= 0}
    builder = Builder(
        request=request,
        catalogue=catalogue,
        chains=Chains(catalogue, _FILE, closeness),
        spoken=tuple(token for reading in found.readings for token in reading.clause.tokens),
        typed=found.index.typed,
        waiting=dict(wishes),
    )
    failed = []
    for name, wish in wishes.items():
        if name not in builder.waiting:
            continue
        trial = builder.copy()
        try:
            trial.add(wish)
        except MissingInputError as missing:
            builder.waiting.pop(name, None)
            failed.append((wish, missing))
        else:
            builder = trial
    return builder, failed


def _finish(builder: Builder) -> None:
    """Put what was asked for into a report, where the plan would end with something that nobody can open."""
    kinds = builder.ends()
    if not kinds or kinds & _FINISHED:
        return
    for known in builder.catalogue.values():
        takes = {slot.type for slot in one_of(known)}
        if makes(known, "report") and kinds <= takes and known.effects is Effects.NONE:
            inputs = tuple(slot for slot in known.inputs if slot.type in kinds)
            score = min(step.score for step in builder.steps)
            because = "puts what was asked for into a report"
            builder.add(Wish(replace(known, inputs=inputs), score, because, (), asked=False))
            return


_FINISHED = bag("report file chart image audio video")
"""Kinds of artifacts that people open as they are."""


def _wish(request: Request, found: Outline, choice: Choice) -> Wish:
    clause = found.readings[choice.clause].clause
    return Wish(
        capability=found.index.entries[choice.capability].described,
        score=choice.score,
        because=_said(request.text[clause.start : clause.end]),
        spoken=clause.tokens,
    )


def _said(text: str) -> str:
    """A clause without the marks and conjunctions around it."""
    bare = " ".join(text.split()).strip(" ,;:.)(")
    for lead in ("and then ", "and ", "then ", "but "):
        bare = bare.removeprefix(lead)
    return bare


def _unanswered(request: Request, found: Outline) -> Iterable[str]:
    """Clauses that ask for something that no chosen capability is for."""
    answered = {choice.clause for choice in found.choices}
    chosen = {choice.capability for choice in found.choices}
    for at, reading in enumerate(found.readings):
        best, _ = found.best[at]
        if reading.clause.kind is Kind.ASKED and reading.stems and at not in answered and best not in chosen:
            yield _said(request.text[reading.clause.start : reading.clause.end])


def _result(steps: tuple[Step, ...], catalogue: Mapping[str, CapabilityDescription]) -> Reference | None:
    """The last thing that people can open, else the main output of the last step; None: several end it."""
    fed_on = {key for step in steps for key in step.needs()}
    ends = [step for step in steps if step.key not in fed_on]
    opens = [step for step in ends if (slot := _main(catalogue, step)) and slot.type in _FINISHED]
    last = (opens or steps)[-1]
    main = _main(catalogue, last)
    if main is None or sum(step.capability == last.capability for step in steps) > 1:
        return None
    return Reference(last.key, (main.name, 0) if main.many else (main.name,))


def _main(catalogue: Mapping[str, CapabilityDescription], step: Step) -> Slot | None:
    outputs = catalogue[step.capability].outputs
    return _artifact(outputs) or _plain_text(outputs)


def _nothing_fits(request: Request, found: Outline) -> str:
    ranked = sorted(((score, n) for n, score in found.best if score >= _NEAR), reverse=True)
    names = list(dict.fromkeys(found.index.entries[n].name for _, n in ranked))[:3]
    near = f"; nearest to it: {_listed(names)}" if names else ""
    return (
        f"Nothing here can do “{_short(request.text)}”{near}. "
        "Say it in other words, or see `errand capabilities` for what can be done."
    )


_NEAR = 0.02


def _cannot(
    request: Request,
    catalogue: Mapping[str, CapabilityDescription],
    failed: list[tuple[Wish, MissingInputError]],
) -> InputRefused:
    """The person can add what the likeliest one lacks, or nothing here can do it."""
    _, missing = max(failed, key=lambda pair: pair[0].score)
    said = f"{_lack(request, missing)} `errand capabilities` shows what each needs."
    kind = missing.slot.type
    if kind in SCALARS or kind in Chains(catalogue, _FILE).reachable:
        return InputRefused(said)
    return NothingFits(said)


def _lack(request: Request, missing: MissingInputError) -> str:
    kind = missing.slot.type
    needs = f"{missing.capability} needs {_one(missing.slot)}"
    if kind in SCALARS:
        return f"{needs}, which the request does not say; add it."
    if not request.attachments:
        named = [t.text for t in tokens(request.text) if t.literal is Literal.FILE]
        return (
            f"{needs}: {named[0]} is named but not attached; attach it."
            if named
            else f"{needs}: attach a file."
        )
    return f"{needs}, and nothing here makes that from what is attached."


def _one(slot: Slot) -> str:
    kind = slot.name if slot.type in SCALARS else slot.type
    if slot.many or kind.endswith("s"):
        return kind
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _short(text: str, longest: int = 80) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= longest else folded[:longest].rsplit(" ", 1)[0] + " …"


def _artifact(outputs: Iterable[Slot]) -> Slot | None:
    return next((slot for slot in outputs if slot.type not in SCALARS), None)


def _plain_text(outputs: Iterable[Slot]) -> Slot | None:
    return next((slot for slot in outputs if slot.type == "text" and not slot.many), None)
