"""One playbook against one request: how well it fits, what it found, what is lacking."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from errand.capability import CapabilityDescription
from errand.domain.json import Json
from errand.domain.request import Request
from errand.planning import asking, finding
from errand.planning.expanding import Situation
from errand.planning.matching import first_of, plain
from errand.planning.playbook_file import (
    CompanyFinder,
    Finder,
    FormFinder,
    PlaybookFile,
    Signal,
    SubjectFinder,
    Way,
    WordsAfter,
)


@dataclass(frozen=True)
class Match:
    """How well a playbook fits a request, and why."""

    score: float
    """0 to 1."""
    because: tuple[str, ...]
    """What speaks for it: words of the request, attachments."""
    against: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = ", ".join(self.because) or "nothing"
        return f"{said}; against it {', '.join(self.against)}" if self.against else said


@dataclass(frozen=True)
class Playbook:
    """A playbook that was checked when it was loaded."""

    file: PlaybookFile
    path: Path

    @property
    def name(self) -> str:
        return self.file.name

    def match(self, request: Request) -> Match:
        """The sum of the weights of the signals that are there, kept between 0 and 1."""
        situation = self.situation(request)
        said = plain(request.text)
        names = " ".join(plain(each.name) for each in request.attachments)
        seen = [
            (signal.weight, why)
            for signal in self.file.applies.signals
            if (why := _why(signal, situation, said, names))
        ]
        score = round(min(1.0, max(0.0, sum(weight for weight, _ in seen))), 3)
        because = tuple(why for weight, why in seen if weight >= 0)
        return Match(score, because, tuple(why for weight, why in seen if weight < 0))

    def situation(self, request: Request) -> Situation:
        """The request, with what the playbook looks for in it."""
        found = {name: _find(finder, request.text) for name, finder in self.file.finds.items()}
        return Situation(self.file, request, {name: v for name, v in found.items() if v is not None})

    def refusal(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> str | None:
        """What the request, or this installation, lacks for it, in a sentence."""
        situation = self.situation(request)
        for need in self.file.needs:
            ways = [way for way in need.one_of if situation.holds(way)]
            if not ways:
                return situation.fill(need.otherwise)
            if not any(_is_open(way, catalogue) for way in ways):
                said = next((way.not_offered for way in ways if way.not_offered), need.otherwise)
                return situation.fill(said)
        return None


def _is_open(way: Way, catalogue: Mapping[str, CapabilityDescription]) -> bool:
    return way.offered is None or way.offered in catalogue


def _why(signal: Signal, situation: Situation, said: str, names: str) -> str | None:
    """What makes the signal true, for a person to read; None: it is not."""
    if signal.says:
        phrase = first_of(signal.says, said)
        return phrase and f"‘{phrase}’"
    if signal.attached_name:
        phrase = first_of(signal.attached_name, names)
        return phrase and f"a file named ‘{phrase}’"
    if signal.attached:
        places = situation.attached(signal.attached)
        return f"the attachment {situation.request.attachments[places[0]].name}" if places else None
    name = signal.found or signal.nothing_but or ""
    value = situation.found.get(name)
    if value is None or (signal.nothing_but and plain(str(value)) != said):
        return None
    return f"nothing but ‘{value}’" if signal.nothing_but else f"{name} ‘{value}’"


def _find(finder: Finder, text: str) -> Json:
    if isinstance(finder, CompanyFinder):
        return finding.company(text)
    if isinstance(finder, FormFinder):
        return finding.filing_form(text)
    if isinstance(finder, WordsAfter):
        return finding.words_after(text, finder.phrases)
    if isinstance(finder, SubjectFinder):
        return asking.subject(text) if asking.looks_up(text) else None
    return finding.number_before(text, finder.phrases)
