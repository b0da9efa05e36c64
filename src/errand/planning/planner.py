"""The contract of a planner: from a request, and what can be done here, to a plan."""

from collections.abc import Mapping
from typing import Protocol

from errand.capability import CapabilityDescription
from errand.domain.plan import Proposal
from errand.domain.request import Request


class Planner(Protocol):
    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        """A plan for the request out of the capabilities in `catalogue`, by name.

        The same request against the same catalogue gives the same proposal. Raises NothingFits when no
        combination of them does what was asked, InputRefused when the request lacks something.
        """
        ...
