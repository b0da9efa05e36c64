"""Trees of files: what makes one of the other, and what holds when two changes contradict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand.domain.tree import StoredFile, Tree, changed, difference, folders_above, read, written

ONE, TWO = StoredFile("1" * 64, 1), StoredFile("2" * 64, 2, executable=True)
PATHS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).map("/".join)


def consistent(files: Tree) -> Tree:
    """Without what is below a file."""
    return {
        path: file for path, file in files.items() if not any(each in files for each in folders_above(path))
    }


TREES = st.dictionaries(PATHS, st.sampled_from([ONE, TWO])).map(consistent)


@given(TREES, TREES)
def test_the_difference_makes_the_second_of_the_first(before: Tree, after: Tree) -> None:
    assert changed(before, difference(before, after)) == after


@given(TREES, TREES, TREES)
def test_a_file_is_never_in_a_file(before: Tree, one: Tree, two: Tree) -> None:
    after = changed(changed(before, difference(before, one)), difference(before, two))
    assert consistent(after) == after


@given(TREES, TREES)
def test_changes_are_read_as_they_were_written(before: Tree, after: Tree) -> None:
    changes = difference(before, after)
    assert read(written(changes)) == changes


def test_the_later_of_two_changes_of_a_file_holds_and_the_others_stay() -> None:
    after = changed({"x": ONE, "y": ONE}, {"x": TWO, "z": TWO})
    assert after == {"x": TWO, "y": ONE, "z": TWO}


def test_a_file_takes_the_place_of_a_folder_and_a_folder_that_of_a_file() -> None:
    assert changed({"x/a": ONE, "x/b/c": ONE, "xy": ONE}, {"x": TWO}) == {"x": TWO, "xy": ONE}
    assert changed({"x": ONE}, {"x/a/b": TWO}) == {"x/a/b": TWO}


def test_what_something_else_wrote_is_refused() -> None:
    with pytest.raises(ValueError, match="What is recorded of 'a' can not be read"):
        read({"a": ["1", "2", "3"]})
