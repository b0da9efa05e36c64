"""What is wrong with a plan that a model made, beyond what `check_plan` finds in any plan."""

from collections.abc import Iterator, Mapping

from errand.capability import CapabilityDescription, Effects
from errand.domain.json import JsonObject
from errand.domain.plan import Plan, Step, references
from errand.domain.request import Request
from errand.planning.checking import SCALARS, check_plan
from errand.planning.state import StepState, TaskState
from errand.planning.words import is_content, senses, stem, verb_of, words

MOST_STEPS = 200
"""A model that plans more than this repeats itself."""
REVIEW = "result.review"
"""The check that reads like a person; others go by rules, and hand it what they found."""

Catalogue = Mapping[str, CapabilityDescription]


def faults_of_model_plan(
    plan: Plan, catalogue: Catalogue, request: Request, asked: str, state: TaskState | None = None
) -> tuple[str, ...]:
    """Every fault, one sentence each. `asked`: all that the person said, answers to questions included."""
    found = list(check_plan(plan, catalogue, request, state))
    if len(plan.steps) > MOST_STEPS:
        found.append(f"The plan has {len(plan.steps)} steps; at most {MOST_STEPS} are allowed")
    found += _outside(plan, catalogue, asked)
    if plan.result is None:
        found.append("`result` is empty: name the output that is the finished result, as step.field")
    else:
        found += _Checked(plan, catalogue, state).faults()
    return tuple(found)


def _outside(plan: Plan, catalogue: Catalogue, asked: str) -> Iterator[str]:
    for step in plan.steps:
        known = catalogue.get(step.capability)
        if known and known.effects is Effects.OUTSIDE and not _asks_for(asked, known):
            yield (
                f"Step {step.key}: {known.name} acts on the outside, and the person did not ask for that; "
                "leave it out"
            )


def _asks_for(asked: str, known: CapabilityDescription) -> bool:
    """Whether a word of the person means what the capability does, the `send` of `mail.send`."""
    named = [stem(word) for word in words(known.name.rpartition(".")[2]) if is_content(word)]
    doing = [each for each in named if verb_of(each)] or named
    meant = {sense for each in doing for sense in senses(each)}
    return any(each in doing or senses(each) & meant for each in map(stem, words(asked)))


class _Checked:
    """Whether the result is checked by something other than its author. Not reused."""

    def __init__(self, plan: Plan, catalogue: Catalogue, state: TaskState | None) -> None:
        self.plan, self.catalogue = plan, catalogue
        self.before: dict[str, StepState] = {each.key: each for each in state.steps} if state else {}
        self.steps: dict[str, Step] = {step.key: step for step in plan.steps}

    def faults(self) -> Iterator[str]:
        word = self._type_of_result()
        able = [name for name, each in sorted(self.catalogue.items()) if word and _checks(each, word)]
        result, check = self.plan.result, self.plan.check
        if not able or result is None:
            return
        if check is None:
            yield (
                f"Nothing checks the result: add a step with {' or '.join(able)} that takes it, and name the "
                "step in `check`"
            )
            return
        if check == result.step:
            yield f"The result comes from {check} itself: let another step check it"
        elif not self._sees(check, result.step):
            yield f"The check {check} does not look at the result {result}: give it that as an input"
        if REVIEW in able and self._capability(check) != REVIEW:
            yield (
                f"{REVIEW} is offered: add a step with it that also gets what other checks found, and name "
                "the step in `check`"
            )
        done = self.before.get(check)
        if check not in self.steps and done and done.output and done.output.get("passed") is not True:
            yield f"The check {check} did not pass: add a new step that checks the new result"

    def _type_of_result(self) -> str | None:
        result = self.plan.result
        known = self.catalogue.get(self._capability(result.step)) if result else None
        if known is None or result is None or not result.path or not isinstance(result.path[0], str):
            return None
        slot = known.output(result.path[0])
        return slot.type if slot else None

    def _capability(self, key: str) -> str:
        found = self.steps.get(key) or self.before.get(key)
        return found.capability if found else ""

    def _sees(self, check: str, wanted: str) -> bool:
        """Directly, or through steps in between: a report that was written as files may be checked before."""
        looks: list[str] = [check]
        seen: set[str] = set()
        while looks:
            key = looks.pop()
            if key == wanted:
                return True
            if key not in seen:
                seen.add(key)
                looks += [reference.step for reference in references(self._inputs(key))]
        return False

    def _inputs(self, key: str) -> JsonObject:
        found = self.steps.get(key) or self.before.get(key)
        return found.inputs if found else {}


def _checks(known: CapabilityDescription, word: str) -> bool:
    """Whether it checks results of this type: among several kinds that it can do without, any may be one."""
    gives = known.output("passed") is not None and known.output("faults") is not None
    needed = [slot for slot in known.inputs if slot.required and slot.type not in SCALARS]
    return gives and any(slot.type == word and not slot.many for slot in needed or known.inputs)
