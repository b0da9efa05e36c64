"""What the capability `plan` gives back: the plan itself becomes subtasks, the rest is its output."""

from pydantic import BaseModel, Field, PrivateAttr

from errand.domain.plan import Estimate, Plan, Proposal


class Expected(BaseModel):
    """What carrying out a plan is expected to take."""

    microdollars: int = Field(description="Millionths of a US dollar, for language models.")
    seconds: float = Field(description="On the critical path, with a worker free for every step.")
    outside: tuple[str, ...] = Field(default=(), description="Steps that act on the outside.")
    basis: str = Field(description="What the figures rest on.")

    @classmethod
    def of(cls, estimate: Estimate) -> "Expected":
        return cls(
            microdollars=estimate.microdollars,
            seconds=estimate.seconds,
            outside=estimate.outside,
            basis=estimate.basis,
        )


class Planned(BaseModel):
    """Made by `of` only."""

    _plan: Plan = PrivateAttr()
    made_by: str = Field(description="The playbook or planner that made it.")
    score: float = Field(description="How sure the planner is, 0 to 1.")
    remarks: tuple[str, ...] = Field(default=(), description="What was assumed, what is unsure.")
    not_covered: tuple[str, ...] = Field(default=(), description="Parts that the plan does nothing about.")
    estimate: Expected | None = Field(default=None, description="What it is expected to take.")

    @property
    def plan(self) -> Plan:
        """The subtasks that carry out the request."""
        return self._plan

    @classmethod
    def of(cls, proposal: Proposal) -> "Planned":
        made = cls(
            made_by=proposal.plan.made_by,
            score=proposal.score,
            remarks=proposal.remarks,
            not_covered=proposal.not_covered,
            estimate=Expected.of(proposal.estimate) if proposal.estimate else None,
        )
        made._plan = proposal.plan
        return made
