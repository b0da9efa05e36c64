"""What carrying out a plan will take: from what its capabilities took before, else from stated defaults."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from errand.capability import CapabilityDescription, Effects
from errand.domain.budget import MICRO
from errand.domain.ids import SubtaskKey
from errand.domain.plan import Estimate, Plan, Proposal, Step
from errand.domain.request import Request
from errand.domain.typical import Typical
from errand.planning.planner import Planner

PLAIN = Typical(microdollars=0, seconds=2.0)
"""Of a capability that was never used here and asks no model."""
ASKS_MODEL = Typical(microdollars=50_000, seconds=45.0)
"""Of one that does: some 15,000 tokens read and 1,500 written, at the price of a large hosted model."""

Catalogue = Mapping[str, CapabilityDescription]


@dataclass(frozen=True)
class Estimator:
    """May be shared between threads."""

    history: Callable[[], Mapping[str, Typical]]
    """What capabilities took here; asked for each plan anew."""
    asks_model: Callable[[str], bool]
    """Whether the capability of this name asks a language model."""
    unknown_model: Typical = ASKS_MODEL
    """Of a capability that asks a model and was never used here."""

    def estimate(self, plan: Plan, catalogue: Catalogue) -> Estimate:
        """For the steps of this plan, each done once; a revision's estimate is that of its new steps."""
        known = self.history()
        takes = {step.key: self._typical(step, known) for step in plan.steps}
        outside = tuple(
            step.key
            for step in plan.steps
            if step.capability in catalogue and catalogue[step.capability].effects is Effects.OUTSIDE
        )
        return Estimate(
            microdollars=sum(each.microdollars for each in takes.values()),
            seconds=round(_longest_way(plan.steps, {key: each.seconds for key, each in takes.items()}), 1),
            outside=outside,
            basis=self._basis(plan, known),
        )

    def added(self, proposal: Proposal, catalogue: Catalogue) -> Proposal:
        return replace(proposal, estimate=self.estimate(proposal.plan, catalogue))

    def _typical(self, step: Step, known: Mapping[str, Typical]) -> Typical:
        default = self.unknown_model if self.asks_model(step.capability) else PLAIN
        return known.get(step.capability, default)

    def _basis(self, plan: Plan, known: Mapping[str, Typical]) -> str:
        new = [step for step in plan.steps if step.capability not in known]
        seen = len(plan.steps) - len(new)
        said = [f"earlier work here for {_steps(seen)}"] if seen else []
        asking = sum(self.asks_model(step.capability) for step in new)
        if asking:
            each = f"{self.unknown_model.microdollars / MICRO:.2f} USD and {self.unknown_model.seconds:.0f} s"
            said.append(f"an assumed {each} each for {_asking(asking)}")
        if len(new) > asking:
            said.append(f"an assumed {PLAIN.seconds:.0f} s each for {_steps(len(new) - asking)}")
        return f"Rests on {' and '.join([', '.join(said[:-1]), said[-1]] if said[1:] else said)}."


@dataclass(frozen=True)
class EstimatingPlanner:
    """Keeps `Planner`: what another one proposes, with an estimate."""

    planner: Planner
    estimator: Estimator

    def propose(self, request: Request, catalogue: Catalogue) -> Proposal:
        return self.estimator.added(self.planner.propose(request, catalogue), catalogue)


def _longest_way(steps: Iterable[Step], seconds: Mapping[SubtaskKey, float]) -> float:
    """Seconds, through steps that wait for one another. What other revisions planned takes nothing."""
    needs = {step.key: [key for key in step.needs() if key in seconds] for step in steps}
    waiting = {key: len(set(needed)) for key, needed in needs.items()}
    releases: dict[SubtaskKey, list[SubtaskKey]] = {key: [] for key in needs}
    for key, needed in needs.items():
        for each in set(needed):
            releases[each].append(key)
    begins = dict.fromkeys(needs, 0.0)
    ready = [key for key, count in waiting.items() if not count]
    longest = 0.0
    while ready:
        key = ready.pop()
        ends = begins[key] + seconds[key]
        longest = max(longest, ends)
        for each in releases[key]:
            begins[each] = max(begins[each], ends)
            waiting[each] -= 1
            if not waiting[each]:
                ready.append(each)
    return longest


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _asking(count: int) -> str:
    return f"{_steps(count)} that {'asks' if count == 1 else 'ask'} a model"
