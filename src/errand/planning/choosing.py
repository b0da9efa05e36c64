"""Which planner's proposal is taken: a playbook that applies clearly, else the rules.

The rules go before a playbook when they are sure of their plan and
- they do something else, and with it something about more of the request, or
- the request asks for less than the playbook does (its `narrower` says so), or
- the playbook is not sure of itself, and less so than they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from errand.capability import Audience, CapabilityDescription
from errand.domain.errors import InputRefused, NothingFits, PlanRefused
from errand.domain.plan import REQUEST, Proposal, references
from errand.domain.request import Request
from errand.planning.checking import check_plan
from errand.planning.files_named import missing_files, not_attached
from errand.planning.language import is_english
from errand.planning.matching import LONGEST_TEXT
from errand.planning.planner import Planner
from errand.planning.spelling import Spelling, spoken

Catalogue = Mapping[str, CapabilityDescription]


class Playbooks(Planner, Protocol):
    """A planner that knows kinds of tasks by heart."""

    def lacks(self, request: Request, catalogue: Catalogue) -> str | None:
        """What must be given before it can do what it would do."""
        ...

    def is_narrower(self, request: Request) -> bool:
        """Whether it would do more than the request asks for."""
        ...

    def titles(self, request: Request, catalogue: Catalogue) -> tuple[str, ...]:
        """What it could do with what is attached."""
        ...

    def words(self) -> frozenset[str]:
        """What it listens for."""
        ...


@dataclass
class ChoosingPlanner:
    """Keeps `Planner`. What it proposes has passed `check_plan`. May be shared between threads."""

    playbooks: Playbooks
    rules: Planner
    _spelling: tuple[frozenset[str], Spelling] | None = field(default=None, repr=False)
    """For the catalogue of these names."""

    def propose(self, request: Request, catalogue: Catalogue) -> Proposal:
        """Raises PlanRefused with all faults, and what the planners raise."""
        proposal = self._told(request, catalogue)
        if missing := missing_files(request):
            raise InputRefused(not_attached(missing))
        if faults := check_plan(proposal.plan, catalogue, request):
            raise PlanRefused(faults)
        return replace(proposal, remarks=(*proposal.remarks, *_asides(request, proposal)))

    def _told(self, request: Request, catalogue: Catalogue) -> Proposal:
        """The proposal; a refusal says what can be done instead."""
        if not is_english(request.text):
            said = "Only requests in English are understood here: say in English what is to be done."
            raise NothingFits(self._refusal(said, request, catalogue))
        try:
            return self._read_well(request, catalogue)
        except NothingFits as nothing:
            raise NothingFits(self._refusal(str(nothing), request, catalogue)) from nothing
        except InputRefused as lacking:
            if missing := missing_files(request):
                raise InputRefused(not_attached(missing)) from lacking
            raise

    def _read_well(self, request: Request, catalogue: Catalogue) -> Proposal:
        """As it is written; when that leads nowhere sure, with misspelt words put right."""
        first: Proposal | NothingFits
        try:
            first = self._chosen(request, catalogue)
            if first.sure:
                return first
        except NothingFits as nothing:
            first = nothing
        text, changed = self._spelling_of(catalogue).corrected(request.text)
        if changed:
            try:
                second = self._chosen(replace(request, text=text), catalogue)
            except InputRefused:
                second = None
            if second is not None and second.sure:
                read = (f"“{was}” is read as “{put}”." for was, put in changed.items())
                return replace(second, remarks=(*second.remarks, *read))
        if isinstance(first, NothingFits):
            raise first
        return first

    def _chosen(self, request: Request, catalogue: Catalogue) -> Proposal:
        try:
            known = self.playbooks.propose(request, catalogue)
        except NothingFits:
            return self._by_rules(request, catalogue)
        narrower = self.playbooks.is_narrower(request)
        if made := self._better(known, request, catalogue, narrower=narrower):
            return made
        return replace(known, remarks=(*known.remarks, _MORE_THAN_ASKED)) if narrower else known

    def _better(
        self, known: Proposal, request: Request, catalogue: Catalogue, *, narrower: bool
    ) -> Proposal | None:
        """What the rules propose, where that goes before the playbook."""
        try:
            made = self.rules.propose(request, _by_words(catalogue))
        except InputRefused:
            return None
        if not made.sure or check_plan(made.plan, catalogue, request):
            return None
        more, less = len(made.not_covered), len(known.not_covered)
        if more < less:
            return made if _capabilities(made) - _capabilities(known) else None
        surer = not known.sure and made.score > known.score
        return made if more == less and (narrower or surer) else None

    def _by_rules(self, request: Request, catalogue: Catalogue) -> Proposal:
        """When they know nothing either, what a playbook would need is of more use to the person."""
        try:
            return self.rules.propose(request, _by_words(catalogue))
        except NothingFits:
            if lacking := self.playbooks.lacks(request, catalogue):
                raise InputRefused(lacking) from None
            raise

    def _refusal(self, said: str, request: Request, catalogue: Catalogue) -> str:
        ends = said.rstrip()
        able = self.playbooks.titles(request, catalogue)
        if able:
            names = [each.name for each in request.attachments]
            with_these = _listed(names) if len(names) <= _FEW else f"the {len(names)} attachments"
            ends += f" What can be done with {with_these}: {'; '.join(map(_lower, able))}."
        return f"{ends} `errand capabilities` lists all that can be done here."

    def _spelling_of(self, catalogue: Catalogue) -> Spelling:
        catalogue = _by_words(catalogue)
        names = frozenset(catalogue)
        if self._spelling is None or self._spelling[0] != names:
            told = spoken(text for each in catalogue.values() for text in (each.name, each.description))
            self._spelling = (names, Spelling({*told, *self.playbooks.words()}))
        return self._spelling[1]


def _by_words(catalogue: Catalogue) -> Catalogue:
    """What can be planned with by words alone: tools for agents would match too much."""
    return {name: each for name, each in catalogue.items() if each.audience is Audience.EVERYONE}


def _capabilities(proposal: Proposal) -> set[str]:
    return {step.capability for step in proposal.plan.steps}


_FEW = 3
_MORE_THAN_ASKED = "This does more than was asked for: it is the nearest to it that is done well here."


def _asides(request: Request, proposal: Proposal) -> tuple[str, ...]:
    """What is not looked at: attachments, the end of a very long request."""
    used = {
        reference.path[1] if len(reference.path) > 1 else "all"
        for step in proposal.plan.steps
        for reference in references(step.inputs)
        if reference.step == REQUEST and reference.path[:1] == ("attachments",)
    }
    unused = [each.name for n, each in enumerate(request.attachments) if n not in used and "all" not in used]
    said = [f"Not used for this: {_listed(unused)}."] if unused else []
    if len(request.text) > LONGEST_TEXT:
        said.append(f"Only the first {LONGEST_TEXT:,} characters of the request were read as a request.")
    return tuple(said)


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]
