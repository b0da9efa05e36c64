"""Steps out of chosen capabilities: inputs filled, missing producers put in, attachments shared out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from errand.capability import CapabilityDescription, Effects, Slot
from errand.domain.ids import SubtaskKey
from errand.domain.json import Json, JsonObject
from errand.domain.plan import FROM, REQUEST, Step, references
from errand.domain.request import Request
from errand.planning.asking import subject
from errand.planning.checking import SCALARS
from errand.planning.rules import values
from errand.planning.rules.chains import Chains, makes, needed, one_of
from errand.planning.rules.tokens import Literal, Token
from errand.planning.words import words
from errand.planning.words_types import EXTENSIONS

_READ = "document"
_NEAR = 1.5
"""Cost of what one step makes."""
_MOST_TRIED = 4
"""Ways to make one thing that are tried."""


class MissingInputError(Exception):
    """A step can not be had, because an input of it can not. Never leaves the rule planner."""

    def __init__(self, capability: str, slot: Slot) -> None:
        super().__init__(f"{capability} needs {slot.name}")
        self.capability = capability
        self.slot = slot


@dataclass(frozen=True)
class Wish:
    """A capability that a clause of the request asks for."""

    capability: CapabilityDescription
    score: float
    because: str
    spoken: tuple[Token, ...]
    asked: bool = True
    """False: put in because another one needs it."""


@dataclass(frozen=True)
class _Made:
    """One thing that a step gives, or one attachment."""

    reference: str
    kind: str
    many: bool
    group: int
    """Steps of one group were made for one wish, one for each attachment."""
    label: str = ""
    wanted: bool = True

    @property
    def step(self) -> str:
        return self.reference.partition(".")[0]

    def taken(self) -> JsonObject:
        return {FROM: self.reference}


@dataclass
class Builder:
    request: Request
    catalogue: Mapping[str, CapabilityDescription]
    chains: Chains
    spoken: tuple[Token, ...]
    """Of the whole request."""
    typed: bool
    steps: list[Step] = field(default_factory=list)
    made: list[_Made] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    waiting: dict[str, Wish] = field(default_factory=dict)
    """What will be added later anyhow; taken first when its output is needed."""
    put_in: set[SubtaskKey] = field(default_factory=set)
    """Steps that the request does not ask for, but that others need."""
    groups: int = 0

    def copy(self) -> "Builder":
        return replace(
            self,
            steps=list(self.steps),
            made=list(self.made),
            assumed=list(self.assumed),
            waiting=dict(self.waiting),
            put_in=set(self.put_in),
        )

    def add(self, wish: Wish) -> None:
        """Raises MissingInputError when a required input can not be had."""
        self.waiting.pop(wish.capability.name, None)
        known = wish.capability
        sources = {slot.name: self._sources(slot, wish) for slot in known.inputs if slot.type not in SCALARS}
        self._one_of(wish, sources)
        fan = _fanned(known, sources)
        group = self.groups = self.groups + 1
        count = len(sources[fan.name]) if fan else 1
        earlier = tuple(step.key for step in self.steps)
        for at in range(count):
            inputs, label = self._inputs(wish, sources, fan, at)
            self._step(wish, inputs, label, earlier, group, alone=count == 1)

    def all_of(self, slot: Slot) -> Json:
        """For a slot of what looks at the finished plan: everything there is, the request included."""
        if slot.type in SCALARS:
            return {FROM: f"{REQUEST}.text"} if slot.name == REQUEST and slot.type == "text" else None
        return self._joined(slot, [each for each in self.made if each.kind == slot.type])

    def ends(self) -> list[frozenset[str]]:
        """Of each step that was asked for and that no other takes anything of: the types that it gives."""
        taken = {reference.step for step in self.steps for reference in references(step.inputs)}
        given = {
            step.key: frozenset(
                each.kind
                for each in self.made
                if each.step == step.key and each.wanted and each.kind not in SCALARS
            )
            for step in self.steps
            if step.key not in taken
        }
        return list(dict.fromkeys(kinds for kinds in given.values() if kinds))

    def only_reads(self) -> bool:
        """Whether all that was asked for is the files as they are read: nothing is done with them."""
        asked = [each.kind for each in self.made if each.wanted and each.kind not in SCALARS]
        return set(asked) == {_READ}

    def _step(
        self,
        wish: Wish,
        inputs: JsonObject,
        label: str,
        earlier: tuple[SubtaskKey, ...],
        group: int,
        *,
        alone: bool,
    ) -> None:
        known = wish.capability
        key = self._key(known.name)
        step = Step(
            key=key,
            capability=known.name,
            title=_title(known) + (f" ({label})" if label and not alone else ""),
            inputs=inputs,
            score=round(wish.score, 3),
            because=wish.because,
        )
        follows = not self.typed or known.effects is not Effects.NONE
        if follows and not step.needs() and earlier:
            step = replace(step, after=earlier[-1:])
        self.steps.append(step)
        if not wish.asked:
            self.put_in.add(key)
        for slot in known.outputs:
            self.made.append(_Made(f"{key}.{slot.name}", slot.type, slot.many, group, label, wish.asked))

    def _inputs(
        self, wish: Wish, sources: Mapping[str, list[_Made]], fan: Slot | None, at: int
    ) -> tuple[JsonObject, str]:
        inputs: JsonObject = {}
        label = ""
        for slot in wish.capability.inputs:
            if slot.type in SCALARS:
                value = self._plain(slot, wish)
            elif fan is not None and slot.name == fan.name:
                value, label = sources[slot.name][at].taken(), sources[slot.name][at].label
            else:
                value = self._joined(slot, sources[slot.name])
                labels = {each.label for each in sources[slot.name]}
                label = label or (labels.pop() if len(labels) == 1 else "")
            if value is not None:
                inputs[slot.name] = value
            elif slot.required:
                raise MissingInputError(wish.capability.name, slot)
        return inputs, label

    def _sources(self, slot: Slot, wish: Wish) -> list[_Made]:
        """What can fill a slot, in the plan's order: a single slot by the nearest, or its whole group."""
        found = self._fitting(slot, wish)
        if not found and slot.required:
            self._make(slot, wish)
            found = self._fitting(slot, wish)
        if not slot.required:
            asked = [each for each in found if each.wanted and not each.reference.startswith(REQUEST)]
            found = asked or self._near_at_hand(slot, wish)
        if not found and slot.required:
            raise MissingInputError(wish.capability.name, slot)
        if slot.many or not found:
            return found
        return [each for each in found if each.group == found[-1].group]

    def _near_at_hand(self, slot: Slot, wish: Wish) -> list[_Made]:
        """For a list that need not be given: what one step makes of what is attached, since it may help."""
        maker = self.chains.maker(slot.type)
        if not slot.many or maker is None or not needed(wish.capability) or not needed(maker):
            return []
        endings = [each.name.rsplit(".", 1)[-1].lower() for each in self.request.attachments]
        fitting = [slot.type in EXTENSIONS.get(ending, ()) for ending in endings]
        if self.chains.cost(slot.type) > _NEAR or not fitting or not all(fitting):
            return []
        if not any(each.kind == slot.type for each in self.made):
            only_needed = replace(maker, inputs=tuple(needed(maker)))  # else it could go on in a circle
            try:
                self.put_in_for(only_needed, slot, wish)
            except MissingInputError:
                return []
        return self._fitting(slot, wish)

    def _one_of(self, wish: Wish, sources: dict[str, list[_Made]]) -> None:
        """What takes several things, none of them required, still needs one.

        Put in for another, it only puts together what was asked for: a bundle of anything else is not wanted.
        """
        things = one_of(wish.capability)
        if not things or any(sources[slot.name] for slot in things):
            return
        cheapest = min(things, key=lambda slot: self.chains.cost(slot.type))
        if len(things) > 1 and not wish.asked:
            raise MissingInputError(wish.capability.name, cheapest)
        sources[cheapest.name] = self._sources(replace(cheapest, required=True), wish)

    def _fitting(self, slot: Slot, wish: Wish) -> list[_Made]:
        named = self._named(wish)
        found = [
            each
            for each in self.made
            if each.kind == slot.type and not (named and each.label and each.label.lower() not in named)
        ]
        if not slot.many:
            found = [replace(e, reference=f"{e.reference}[0]", many=False) if e.many else e for e in found]
        if slot.type != "file":
            return found
        attached = self._attached(wish)
        produced = [each for each in self.made if each.kind not in SCALARS and not each.many and each.wanted]
        if found and not attached:
            return found
        if produced and (not attached or _speaks_of(wish, produced[-1].kind)):
            return found or produced[-1:]
        return attached

    def _attached(self, wish: Wish) -> list[_Made]:
        """The attachments, or those of them that the clause names."""
        named = self._named(wish)
        all_of_them = [
            _Made(f"{REQUEST}.attachments[{at}]", "file", many=False, group=0, label=attachment.name)
            for at, attachment in enumerate(self.request.attachments)
        ]
        return [each for each in all_of_them if each.label.lower() in named] or all_of_them

    def _named(self, wish: Wish) -> set[str]:
        """The attachments that the clause names."""
        attached = {attachment.name.lower() for attachment in self.request.attachments}
        return {t.text.lower() for t in wish.spoken if t.literal is Literal.FILE} & attached

    def _make(self, slot: Slot, wish: Wish) -> None:
        """Put in what makes the type: something that is wanted anyhow, else the cheapest."""
        for other in list(self.waiting.values()):
            if makes(other.capability, slot.type) and other.capability.name != wish.capability.name:
                return self.add(other)
        for maker in self._makers(slot, wish):
            trial = self.copy()
            try:
                trial.put_in_for(maker, slot, wish)
            except MissingInputError:
                continue
            return self._become(trial)
        cheapest = self.chains.maker(slot.type)
        if cheapest is None or cheapest.name == wish.capability.name:
            raise MissingInputError(wish.capability.name, slot)
        return self.put_in_for(cheapest, slot, wish)

    def _makers(self, slot: Slot, wish: Wish) -> list[CapabilityDescription]:
        """What else makes it out of something that was asked for, the most of it first."""
        asked = {each.kind for each in self.made if each.wanted and each.kind not in SCALARS}
        cheapest = self.chains.maker(slot.type)
        taking = [
            (-len(asked & {each.type for each in known.inputs}), known is not cheapest, at, known)
            for at, known in enumerate(self.catalogue.values())
            if makes(known, slot.type)
            and known.effects is Effects.NONE
            and known.name != wish.capability.name
        ]
        return [known for taken, _, _, known in sorted(taking, key=lambda t: t[:3]) if taken][:_MOST_TRIED]

    def _become(self, other: "Builder") -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(other, each.name))

    def put_in_for(self, maker: CapabilityDescription, slot: Slot, wish: Wish) -> None:
        because = f"makes the {slot.type} that {wish.capability.name} needs"
        try:
            self.add(Wish(maker, wish.score, because, wish.spoken, asked=False))
        except MissingInputError as missing:
            if missing.slot.type in SCALARS or len(one_of(maker)) > 1:
                raise MissingInputError(wish.capability.name, slot) from missing
            raise

    def _plain(self, slot: Slot, wish: Wish) -> Json:
        if not slot.required:
            return self._optional(slot, wish)
        value = self._told(slot, wish)
        return [value] if slot.many and value is not None else value

    def _optional(self, slot: Slot, wish: Wish) -> Json:
        """What need not be told: a count, a choice that is spelt out, the request where it is asked for."""
        if slot.type == "number" and not slot.many:
            return values.counted(slot, wish.spoken)
        if slot.type != "text":
            return None
        if slot.many:
            return list(values.choices(slot, wish.spoken)) or None
        return {FROM: f"{REQUEST}.text"} if slot.name == REQUEST and not wish.asked else None

    def _told(self, slot: Slot, wish: Wish) -> Json:
        if slot.type == "flag":
            return True
        if values.takes_whole_request(slot) and slot.type == "text":
            return {FROM: f"{REQUEST}.text"}
        value = values.value_for(slot, wish.spoken, self.spoken)
        if value is None and slot.type in ("text", "value"):
            return self._text(slot, wish)
        return value

    def _text(self, slot: Slot, wish: Wish) -> Json:
        """A text that an earlier step made, else the person's own words."""
        earlier = [each for each in self.made if each.kind == "text" and not each.many and each.wanted]
        if earlier and not values.is_telling(slot):
            return earlier[-1].taken()
        said = values.told(slot, wish.because) if wish.asked else None
        if said is not None and values.is_searched(slot):
            return subject(said)
        if said is not None and not values.is_telling(slot):
            self.assumed.append(f"“{_short(said)}” is taken as the {slot.name} of {wish.capability.name}.")
        return said

    def _joined(self, slot: Slot, found: Sequence[_Made]) -> Json:
        if not found:
            return None
        if not slot.many:
            return found[-1].taken()
        lists = [each for each in found if each.many]
        if lists:
            return lists[-1].taken()
        attached = [each for each in found if each.reference.startswith(f"{REQUEST}.")]
        if len(attached) == len(found) == len(self.request.attachments):
            return {FROM: f"{REQUEST}.attachments"}
        return [each.taken() for each in found]

    def _key(self, name: str) -> SubtaskKey:
        base = "-".join(words(name.rsplit(".", 1)[-1])) or "step"
        base = f"{base}-step" if base == REQUEST else base
        taken = {step.key for step in self.steps}
        tried, number = base, 1
        while tried in taken:
            number += 1
            tried = f"{base}-{number}"
        return SubtaskKey(tried)


def _fanned(known: CapabilityDescription, sources: Mapping[str, list[_Made]]) -> Slot | None:
    """The single slot that several things could fill: then there is one step for each of them."""
    return next(
        (s for s in known.inputs if s.required and not s.many and len(sources.get(s.name, ())) > 1), None
    )


def _speaks_of(wish: Wish, kind: str) -> bool:
    spoken = {word for token in wish.spoken for word in (token.word, token.stem)}
    return bool(spoken & {"it", "them", *words(kind)})


def _title(known: CapabilityDescription) -> str:
    """The first words of what it does."""
    first = re.split(r"[.:;(\n,]", known.description.strip(), maxsplit=1)[0].strip()
    return _short(first or known.name, 70)


def _short(text: str, longest: int = 60) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= longest else folded[:longest].rsplit(" ", 1)[0] + " …"
