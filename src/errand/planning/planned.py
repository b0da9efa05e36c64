"""What the capability `plan` gives back: the plan itself becomes subtasks, the rest is its output."""

from pydantic import BaseModel, ConfigDict, Field

from errand.domain.plan import Plan, Proposal


class Planned(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    plan: Plan = Field(exclude=True, description="The subtasks that carry out the request.")
    made_by: str = Field(description="The playbook or planner that made it.")
    score: float = Field(description="How sure the planner is, 0 to 1.")
    remarks: tuple[str, ...] = Field(default=(), description="What was assumed, what is unsure.")
    not_covered: tuple[str, ...] = Field(default=(), description="Parts that the plan does nothing about.")

    @classmethod
    def of(cls, proposal: Proposal) -> "Planned":
        return cls(
            plan=proposal.plan,
            made_by=proposal.plan.made_by,
            score=proposal.score,
            remarks=proposal.remarks,
            not_covered=proposal.not_covered,
        )
