"""`code.change`: an agent edits attached code in the workspace; the difference is taken by a program."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, Field

from errand.agents.agent import Agent, Bounds, Material, Section
from errand.agents.runner import Agents
from errand.capabilities.cited.writing import needs_model
from errand.capabilities.files.folder import Folder
from errand.capabilities.files.keeping import ChangesInput, ChangesOutput, DiffRef, workspace_changes
from errand.capabilities.files.taking import TakeInput, TakeOutput, take_files
from errand.capabilities.reports.markdown import prose
from errand.capabilities.reports.model import ReportRef
from errand.capability import STEERS, ArtifactRef, Audience, Capability, Context, Effects, capability
from errand.domain.errors import InputRefused
from errand.model import Models, Role

NOT_RUN = "Nothing was run: no tests, no program, no linter. Run the project's own tests before using this."
_MOST_KEPT = 100
_MOST_LISTED = 200


class ChangeInput(BaseModel):
    task: Annotated[str, STEERS] = Field(
        min_length=1, description="The change to make, in full, with what must stay as it is."
    )
    files: list[ArtifactRef] = Field(
        min_length=1, description="The codebase: an archive (ZIP, tar.gz), or its files."
    )
    notes: list[str] = Field(
        default=[],
        description="What earlier steps found out, or a review found wrong with an earlier change.",
    )


class ChangeOutput(BaseModel):
    diff: DiffRef = Field(description="The whole change as a unified diff.")
    report: ReportRef = Field(description="What was changed and why, file by file, and what was not checked.")
    files: list[ArtifactRef] = Field(description="The changed and new files, as they are now.")
    changed: list[str] = Field(description="Paths of the files that differ, removed ones among them.")
    summary: str = Field(description="What was changed, and why it does what was asked.")
    not_checked: list[str] = Field(description="What people should run or look at.")


class FileChanged(BaseModel):
    path: str = Field(description="Path in the workspace.")
    what: str = Field(min_length=1, description="What was changed in it and why, in a sentence.")


class Change(BaseModel):
    """What was done to the codebase. The difference itself is taken from the workspace."""

    possible: bool = Field(description="False: the task can not be done here; nothing was changed.")
    summary: str = Field(min_length=1, description="What was changed and why; or why it can not be done.")
    changed: list[FileChanged] = Field(default=[], description="Each file that differs, and no other.")
    not_checked: list[str] = Field(default=[], description="What should be run or decided by people.")


PROGRAMMER: Agent[Change] = Agent(
    name="programmer",
    role=Role.WORK,
    output_type=Change,
    tools=(
        "files.list",
        "files.read",
        "files.search",
        "files.write",
        "files.edit",
        "files.remove",
        "files.changes",
    ),
    bounds=Bounds(turns=60, tool_calls=200, tokens=3_000_000, seconds=3_600.0, output_tokens=12_000),
)


def change_capability(agents: Agents, models: Models) -> Capability[ChangeInput, ChangeOutput]:
    @capability(
        "code.change",
        effects=Effects.WORKSPACE,
        needs=[needs_model(models, Role.WORK)],
        time_limit_seconds=5_400.0,
        audience=Audience.MODELS,
    )
    def change(given: ChangeInput, context: Context) -> ChangeOutput:
        """Change an attached codebase as asked: improve, fix, add to or refactor code, with a diff and notes.

        Reads the code, edits it in the workspace, and says what was changed and why. It runs nothing.
        """
        taken = take_files.run(TakeInput(files=given.files), context)
        top = _top(given, taken)
        agent = replace(PROGRAMMER, accept=lambda made, context: _faults(made, top, context))
        made = agents.run(agent, _material(given, taken), context)
        if not made.possible:
            raise InputRefused(f"The change can not be made to this code: {made.summary}")
        difference = workspace_changes.run(ChangesInput(folder=top, relative=True), context)
        kept = [*difference.changed, *difference.added][:_MOST_KEPT]
        page = "\n".join(_page(made, difference, top)) + "\n"
        return ChangeOutput(
            diff=difference.diff,
            report=context.save(ReportRef, "change.md", page.encode(), "text/markdown"),
            files=[_keep(path, top, context) for path in kept],
            changed=_paths(difference),
            summary=made.summary[:8_000],
            not_checked=[NOT_RUN, *(each[:500] for each in made.not_checked[:20])],
        )

    return change


def _material(given: ChangeInput, taken: TakeOutput) -> Material:
    listed = "\n".join(taken.paths[:_MOST_LISTED])
    if taken.taken > len(taken.paths[:_MOST_LISTED]):
        listed += "\n… and more; files_list shows them."
    sections = [Section(f"{taken.taken} files in the workspace", listed)]
    if taken.remarks:
        sections.append(Section("Left out", "\n".join(taken.remarks)))
    sections += [Section(f"Note {n}", note) for n, note in enumerate(given.notes, start=1)]
    return Material(given.task, tuple(sections))


def _top(given: ChangeInput, taken: TakeOutput) -> str:
    """The folder that an only archive became: where the people who own the code apply the difference."""
    top, below, _ = taken.paths[0].partition("/")
    return top if len(given.files) == 1 and below else ""


def _in_code(path: str, top: str) -> str:
    return path.removeprefix("./").removeprefix(f"{top}/" if top else "")


def _faults(made: Change, top: str, context: Context) -> Sequence[str]:
    difference = workspace_changes.run(ChangesInput(folder=top), context)
    differ = set(_paths(difference))
    if not made.possible:
        return ("Files differ although it is said to be impossible; undo the edits.",) if differ else ()
    if not differ:
        return ("Nothing in the workspace differs from what was given: make the change first.",)
    outside = f", or is not in the folder of the code, {top}" if top else ""
    named = {each.path.removeprefix("./") for each in made.changed}
    return (
        *(f"{path} differs, but `changed` does not name it." for path in sorted(differ - named)),
        *(f"`changed` names {path}, which does not differ{outside}." for path in sorted(named - differ)),
    )


def _paths(difference: ChangesOutput) -> list[str]:
    return sorted({*difference.changed, *difference.added, *difference.removed})


def _keep(path: str, top: str, context: Context) -> ArtifactRef:
    """Artifacts have no folders, so the path becomes part of the name."""
    content = Folder(context.workspace).read(path)
    name = _in_code(path, top).replace("/", "__")[-200:]
    return context.save(ArtifactRef, name, content, "application/octet-stream")


def _page(made: Change, difference: ChangesOutput, top: str) -> Iterator[str]:
    yield "# The change"
    yield ""
    yield prose(made.summary)
    yield ""
    lines = f"{difference.lines_added} lines added, {difference.lines_removed} taken out"
    name = difference.diff.name
    yield f"{lines}: see `{name}`, which `git apply {name}` applies in the folder of the code."
    yield ""
    yield "## Files"
    yield ""
    for each in made.changed:
        yield f"- `{_in_code(each.path, top)}`: {prose(each.what)}"
    yield ""
    yield "## Not checked"
    yield ""
    yield f"- {NOT_RUN}"
    for remark in made.not_checked:
        yield f"- {prose(remark)}"
