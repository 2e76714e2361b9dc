"""The notebooks run as they stand, are stripped, and check what they tell."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
TIMEOUT_S = 120

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_of(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_they_are_numbered_without_holes():
    """Six notebooks, 01 to 06, each with a name of its own."""
    named = [re.fullmatch(r"(\d\d)_[a-z_]+", path.stem) for path in NOTEBOOKS]
    assert all(named)
    assert [int(match[1]) for match in named] == [1, 2, 3, 4, 5, 6]


@each
def test_it_is_stripped(path):
    """No output, no count, nothing of the machine that it was written on."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert all(cell.metadata == {} and cell.id for cell in notebook.cells)
    for cell in code_of(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None
    assert not re.search(r"/(home|Users|root|tmp|work|mnt)/|[A-Za-z]:\\\\", text)


@each
def test_it_teaches_what_can_go_wrong_and_checks_itself(path):
    """A heading in Russian, a number that fits, assertions, and an honest end."""
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[0].source.startswith(f"# {int(path.stem[:2])}. ")
    assert notebook.cells[-1].source.startswith("## Что может пойти не так\n")
    trees = [ast.parse(cell.source) for cell in code_of(notebook)]
    claims = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Assert)]
    assert len(claims) >= 5
    assert not any(isinstance(claim.test, ast.Constant) for claim in claims)


@each
def test_it_runs_without_an_error_or_a_warning(path, tmp_path, monkeypatch):
    """Every cell of a fresh kernel of this environment ends well and says nothing on stderr."""
    # the kernel of this very interpreter, whatever the user has installed elsewhere
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    # from the root, as the tests themselves: the engine here, not one installed earlier
    place = {"metadata": {"path": str(ROOT)}}
    notebook = nbformat.read(path, as_version=4)
    before = {p.name for p in ROOT.iterdir()}
    client = NotebookClient(notebook, timeout=TIMEOUT_S, kernel_name="python3", resources=place)
    client.execute()
    printed = [output for cell in code_of(notebook) for output in cell.outputs]
    assert len(printed) >= 5
    assert [o.text for o in printed if o.output_type == "stream" and o.name == "stderr"] == []
    assert {p.name for p in ROOT.iterdir()} - before <= {".pytest_cache", ".hypothesis"}
