"""Lines on a terminal: folded between words, and what is to be copied stays whole."""

from tests.fakes.repository import FIRST, ID, NOW, make_repository
from tests.fakes.terminal import on_terminal

WIDTH = 60


def test_long_lines_fold_between_words_and_paths_stay_whole(tmp_path):
    repository = make_repository(tmp_path)
    repository.write(f"{ID}/01-investigating.md", FIRST.replace("checkout:", "chekout:"))

    with on_terminal(repository.root, "check", now=NOW, columns=WIDTH) as terminal:
        code = terminal.wait_for_the_end()

    lines = terminal.shown.splitlines()
    assert code == 1
    assert lines[0].startswith(f"incidents/{ID}/01-investigating.md:")
    assert all(len(line) <= WIDTH or " " not in line.strip() for line in lines)
    assert all(line.startswith("  ") for line in lines[1:-1])
    assert lines[-1] == "1 problem"


def test_a_command_to_be_copied_is_not_broken(tmp_path):
    with on_terminal(tmp_path, "check", now=NOW, columns=WIDTH) as terminal:
        code = terminal.wait_for_the_end()

    assert code == 2
    assert "`statusgen init DIR`" in terminal.shown


def test_a_pipe_gets_one_line_for_each_problem(tmp_path):
    repository = make_repository(tmp_path)
    repository.write(f"{ID}/01-investigating.md", FIRST.replace("checkout:", "chekout:"))

    done = repository.run_apart("check")

    assert len(done.err.splitlines()) == 2
