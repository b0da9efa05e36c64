"""What an installation can do, and how it plans.

Parts are built when first asked for, so that looking at a task loads no planner.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from errand.agents.runner import Agents
from errand.capabilities.plan import plan_capability
from errand.capability import Capability, CapabilityDescription, Catalogue, Effects
from errand.config import Settings
from errand.domain.plan import Proposal
from errand.domain.request import Request
from errand.domain.task import PLAN
from errand.domain.typical import Typical
from errand.model import Role
from errand.models.installed import InstalledModels, Metered
from errand.planning.estimating import EstimatingPlanner, Estimator
from errand.planning.plain import PlainPlanner
from errand.planning.planner import Planner, TaskPlanner
from errand.sessions.passing import PassingContext
from errand.store.database import Database
from errand.store.history import typical
from errand.store.home import Home
from errand.store.metering import metered
from errand.store.spending import Payer, Spending

if TYPE_CHECKING:  # planners are loaded when somebody plans
    from errand.planning.model.planner import ModelPlanner
    from errand.planning.playbooks import PlaybookPlanner

Offered = Callable[[], Collection[str]]
"""Names of the capabilities that workers offer."""


class Abilities:
    """Lives as long as its process; used by any number of threads at once."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        home: Home,
        database: Database,
        models: InstalledModels,
        spending: Spending,
        offered: Offered | None = None,
    ) -> None:
        """`offered`: where others work; None: this process does it all."""
        self._settings, self._clock, self._home, self._database = settings, clock, home, database
        self._models, self._spending, self._offered = models, spending, offered

    def check(self) -> None:
        """A bad playbook is refused now, not in the middle of a task. Raises SetupError."""
        self.planner  # noqa: B018  # building it reads the playbooks

    @cached_property
    def catalogue(self) -> Catalogue:
        """What this process knows, offered here or not."""
        return Catalogue([*self.capabilities(), plan_capability(self.task_planner, self.plannable)])

    def plannable(self) -> Mapping[str, CapabilityDescription]:
        """What a plan may use now. Before there was any worker, nobody knows what they will offer, and what
        this process could do is taken for it."""
        offered = self._offered() if self._offered else ()
        if not offered:
            return self.catalogue.descriptions()
        return {each.name: each.describe() for each in self.catalogue if each.name in offered}

    def capabilities(self) -> list[Capability[Any, Any]]:
        """All but the one that plans."""
        from errand.capabilities import documents, files, filings, financials, mathematics, reports, risks
        from errand.capabilities.edgar.filing import edgar_capabilities
        from errand.capabilities.edgar.settings import EdgarSettings
        from errand.capabilities.tables import CAPABILITIES as TABLES

        edgar = EdgarSettings(
            user_agent=self._settings.edgar_user_agent,
            url=self._settings.edgar_url,
            data_url=self._settings.edgar_data_url,
        )
        return [
            *documents.CAPABILITIES,
            *filings.CAPABILITIES,
            *financials.CAPABILITIES,
            *risks.CAPABILITIES,
            *reports.CAPABILITIES,
            *files.CAPABILITIES,
            *TABLES,
            *mathematics.CAPABILITIES,
            *edgar_capabilities(edgar),
            *self._asking_models,
        ]

    def repeatable(self) -> frozenset[str]:
        """Names of those that may be done twice at no harm and no cost: they change nothing, ask no model,
        and do not plan."""
        free = {each.name for each in self.catalogue if each.effects is Effects.NONE}
        return frozenset(free - {each.name for each in self._asking_models} - {PLAN})

    @cached_property
    def planner(self) -> Planner:
        """Plans without a model."""
        from errand.planning.choosing import ChoosingPlanner
        from errand.planning.rules import RulePlanner

        rules = RulePlanner(threshold=self._settings.plan_threshold)
        return EstimatingPlanner(ChoosingPlanner(self._playbooks, rules), self._estimator)

    @cached_property
    def task_planner(self) -> TaskPlanner:
        if self._models.serves(Role.PLAN):
            return self._model_planner
        return PlainPlanner(_PlannerToCome(lambda: self.planner))

    @cached_property
    def planner_outside_tasks(self) -> Planner:
        if not self._models.serves(Role.PLAN):
            return self.planner
        return _OutsideTasks(self._model_planner, lambda: metered(self._spending, Payer("plan")), self._clock)

    @cached_property
    def _asking_models(self) -> tuple[Capability[Any, Any], ...]:
        """Some of them find another way where there is none."""
        from errand.capabilities.code import code_capabilities
        from errand.capabilities.reports import report_capabilities
        from errand.capabilities.text import text_capabilities
        from errand.capabilities.work import work_capability

        agents, models = self._agents, self._models
        return (
            *text_capabilities(agents, models),
            *report_capabilities(agents, models),
            *code_capabilities(agents, models),
            work_capability(agents, models),
        )

    @cached_property
    def _agents(self) -> Agents:
        return Agents(self._models, lambda: self.catalogue)

    @cached_property
    def _model_planner(self) -> "ModelPlanner":
        from errand.planning.model.planner import ModelPlanner

        return ModelPlanner(
            self._agents,
            fallback=_PlannerToCome(lambda: self.planner),
            playbooks=_PlannerToCome(lambda: self._playbooks),
            estimator=self._estimator,
            model=self._settings.model_setup().named(Role.PLAN)[0],
            threshold=self._settings.plan_threshold,
        )

    @cached_property
    def _estimator(self) -> Estimator:
        from errand.capabilities.text.find import find

        asking = {each.name for each in self._asking_models} - {find.name} if self._settings.model else set()
        return Estimator(self._history, asks_model=lambda name: name in asking)

    def _history(self) -> Mapping[str, Typical]:
        with self._database.read() as tx:
            return typical(tx)

    @cached_property
    def _playbooks(self) -> "PlaybookPlanner":
        from errand.planning.playbooks import PlaybookPlanner, load_playbooks

        own = [self._home.playbooks] if self._home.playbooks.is_dir() else []
        known = {each.name: each.describe() for each in self.catalogue}
        return PlaybookPlanner(load_playbooks([*self._settings.playbooks, *own], known))


class _OutsideTasks:
    """Keeps `Planner` by a model that plans within tasks."""

    def __init__(self, planner: "ModelPlanner", metered: Metered, clock: Callable[[], datetime]) -> None:
        self._planner, self._metered, self._clock = planner, metered, clock

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        with self._metered() as meter, TemporaryDirectory(prefix="errand-") as folder:
            context = PassingContext(Path(folder), self._clock(), meter)
            return self._planner.propose(request, catalogue, context)


class _PlannerToCome:
    """Keeps `Planner` for the capability that plans: the planner is built from a catalogue that holds it."""

    def __init__(self, built: Callable[[], Planner]) -> None:
        self._built = built

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        return self._built().propose(request, catalogue)
