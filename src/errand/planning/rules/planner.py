"""The rule planner: any request against any catalogue, from names, descriptions and types alone."""

from collections.abc import Iterable, Mapping

from errand.capability import CapabilityDescription
from errand.domain.errors import InputRefused, NothingFits
from errand.domain.plan import Plan, Proposal
from errand.domain.request import Request
from errand.planning.checking import SCALARS
from errand.planning.rules.building import Builder, MissingInputError, Wish
from errand.planning.rules.chains import Chains
from errand.planning.rules.choosing import LAST_RESORT, LEAST, Choice, Outline, outline
from errand.planning.rules.clauses import Kind
from errand.planning.rules.finishing import check_of, finish, result_of
from errand.planning.rules.index import Index
from errand.planning.rules.limits import within
from errand.planning.rules.saying import Failed, can_be_added, left_out, nothing_fits, short
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
        found = within(found, request.text, attached=bool(request.attachments))
        parts = tuple(_unanswered(request, found))
        if all(choice.score < LEAST for choice in found.choices):
            raise NothingFits(nothing_fits(request, parts, (), reachable))
        builder, failed = _build(request, catalogue, found)
        parts = (*parts, *(wish.because for wish, _ in failed if wish.score < self._threshold))
        failed = [pair for pair in failed if pair[0].score >= self._threshold]
        if not builder.steps:
            raise _cannot(request, parts, failed, reachable)
        return self._proposal(request, parts, finish(builder), failed, reachable)

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
        self,
        request: Request,
        parts: tuple[str, ...],
        builder: Builder,
        failed: list[Failed],
        reachable: frozenset[str],
    ) -> Proposal:
        steps = tuple(builder.steps)
        score = min(step.score for step in steps)
        unsure = [s for s in steps if s.score < self._threshold and s.key not in builder.put_in]
        remarks = (
            *(f"Not sure that “{step.title}” is what “{short(step.because)}” asks for." for step in unsure),
            *((_ONLY_READ,) if builder.only_reads() else ()),
            *builder.assumed,
        )
        not_covered = left_out(request, parts, failed, reachable)
        done = {step.because for step in steps if step.key not in builder.put_in}
        sure = score >= self._threshold and not builder.only_reads() and len(not_covered) < max(len(done), 1)
        check = check_of(builder)
        plan = Plan(
            (*steps, *check), result_of(steps, builder.catalogue), check[0].key if check else None, "rules"
        )
        return Proposal(plan, score, sure, tuple(dict.fromkeys(remarks)), not_covered)


_ONLY_READ = "This only reads what is attached: say what is to be done with it."
_FILE = frozenset({"file"})
"""At hand, attached or not: a plan that needs one and has none says so."""


def _attached_types(request: Request, index: Index) -> frozenset[str]:
    """What kinds of things came with the request, by the endings of their names."""
    endings = {attachment.name.rsplit(".", 1)[-1].lower() for attachment in request.attachments}
    spoken = {kind for ending in endings for kind in EXTENSIONS.get(ending, ())}
    return frozenset(spoken | ({"file"} if endings else set())) & index.types.types


def _build(
    request: Request, catalogue: Mapping[str, CapabilityDescription], found: Outline
) -> tuple[Builder, list[Failed]]:
    choices = {found.name(choice): choice for choice in found.choices}
    wishes = {name: _wish(request, found, choice) for name, choice in choices.items()}
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
        lacking: list[Failed] = []
        for each in (wish, *_instead(request, found, choices[name])):
            trial = builder.copy()
            trial.waiting.pop(name, None)
            try:
                trial.add(each)
            except MissingInputError as missing:
                lacking.append((wish, missing))
            else:
                builder = trial
                break
        else:
            builder.waiting.pop(name, None)
            failed.append(lacking[0])
    return builder, failed


def _instead(request: Request, found: Outline, choice: Choice) -> Iterable[Wish]:
    """What else of what the clause touches makes the same kind of thing, the likeliest first."""
    entries = found.index.entries
    kinds = set(entries[choice.capability].gives) - SCALARS
    taken = {each.capability for each in found.choices}
    rivals = sorted(found.scores[choice.clause].items(), key=lambda item: (-item[1], item[0]))
    for number, score in rivals:
        if number not in taken and score >= LAST_RESORT and kinds & set(entries[number].gives):
            instead = Choice(number, choice.clause, max(score, choice.score * _INSTEAD))
            yield _wish(request, found, instead)


_INSTEAD = 0.8
"""What is left of the score where the likeliest capability can not be had and another does the same."""


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


def _cannot(
    request: Request, parts: tuple[str, ...], failed: list[Failed], reachable: frozenset[str]
) -> InputRefused:
    """The person can add what it lacks, or nothing here can do it."""
    said = nothing_fits(request, parts, failed, reachable)
    able = not parts and not request.attachments and any(can_be_added(m, reachable) for _, m in failed)
    return InputRefused(said) if able else NothingFits(said)
