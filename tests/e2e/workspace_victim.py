"""An agent that changes code, in a process that works as one host and may kill itself in the middle.

`python -m tests.e2e.workspace_victim FOLDER DATABASE-URL HOST MOMENT`. It tells on which host each turn was.
"""

import io
import os
import signal
import sys
import tarfile
from contextlib import closing
from pathlib import Path

from errand.agents.runner import Agents
from errand.capabilities import files
from errand.capabilities.code.changing import change_capability
from errand.capability import ArtifactRef, Catalogue
from errand.domain.plan import Plan, Reference
from errand.model import Prompt, Replied, Reply
from errand.models.scripted import ScriptedModels, calling
from errand.store import reading
from errand.store.artifacts import ArtifactFolder
from tests.installation import TestInstallation, step
from tests.integration.hosts import jobs_on

CODE = {
    "tiny/greet.py": 'def greet(name: str) -> None:\n    print("Hello " + name)\n',
    "tiny/old.py": "OLD = True\n",
}
SET_UP = "import logging\n\nlog = logging.getLogger()\n"
LAST = "Good day, "
"""Stands in what the third turn writes."""
REPLIES: tuple[Reply, ...] = (
    calling(("files_edit", {"path": "tiny/greet.py", "old": "print(", "new": "log.info("})),
    calling(
        ("files_write", {"path": "tiny/logs/set_up.py", "text": SET_UP}),
        ("files_remove", {"path": "tiny/old.py"}),
    ),
    calling(("files_edit", {"path": "tiny/greet.py", "old": "Hello ", "new": LAST})),
    calling((
        "hand_in",
        {
            "possible": True,
            "summary": "Greetings are logged.",
            "changed": [
                {"path": path, "what": "As asked."}
                for path in ("tiny/greet.py", "tiny/logs/set_up.py", "tiny/old.py")
            ],
        },
    )),
)  # fmt: skip
MOMENTS = ("before the fourth turn", "stored and not recorded")
NEVER = "never"


class Deadly(ArtifactFolder):
    """Kills this process, once, when what the third turn wrote has been stored."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "artifacts")
        self._killed = folder / "killed"

    def put(self, content: bytes) -> str:
        digest = super().put(content)
        if LAST.encode() in content:
            die_once(self._killed)
        return digest


def die_once(killed: Path) -> None:
    if not killed.exists():
        killed.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def build(folder: Path, database_url: str, host: str, moment: str) -> TestInstallation:
    """The plan has one step, which is the agent."""

    def answer(prompt: Prompt) -> Reply:
        turn = sum(isinstance(each, Replied) for each in prompt.messages)
        if moment == MOMENTS[0] and turn == len(REPLIES) - 1:
            die_once(folder / "killed")
        with (folder / "turns.txt").open("a") as file:
            file.write(f"{host}: {turn}\n")
        return REPLIES[turn]

    models = ScriptedModels(answer)
    agents = Agents(models, lambda: Catalogue(files.CAPABILITIES))
    packed = archive()
    ref = ArtifactRef(
        name="tiny.tar.gz",
        media_type="application/gzip",
        size=len(packed),
        sha256=ArtifactFolder(folder / "artifacts").put(packed),
    )
    change = step("change", "code.change", task="Log.", files=[ref.model_dump(mode="json")])
    plan = Plan((change,), result=Reference.parse("change.summary"))
    more = [change_capability(agents, models)]
    return TestInstallation(folder, plan, more=more, most_lost=1000, database_url=database_url)  # type: ignore[arg-type]  # as Catalogue


def archive() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, text in CODE.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


def main(folder: Path, database_url: str, host: str, moment: str) -> None:
    with closing(build(folder, database_url, host, moment)) as installation:
        with installation.database.read() as tx:
            known = reading.task_views(tx, status=None, limit=1)
        task = known[0].id if known else installation.submit()
        installation.registry.presume_lost()
        installation.engine.let_leases_end()
        kept = Deadly(folder) if moment == MOMENTS[1] else installation.artifacts
        with installation.working(jobs_on(installation, folder / host, kept)):
            installation.until(task, lambda view: view.status.ended)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4])
