"""Playbooks: files that say how to do a kind of task well. docs/playbooks.md shows how to write one."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from errand.capability import CapabilityDescription
from errand.domain.errors import InputRefused, NothingFits, NotOffered, PlaybookRefused
from errand.domain.plan import Plan, Proposal
from errand.domain.request import Request
from errand.planning.covering import is_narrower, left_out
from errand.planning.expanding import expand
from errand.planning.matching import plain
from errand.planning.playbook import Match, Playbook
from errand.planning.playbook_checks import faults_in
from errand.planning.playbook_file import PlaybookFile
from errand.planning.playbook_yaml import FileFault, Located, read
from errand.planning.words import stem, words

SHIPPED = Path(__file__).with_name("playbook_files")


def load_playbooks(
    folders: Sequence[Path], catalogue: Mapping[str, CapabilityDescription], *, shipped: bool = True
) -> tuple[Playbook, ...]:
    """The shipped playbooks and those in the folders, in the order of their names.

    One in a later folder replaces one of the same name. `catalogue` is every capability that is known, also
    those that are not offered here. Raises PlaybookRefused with all faults of all files.
    """
    loaded: dict[str, Playbook] = {}
    faults: list[FileFault] = []
    for folder in [*([SHIPPED] if shipped else []), *folders]:
        if not folder.is_dir():
            faults.append(FileFault(folder, 0, "there is no such folder of playbooks"))
            continue
        here, wrong = _load_folder(folder, catalogue)
        loaded |= here
        faults += wrong
    if faults:
        raise PlaybookRefused("\n".join(str(fault) for fault in sorted(set(faults))))
    return tuple(loaded[name] for name in sorted(loaded))


class PlaybookPlanner:
    """Keeps `errand.planning.planner.Planner`: the playbook that fits best, applied."""

    def __init__(self, playbooks: Sequence[Playbook]) -> None:
        self._playbooks = tuple(playbooks)

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        """Raises NothingFits when no playbook applies, and when the one that does lacks something:
        InputRefused what the person must give, NotOffered what this installation needs.
        """
        best = self.best(request)
        if best is None:
            raise NothingFits(
                "No playbook fits this request; `errand capabilities` lists what can be done here."
            )
        playbook, match = best
        sure = match.score >= playbook.file.applies.surely
        if refusal := playbook.refusal(request, catalogue):
            raise (InputRefused if sure else NothingFits)(refusal)
        because = f"{playbook.file.title}: {match}"
        plan, _ = expand(playbook.situation(request), catalogue, score=match.score, because=because)
        _refuse_what_is_not_offered(playbook, plan, catalogue)
        not_done = left_out(playbook, request, _does(plan, catalogue))
        return Proposal(plan, match.score, sure, _left_out(playbook, catalogue), not_done)

    def lacks(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> str | None:
        """What must be given, or set up, before the one that fits best can be used; None: nothing."""
        best = self.best(request)
        return best[0].refusal(request, catalogue) if best else None

    def is_narrower(self, request: Request) -> bool:
        """Whether the one that fits best does more than the request asks for."""
        best = self.best(request)
        return best is not None and is_narrower(best[0], request)

    def titles(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> tuple[str, ...]:
        """What could be done with what is attached, whatever the request says."""
        return tuple(
            playbook.file.title
            for playbook in self._playbooks
            if request.attachments
            and not playbook.refusal(request, catalogue)
            and {s.capability for s in playbook.file.steps if not s.unless} <= catalogue.keys()
        )

    def words(self) -> frozenset[str]:
        """What the playbooks listen for, word by word."""
        return frozenset(
            word
            for playbook in self._playbooks
            for signal in playbook.file.applies.signals
            for phrase in signal.says
            for word in plain(phrase.replace("*", "")).split()
            if f"{word}*" not in phrase
        )

    def best(self, request: Request) -> tuple[Playbook, Match] | None:
        """The one with the highest score of those that apply; the first by name of equals."""
        matches = [(playbook, playbook.match(request)) for playbook in self._playbooks]
        able = [each for each in matches if each[1].score >= each[0].file.applies.at_least]
        return min(able, key=lambda each: (-each[1].score, each[0].name), default=None)


def _does(plan: Plan, catalogue: Mapping[str, CapabilityDescription]) -> frozenset[str]:
    known = [catalogue[name] for name in {step.capability for step in plan.steps}]
    return frozenset(stem(word) for each in known for word in (*words(each.name), *words(each.description)))


def _refuse_what_is_not_offered(
    playbook: Playbook, plan: Plan, catalogue: Mapping[str, CapabilityDescription]
) -> None:
    if missing := sorted({step.capability for step in plan.steps} - catalogue.keys()):
        raise NotOffered(
            f"‘{playbook.file.title}’ needs {', '.join(missing)}, which this installation does not offer; "
            "`errand doctor` says what to install or set."
        )


def _left_out(playbook: Playbook, catalogue: Mapping[str, CapabilityDescription]) -> tuple[str, ...]:
    missing = [s.capability for s in playbook.file.steps if s.optional and s.capability not in catalogue]
    return tuple(f"Left out, since it is not offered here: {name}" for name in dict.fromkeys(missing))


def _load_folder(
    folder: Path, catalogue: Mapping[str, CapabilityDescription]
) -> tuple[dict[str, Playbook], list[FileFault]]:
    loaded: dict[str, Playbook] = {}
    faults: list[FileFault] = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        playbook = _load(path, catalogue)
        if isinstance(playbook, list):
            faults += playbook
        elif playbook.name in loaded:
            says = f"{loaded[playbook.name].path.name} in this folder has the name {playbook.name} already"
            faults.append(FileFault(path, 1, says))
        else:
            loaded[playbook.name] = playbook
    return loaded, faults


def _load(path: Path, catalogue: Mapping[str, CapabilityDescription]) -> Playbook | list[FileFault]:
    located = read(path)
    if isinstance(located, list):
        return located
    file = _validated(located)
    if isinstance(file, list):
        return file
    playbook = Playbook(file, path)
    return [located.fault(place, says) for place, says in faults_in(playbook, catalogue)] or playbook


def _validated(located: Located) -> PlaybookFile | list[FileFault]:
    try:
        return PlaybookFile.model_validate_json(json.dumps(located.data))
    except ValidationError as error:
        return [
            located.fault(fault["loc"], f"{_where(fault['loc'])}{fault['msg'].removeprefix('Value error, ')}")
            for fault in error.errors(include_url=False)
        ]


def _where(place: tuple[str | int, ...]) -> str:
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return f"{words.removeprefix('.')}: " if words else ""
