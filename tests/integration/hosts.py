"""Hosts that share a store and a place for artifacts, each with its own folder for workspaces."""

from dataclasses import dataclass, field
from pathlib import Path

from errand.domain.ids import WorkerId
from errand.domain.task import PLAN, Job
from errand.jobs import Jobs
from errand.sessions.shared import SharedWorkspaces
from errand.sessions.workspace import Workspace
from errand.store.artifacts import ArtifactFolder, Artifacts
from errand.store.turns import Conversations
from errand.store.workspaces import WorkspaceRecord
from tests.installation import TestInstallation, address


@dataclass
class Counted:
    """Keeps `Artifacts` by a folder, and tells how often which content went there and back."""

    kept: ArtifactFolder
    put_there: list[int] = field(default_factory=list)
    got: list[str] = field(default_factory=list)

    def put(self, content: bytes) -> str:
        self.put_there.append(len(content))
        return self.kept.put(content)

    def put_file(self, path: Path) -> str:
        self.put_there.append(path.stat().st_size)
        return self.kept.put_file(path)

    def get(self, digest: str) -> bytes:
        self.got.append(digest)
        return self.kept.get(digest)

    def holds(self, digest: str) -> bool:
        return self.kept.holds(digest)

    def check(self) -> None:
        self.kept.check()


def host(
    installation: TestInstallation, folder: Path, artifacts: Artifacts | None = None
) -> SharedWorkspaces:
    """Workspaces on one more host, in this folder of it."""
    record = WorkspaceRecord(installation.database)
    return SharedWorkspaces(folder, record, artifacts or installation.artifacts, installation.clock)


def jobs_on(installation: TestInstallation, folder: Path, artifacts: Artifacts | None = None) -> Jobs:
    """What carries out jobs on that host."""
    kept = artifacts or installation.artifacts
    return Jobs(
        installation.engine,
        installation.catalogue,
        kept,
        host(installation, folder, kept),
        Conversations(installation.database, installation.clock),
        installation.spending,
        installation.clock,
    )


def recorded(installation: TestInstallation, job: Job, workspace: Workspace) -> bool:
    """Record what is there, with a turn. False: the job is not its worker's any more."""
    changes = workspace.changes()
    conversations = Conversations(installation.database, installation.clock)
    if not conversations.record(job, {"any": "turn"}, None, changes):
        return False
    workspace.recorded(changes)
    return True


def claimed(installation: TestInstallation) -> Job:
    """The first job of a new task."""
    job = installation.engine.claim(address(installation.submit(), PLAN), WorkerId("test"))
    if job is None:
        raise LookupError("The first job of a new task was taken")
    return job
