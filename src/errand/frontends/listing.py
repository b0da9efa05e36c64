"""Tasks, plans, questions and dead letters: what there is, and what a person decides about them."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from errand.domain.budget import CostsBy
from errand.domain.errors import InputRefused
from errand.domain.ids import TaskId
from errand.domain.json import JsonObject
from errand.domain.plan import Proposal, Step, references
from errand.domain.task import SubtaskView, TaskStatus, TaskView
from errand.frontends import results, wording
from errand.frontends.costing import may_take, spent
from errand.frontends.running import Open, somebody_works, starts_work
from errand.frontends.terminal import now, say, show_json, show_table
from errand.service import Installation, Service


def list_tasks(open_installation: Open, status: TaskStatus | None, limit: int, *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        service = installation.service
        tasks = service.tasks(status, limit)
        if as_json:
            show_json([_task_json(each) for each in tasks])
            return
        if not tasks:
            say(f"There are no tasks{f' that are {status}' if status else ''}; `errand run` begins one.")
            return
        rows = [
            (each.id, each.shown_status, f"{each.total - each.open}/{each.total}",
             wording.ago(each.created, now()), wording.line(each.text, 200))
            for each in tasks
        ]  # fmt: skip
        show_table(("task", "status", "steps", "asked", "request"), rows)


def show_task(open_installation: Open, beginning: str, out: Path | None, *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        service = installation.service
        task = service.find(beginning)
        written = results.write_result(service, task, out) if out is not None else None
        if as_json:
            show_json(written.record if written else service.record(task))
            return
        _show(service, service.task(task))
        if written:
            say(f"\nResult: {wording.line(results.shown_folder(written.folder))}/{results.RESULT}")


def _show(service: Service, view: TaskView) -> None:
    task = TaskId(view.id)
    say(wording.task_sentence(view), "bold")
    say(f"Asked for: {wording.line(view.text, 500)}")
    for each in view.attachments:
        say(f"Attached:  {wording.line(str(each['name']))} ({_size(each)})")
    if view.made_by:
        later = f", revision {view.revision}" if view.revision > 1 else ""
        say(f"Plan:      by {wording.line(view.made_by)}, sure by {view.score:.0%}{later}")
    used = spent(service.costs(CostsBy.CAPABILITY, task=task))
    if used or any(view.limits.values()):
        say(f"Spent:     {used or 'nothing on models'}{may_take(service.limits_of(view))}")
    for remark in (*view.remarks, *(view.missing if view.status is not TaskStatus.SUCCEEDED else ())):
        say(f"- {wording.line(remark)}")
    say("")
    _show_steps(service.subtasks(task), revised=view.revision > 1)
    for asked in service.questions(task):
        say("\n" + "\n".join(wording.question_lines(asked)))
    if made := service.artifacts(task):
        names = wording.listed([wording.line(str(each["name"])) for each in made], 12)
        say(f"\nFiles: {names}")
        say(f"Written to a folder by: errand show {task} --out FOLDER")


def _show_steps(steps: Sequence[SubtaskView], *, revised: bool) -> None:
    """Where the plan was revised, with the revision that brought each; what it goes on without is dimmed."""
    rows = [
        (wording.MARKS[each.status], wording.line(each.title or each.address.key), each.capability,
         *((str(each.revision),) if revised else ()), str(each.attempt), each.worker or "",
         wording.between(each.started, each.ended), wording.line(wording.step_remark(each), 200))
        for each in steps
    ]  # fmt: skip
    heads = ("", "step", "capability", *(("plan",) if revised else ()), "attempts", "worker", "time", "")
    show_table(heads, rows, dimmed=[n for n, each in enumerate(steps) if each.is_gone])


def list_questions(open_installation: Open, *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        asked = installation.service.questions()
        if as_json:
            show_json([asdict(each) for each in asked])
        elif not asked:
            say("Nothing is asked.")
        for each in () if as_json else asked:
            say(f"{each.id}  task {each.task}")
            say("\n".join(wording.question_lines(each)) + "\n")


def cancel_task(open_installation: Open, beginning: str) -> None:
    with closing(open_installation()) as installation:
        service = installation.service
        task = service.find(beginning)
        done = service.cancel(task)
        say(
            f"Task {task} was cancelled."
            if done
            else f"It had ended before: {wording.task_sentence(service.task(task))}"
        )


def retry_task(open_installation: Open, beginning: str, keys: Sequence[str]) -> None:
    with closing(open_installation()) as installation:
        service = installation.service
        task = service.find(beginning)
        known = {each.address.key for each in service.subtasks(task)}
        if unknown := [key for key in keys if key not in known]:
            raise InputRefused(
                f"Task {task} has no subtask {wording.line(unknown[0])}; `errand show {task}` lists them."
            )
        say_again(installation, task, service.retry(task, keys))


def say_again(installation: Installation, task: TaskId, keys: Sequence[str]) -> None:
    how = "" if somebody_works(installation.service) else f"; {starts_work(installation)} works on it"
    say(f"Task {task}: {wording.number(len(keys), 'step')} run again ({wording.listed(keys, 8)}){how}.")


def replan_task(open_installation: Open, beginning: str, remark: str) -> None:
    with closing(open_installation()) as installation:
        service = installation.service
        task = service.find(beginning)
        key = service.replan(task, remark)
        how = "" if somebody_works(service) else f"; {starts_work(installation)} works on it"
        say(f"Task {task}: the rest is planned anew ({key}){how}.")


def show_plan(open_installation: Open, text: str, attachments: Sequence[Path], *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        proposal = installation.service.propose(text, attachments)
    if as_json:
        show_json(_plan_json(proposal))
        return
    sure = "" if proposal.sure else "; it would ask before it begins"
    say(f"Plan by {wording.line(proposal.plan.made_by)}, sure by {proposal.score:.0%}{sure}.")
    if proposal.estimate:
        say(f"Expected: {wording.line(proposal.estimate.in_words())}")
    reasons = {each.because for each in proposal.plan.steps}
    if len(reasons) == 1:
        say(f"Why: {wording.line(reasons.pop())}")
    say("")
    for n, each in enumerate(proposal.plan.steps, start=1):
        say(f"{n:>3}. {_step(each)}  [{each.capability}, score {each.score:.2f}]", "bold")
        for told in (_inputs(each), wording.line(each.because) if reasons else ""):
            if told:
                say(f"     {told}")
    if proposal.remarks or proposal.not_covered:
        say("")
    for remark in proposal.remarks:
        say(f"- {wording.line(remark)}")
    for part in proposal.not_covered:
        say(f"- Nothing here does this: {wording.line(part)}")


def _step(step: Step) -> str:
    return wording.line(step.title or step.key) + (" (optional)" if step.optional else "")


def _inputs(step: Step) -> str:
    """`document ← read.document; sentences = 7`."""
    parts = []
    for name, value in step.inputs.items():
        named = ", ".join(map(str, references(value)))
        parts.append(f"{name} ← {named}" if named else f"{name} = {wording.line(str(value), 40)}")
    return wording.line("; ".join(parts))


def _size(attachment: JsonObject) -> str:
    count = attachment.get("size")
    return wording.size(count) if isinstance(count, int) else ""


def _task_json(view: TaskView) -> object:
    return {
        "id": view.id, "status": view.shown_status, "text": view.text,
        "created": view.created, "ended": view.ended, "open": view.open, "total": view.total,
        "missing": view.missing, "fault": view.fault,
    }  # fmt: skip


def _plan_json(proposal: Proposal) -> object:
    plan = proposal.plan
    return {
        "made_by": plan.made_by, "score": proposal.score, "sure": proposal.sure,
        "remarks": proposal.remarks, "not_covered": proposal.not_covered,
        "result": str(plan.result) if plan.result else None, "check": plan.check,
        "estimate": asdict(proposal.estimate) if proposal.estimate else None,
        "steps": [asdict(each) for each in plan.steps],
    }  # fmt: skip
