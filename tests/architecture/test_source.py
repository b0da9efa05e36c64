"""Promises about how the code is written that no linter of ours checks."""

import ast
import re
from itertools import pairwise

from tests.architecture.project import files, functions, name, source_files, tree

LONGEST_FILE, LONGEST_FUNCTION = 400, 50
FILES_THAT_MAY_BE_LONGER: dict[str, str] = {}
"""Path -> reason."""
FUNCTIONS_THAT_MAY_BE_LONGER: dict[str, str] = {
    "src/errand/store/migrations/versions/0001_first_tables.py:upgrade": "tables, as they were then",
}
"""`path:function` -> reason."""

_EXEMPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore)")
_REASONED = re.compile(r"#\s*(noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[a-z, -]+\])(\s+#\s+\S+)?")
SAYS_NOTHING = {"utils", "helpers", "common", "misc", "manager", "base", "core", "types", "handler"}


def test_no_file_is_longer_than_a_person_can_keep_in_mind() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in source_files()}

    too_long = {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE}

    assert too_long.keys() == FILES_THAT_MAY_BE_LONGER.keys(), too_long


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {
        f"{name(path)}:{each.name}": (each.end_lineno or each.lineno) - each.lineno + 1
        for path in source_files()
        for each in functions(tree(path))
    }

    too_long = {where: lines for where, lines in lengths.items() if lines > LONGEST_FUNCTION}

    assert too_long.keys() == FUNCTIONS_THAT_MAY_BE_LONGER.keys(), too_long


def test_only_one_place_catches_whatever_may_come() -> None:
    broad = [
        name(path)
        for path in source_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and _is_broad(node) and not _hands_on(node)
    ]

    assert broad == ["src/errand/jobs.py"]


def test_only_config_reads_the_environment() -> None:
    readers = {
        name(path)
        for path in source_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"}
    }

    assert readers <= {"src/errand/config.py"}


def test_every_exemption_from_a_check_says_which_and_why() -> None:
    unexplained = [
        f"{name(path)}: {line.strip()}"
        for path in source_files()
        for above, line in pairwise(["", *path.read_text(encoding="utf-8").splitlines()])
        if _EXEMPTION.search(line) and not _says_why(line, above)
    ]

    assert unexplained == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = {
        name(path) for path in files(".py") if path.stem in SAYS_NOTHING or path.parent.name in SAYS_NOTHING
    }

    assert named == set()


def _is_broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        each is None or (isinstance(each, ast.Name) and each.id in {"Exception", "BaseException"})
        for each in caught
    )


def _hands_on(handler: ast.ExceptHandler) -> bool:
    """It only tidies up: the last thing it does is a bare `raise`."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _says_why(line: str, above: str) -> bool:
    """Which check, and a reason after it; or the same check as on the line above, which gives the reason."""
    here, before = _REASONED.search(line), _REASONED.search(above)
    if here is None:
        return False
    return bool(here[2]) or (before is not None and before[1] == here[1] and bool(before[2]))
