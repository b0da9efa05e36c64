"""The end of a plan: what was asked for in a form that people can open, checked, and named as the result."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from errand.capability import CapabilityDescription, Effects, Slot
from errand.domain.ids import SubtaskKey
from errand.domain.json import JsonObject
from errand.domain.plan import FROM, Reference, Step
from errand.planning.checking import SCALARS
from errand.planning.rules.building import Builder, MissingInputError, Wish
from errand.planning.rules.chains import makes
from errand.planning.words_groups import bag

FINISHED = bag("report file chart image audio video")
"""Kinds of artifacts that people open as they are."""
_CHECKED = "report"


def finish(builder: Builder) -> Builder:
    """With what was asked for in a report, where the plan would end with something that nobody can open.

    The report that needs the fewest further steps is taken; none, when no report takes all of it.
    """
    ends = builder.ends()
    if not ends or all(kinds & FINISHED for kinds in ends) or builder.only_reads():
        return builder
    tried = [made for known in builder.catalogue.values() if (made := _reported(builder, known, ends))]
    return min(tried, key=lambda made: len(made.steps), default=builder)


def _reported(builder: Builder, known: CapabilityDescription, ends: list[frozenset[str]]) -> Builder | None:
    takes = frozenset(slot.type for slot in known.inputs)
    if not makes(known, "report") or known.effects is not Effects.NONE:
        return None
    if not all(kinds & (takes | FINISHED) for kinds in ends):
        return None
    wanted = frozenset[str]().union(*ends)
    inputs = tuple(slot for slot in known.inputs if slot.required or slot.type in wanted)
    score = min(step.score for step in builder.steps)
    trial = builder.copy()
    try:
        wish = Wish(replace(known, inputs=inputs), score, "puts what was asked for into a report", ())
        trial.add(replace(wish, asked=False))
    except MissingInputError:
        return None
    return trial


def check_of(builder: Builder) -> tuple[Step, ...]:
    """The step that checks the report of a plan, where there is one of each."""
    reports = [each for each in builder.made if each.kind == _CHECKED]
    checker = next((known for known in builder.catalogue.values() if _checks(known)), None)
    if len(reports) != 1 or checker is None or any(s.capability == checker.name for s in builder.steps):
        return ()
    inputs: JsonObject = {
        slot.name: value for slot in checker.inputs if (value := builder.all_of(slot)) is not None
    }
    step = Step(
        key=SubtaskKey("check"),
        capability=checker.name,
        title="Check the result",
        inputs=inputs,
        score=min(step.score for step in builder.steps),
        because="nothing is handed over unchecked",
    )
    return () if any(each.key == step.key for each in builder.steps) else (step,)


def _checks(known: CapabilityDescription) -> bool:
    gives = {slot.name: slot.type for slot in known.outputs}
    needed = [slot.type for slot in known.inputs if slot.required]
    return gives.get("passed") == "flag" and "faults" in gives and needed == [_CHECKED]


def result_of(steps: tuple[Step, ...], catalogue: Mapping[str, CapabilityDescription]) -> Reference | None:
    """The last thing that people can open, else the main output of the last step; None: several end it."""
    fed_on = {key for step in steps for key in step.needs()}
    ends = [step for step in steps if step.key not in fed_on]
    opens = [step for step in ends if (slot := _main(catalogue, step)) and slot.type in FINISHED]
    last = (opens or steps)[-1]
    main = _main(catalogue, last)
    if main is None or sum(step.capability == last.capability for step in steps) > 1:
        return None
    if main.type == "file" and (report := _report_behind(last, catalogue, steps)):
        return report
    return Reference(last.key, (main.name, 0) if main.many else (main.name,))


def _report_behind(
    last: Step, catalogue: Mapping[str, CapabilityDescription], steps: tuple[Step, ...]
) -> Reference | None:
    """What was written as files: the report itself is the result, the files lie beside it."""
    slot = next((s for s in catalogue[last.capability].inputs if s.required and s.type == _CHECKED), None)
    source = last.inputs.get(slot.name) if slot else None
    if not isinstance(source, dict) or not isinstance(source.get(FROM), str):
        return None
    reference = Reference.parse(str(source[FROM]))
    return reference if any(step.key == reference.step for step in steps) else None


def _main(catalogue: Mapping[str, CapabilityDescription], step: Step) -> Slot | None:
    outputs = catalogue[step.capability].outputs
    return _artifact(outputs) or _plain_text(outputs)


def _artifact(outputs: Iterable[Slot]) -> Slot | None:
    kinds = [slot for slot in outputs if slot.type not in SCALARS]
    return next((slot for slot in kinds if slot.type in FINISHED), kinds[0] if kinds else None)


def _plain_text(outputs: Iterable[Slot]) -> Slot | None:
    return next((slot for slot in outputs if slot.type == "text" and not slot.many), None)
