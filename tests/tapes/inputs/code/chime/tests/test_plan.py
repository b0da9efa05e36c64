from chime.plan import read_plan


def test_comments_and_bad_lines_are_left_out(tmp_path):
    plan = tmp_path / "plan.txt"
    plan.write_text("# morning\n07:00 small bell\nnonsense\n08:00 large bell\n")
    assert read_plan(plan) == [("07:00", "small bell"), ("08:00", "large bell")]
