"""Which planner's proposal is taken: a playbook that applies clearly, else the rules."""

from collections.abc import Mapping
from dataclasses import dataclass

from errand.capability import CapabilityDescription
from errand.domain.errors import NothingFits, PlanRefused
from errand.domain.plan import Proposal
from errand.domain.request import Request
from errand.planning.checking import check_plan
from errand.planning.planner import Planner


@dataclass(frozen=True)
class ChoosingPlanner:
    """Keeps `Planner`. What it proposes has passed `check_plan`."""

    playbooks: Planner
    rules: Planner

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        """Raises PlanRefused with all faults, and what the planners raise."""
        proposal = self._chosen(request, catalogue)
        if faults := check_plan(proposal.plan, catalogue, request):
            raise PlanRefused(faults)
        return proposal

    def _chosen(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        try:
            known = self.playbooks.propose(request, catalogue)
        except NothingFits:
            return self.rules.propose(request, catalogue)
        return known if known.sure else self._better(known, request, catalogue)

    def _better(
        self, known: Proposal, request: Request, catalogue: Mapping[str, CapabilityDescription]
    ) -> Proposal:
        """A playbook that may apply stands back only for rules that are sure, and surer than it is."""
        try:
            made = self.rules.propose(request, catalogue)
        except NothingFits:
            return known
        if made.sure and made.score > known.score and not check_plan(made.plan, catalogue, request):
            return made
        return known
