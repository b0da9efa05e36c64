"""What the capability `plan` gives back: the plan itself becomes subtasks, the rest is its output."""

from pydantic import BaseModel, Field, PrivateAttr

from errand.domain.plan import Plan, Proposal


class Planned(BaseModel):
    """Made by `of` only."""

    _plan: Plan = PrivateAttr()
    made_by: str = Field(description="The playbook or planner that made it.")
    score: float = Field(description="How sure the planner is, 0 to 1.")
    remarks: tuple[str, ...] = Field(default=(), description="What was assumed, what is unsure.")
    not_covered: tuple[str, ...] = Field(default=(), description="Parts that the plan does nothing about.")

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
        )
        made._plan = proposal.plan
        return made
