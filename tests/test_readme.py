"""What the README tells readers to do is what works."""

import re
from pathlib import Path

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


def test_both_commands_stand_there_as_agreed():
    """The two commands for a fresh machine, word for word."""
    venv = "python3 -m venv .venv && .venv/bin/pip install -q "
    assert f"{venv}. && .venv/bin/routes demo\n" in README
    assert f"{venv}'.[test]' && .venv/bin/pytest\n" in README


def test_the_python_example_prints_a_step_a_line(capsys):
    """The example runs as it stands."""
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code[1], "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 3
    assert all(re.match(r"\d{4}-\d\d-\d\d \S.* [01]\.\d\d$", line) for line in lines)
