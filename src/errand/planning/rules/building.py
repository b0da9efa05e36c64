"""Steps out of chosen capabilities: inputs filled, missing producers put in, attachments shared out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from errand.capability import CapabilityDescription, Effects, Slot
from errand.domain.ids import SubtaskKey
from errand.domain.json import Json, JsonObject
from errand.domain.plan import FROM, REQUEST, Step, references
from errand.domain.request import Request
from errand.planning.checking import SCALARS
from errand.planning.rules import values
from errand.planning.rules.chains import Chains, makes, one_of
from errand.planning.rules.tokens import Literal, Token
from errand.planning.words import words


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
            self._step(wish, inputs, label if count > 1 else "", earlier, group)

    def ends(self) -> frozenset[str]:
        """Types of the things that were asked for and that no step takes."""
        taken = {
            f"{reference.step}.{reference.path[0]}"
            for step in self.steps
            for reference in references(step.inputs)
            if reference.path
        }
        kept = [each for each in self.made if each.wanted and each.kind not in SCALARS]
        return frozenset(each.kind for each in kept if each.reference not in taken)

    def _step(
        self,
        wish: Wish,
        inputs: JsonObject,
        label: str,
        earlier: tuple[SubtaskKey, ...],
        group: int,
    ) -> None:
        known = wish.capability
        key = self._key(known.name)
        step = Step(
            key=key,
            capability=known.name,
            title=_title(known) + (f" ({label})" if label else ""),
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
            found = [each for each in found if each.wanted and not each.reference.startswith(REQUEST)]
        if not found and slot.required:
            raise MissingInputError(wish.capability.name, slot)
        if slot.many or not found:
            return found
        return [each for each in found if each.group == found[-1].group]

    def _one_of(self, wish: Wish, sources: dict[str, list[_Made]]) -> None:
        """What takes several things, none of them required, still needs one."""
        things = one_of(wish.capability)
        if things and not any(sources[slot.name] for slot in things):
            cheapest = min(things, key=lambda slot: self.chains.cost(slot.type))
            sources[cheapest.name] = self._sources(replace(cheapest, required=True), wish)

    def _fitting(self, slot: Slot, wish: Wish) -> list[_Made]:
        found = [each for each in self.made if each.kind == slot.type]
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
        named = {t.text.lower() for t in wish.spoken if t.literal is Literal.FILE}
        all_of_them = [
            _Made(f"{REQUEST}.attachments[{at}]", "file", many=False, group=0, label=attachment.name)
            for at, attachment in enumerate(self.request.attachments)
        ]
        return [each for each in all_of_them if each.label.lower() in named] or all_of_them

    def _make(self, slot: Slot, wish: Wish) -> None:
        """Put in what makes the type: something that is wanted anyhow, else the cheapest."""
        for other in list(self.waiting.values()):
            if makes(other.capability, slot.type) and other.capability.name != wish.capability.name:
                return self.add(other)
        maker = self.chains.maker(slot.type)
        if maker is None or maker.name == wish.capability.name:
            raise MissingInputError(wish.capability.name, slot)
        self._put_in(maker, slot, wish)
        return None

    def _put_in(self, maker: CapabilityDescription, slot: Slot, wish: Wish) -> None:
        because = f"makes the {slot.type} that {wish.capability.name} needs"
        try:
            self.add(Wish(maker, wish.score, because, wish.spoken, asked=False))
        except MissingInputError as missing:
            if missing.slot.type in SCALARS:
                raise MissingInputError(wish.capability.name, slot) from missing
            raise

    def _plain(self, slot: Slot, wish: Wish) -> Json:
        if not slot.required:
            return values.counted(slot, wish.spoken) if slot.type == "number" and not slot.many else None
        value = self._told(slot, wish)
        return [value] if slot.many and value is not None else value

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
