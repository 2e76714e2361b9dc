"""The competency framework: bundled content, hierarchy, and faults named by row."""

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.domain import MANAGER_POSITIONS, Position, Stage
from engine.errors import ConfigurationError
from engine.framework import Framework, Node, build_framework, load_framework
from engine.resources import data_root

FRAMEWORK = load_framework()
LEAVES = [FRAMEWORK.nodes[i] for i in FRAMEWORK.leaves]


def _package(directory: Path, rows: list[list[str]], header: str = "") -> Path:
    package = directory / "small"
    package.mkdir()
    (package / "datapackage.json").write_text('{"id": "small", "version": "1"}')
    with (package / "competencies.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((header or "code,parent,title,level,verified").split(","))
        writer.writerows(rows)
    return directory


def _message(directory: Path) -> str:
    with pytest.raises(ConfigurationError) as error:
        load_framework("small", directory)
    return str(error.value)


# ------------------------------------------------------------------ bundled content


def test_bundled_framework_has_the_asked_size_and_directions() -> None:
    """50–90 leaves under five directions with 3–5 blocks each."""
    assert 50 <= len(LEAVES) <= 90
    directions = [n.code for n in FRAMEWORK.nodes if n.parent is None]
    assert directions == ["SUB", "MET", "PSY", "COM", "MAN"]
    assert all(3 <= len(FRAMEWORK.children(code)) <= 5 for code in directions)


def test_every_leaf_can_be_tagged() -> None:
    """Each leaf has a description of two sentences and 6–15 keywords, none twice."""
    for leaf in LEAVES:
        assert leaf.description.count(".") >= 2, leaf.code
        assert 6 <= len(leaf.keywords) <= 15, leaf.code
        assert max(Counter(leaf.keywords).values()) == 1, leaf.code


def test_titles_are_unique() -> None:
    """No two nodes are called the same."""
    assert len({n.title for n in FRAMEWORK.nodes}) == len(FRAMEWORK)


def test_burnout_prevention_is_there() -> None:
    """One leaf carries the theme that policies require."""
    assert [n.code for n in LEAVES if n.theme == "burnout_prevention"] == ["PSY.SLF.01"]


def test_functions_are_codes_of_the_standard() -> None:
    """Mappings name the functions A/01.6–A/03.6 and B/01.5–B/05.6 and no others."""
    known = {"A/01.6", "A/02.6", "A/03.6", "B/01.5", "B/02.6", "B/03.6", "B/04.6", "B/05.6"}
    used = {f for n in FRAMEWORK.nodes for f in n.functions_544n}
    assert used <= known
    assert not any(n.verified for n in FRAMEWORK.nodes if not n.functions_544n)


def test_package_describes_every_column() -> None:
    """Every column of the table stands in datapackage.json."""
    package = data_root() / "frameworks" / FRAMEWORK.id
    meta = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    fields = {f["name"] for f in meta["resources"][0]["schema"]["fields"]}
    header = (package / "competencies.csv").read_text(encoding="utf-8").splitlines()[0]
    assert set(header.split(",")) <= fields
    assert (meta["id"], meta["version"]) == (FRAMEWORK.id, FRAMEWORK.version)


# ------------------------------------------------------------------ hierarchy


def test_helpers_agree_with_the_codes() -> None:
    """In the bundled framework codes are paths, so the hierarchy can be read off them."""
    for node in FRAMEWORK.nodes:
        parts = node.code.split(".")
        above = [".".join(parts[:i]) for i in range(len(parts) - 1, 0, -1)]
        below = [c for c in FRAMEWORK.codes if c.startswith(node.code + ".")]
        assert [a.code for a in FRAMEWORK.ancestors(node.code)] == above
        assert [d.code for d in FRAMEWORK.descendants(node.code)] == below
        assert [c.code for c in FRAMEWORK.children(node.code)] == [
            c for c in below if c.count(".") == node.code.count(".") + 1
        ]
    assert [n.code for n in FRAMEWORK.leaves_of("MET.ASM")] == [
        f"MET.ASM.0{i}" for i in range(1, 6)
    ]


def test_nearest_demanded_ancestor() -> None:
    """The node itself comes first, then its ancestors from below; none is None."""
    assert FRAMEWORK.nearest("MET.ASM.02", {"MET.ASM.02", "MET"}) == "MET.ASM.02"
    assert FRAMEWORK.nearest("MET.ASM.02", {"MET", "MET.ASM"}) == "MET.ASM"
    assert FRAMEWORK.nearest("MET.ASM.02", {"PSY"}) is None


def test_a_parent_may_stand_below_its_children() -> None:
    """The order of rows is kept and does not have to follow the hierarchy."""
    nodes = [Node("a.1", "a", "Лист", "leaf"), Node("a", None, "Верх", "direction")]
    framework = build_framework("f", "1", "", nodes)
    assert framework.codes == ("a.1", "a")
    assert framework.parent.tolist() == [1, -1]
    assert [n.code for n in framework.descendants("a")] == ["a.1"]


def test_digest_changes_with_any_content() -> None:
    """Two frameworks with one different keyword have different digests; equal ones the same."""
    first, *rest = FRAMEWORK.nodes
    same = build_framework(FRAMEWORK.id, FRAMEWORK.version, "", FRAMEWORK.nodes)
    other = build_framework(
        FRAMEWORK.id, FRAMEWORK.version, "", [replace(first, keywords=("иное",)), *rest]
    )
    assert same.digest == FRAMEWORK.digest != other.digest


# ------------------------------------------------------------------ to whom nodes apply


def _applies(framework: Framework, *arguments: object) -> set[str]:
    mask = framework.applies_to(*arguments)  # type: ignore[arg-type]
    return {code for code, yes in zip(framework.codes, mask, strict=True) if yes}


def test_subject_leaves_apply_to_teachers_of_the_subject_only() -> None:
    """Of the subject nodes a mathematics teacher has mathematics and what is above it."""
    codes = _applies(FRAMEWORK, Position.TEACHER, ("Математика",), (Stage.BASIC,))
    assert {c for c in codes if c.startswith("SUB")} == {"SUB", "SUB.MTH", "SUB.MTH.01"}


def test_two_subjects_apply_together() -> None:
    """«Русский язык и литература» is both leaves, as are the two named apart."""
    joint = _applies(FRAMEWORK, Position.TEACHER, ("русский язык и литература",))
    apart = _applies(FRAMEWORK, Position.TEACHER, ("Русский язык", "литература"))
    assert {"SUB.HUM.01", "SUB.HUM.02"} <= joint == apart


def test_managers_direction_is_for_managers_and_methodists() -> None:
    """No teacher has a managers' competency; each manager has some."""
    for position in Position:
        has = any(c.startswith("MAN") for c in _applies(FRAMEWORK, position))
        assert has == (position in MANAGER_POSITIONS | {Position.METHODIST})


def test_every_position_has_competencies_and_every_leaf_somebody() -> None:
    """No position is left without burnout prevention and no leaf without a position."""
    subjects = tuple(name for n in LEAVES for group in n.subjects for name in group)
    reached = np.zeros(len(FRAMEWORK), dtype=bool)
    for position in Position:
        assert FRAMEWORK.applies_to(position)[FRAMEWORK.index["PSY.SLF.01"]]
        reached |= FRAMEWORK.applies_to(position, subjects)
    assert reached.all()


def test_stage_restricts_only_where_it_is_stated() -> None:
    """ЕГЭ is not for a teacher of primary school only; without a stage nothing is left out."""
    assert "MET.ASM.02" not in _applies(FRAMEWORK, Position.TEACHER, (), (Stage.PRIMARY,))
    assert "MET.ASM.02" in _applies(FRAMEWORK, Position.TEACHER, (), (Stage.SECONDARY,))
    assert "MET.ASM.02" in _applies(FRAMEWORK, Position.TEACHER)


@pytest.mark.parametrize(
    ("one", "other", "match"),
    [
        ("ОБЖ", "обзр", True),
        ("английский язык", "Иностранный язык", True),
        ("английский язык", "немецкий язык", False),
        ("Труд (Технология)", "технология", True),
        ("математика", "геометрия", True),
        ("физика", "химия", False),
        ("черчение", "Черчение", True),
    ],
)
def test_names_of_subjects(one: str, other: str, match: bool) -> None:
    """Aliases are one subject, a general subject matches its parts, parts do not match."""
    assert FRAMEWORK.subjects_match(one, other) is match
    assert FRAMEWORK.subjects_match(other, one) is match


# ------------------------------------------------------------------ faults


@pytest.mark.parametrize(
    ("rows", "row", "words"),
    [
        (
            [["a", "", "А", "leaf", "true"], ["a", "", "Б", "leaf", "true"]],
            3,
            "уже есть в строке 2",
        ),
        ([["a", "x", "А", "leaf", "true"]], 2, "родитель «x»"),
        ([["a", "", "", "leaf", "true"]], 2, "нет названия"),
        (
            [["a", "b", "А", "block", "true"], ["b", "a", "Б", "block", "true"]],
            3,
            "собственным предком",
        ),
        ([["a", "a", "А", "block", "true"]], 2, "собственным предком"),
        ([["a", "", "А", "direction", "true"]], 2, "стоит на месте leaf"),
        ([["a", "", "А", "twig", "true"]], 2, "direction, block, leaf"),
        ([["a", "", "А", "leaf", "yes"]], 2, "true и false"),
        ([["a b", "", "А", "leaf", "true"]], 2, "содержит пробел"),
        ([], 1, "нет ни одного узла"),
    ],
)
def test_faults_name_their_row(tmp_path: Path, rows: list[list[str]], row: int, words: str) -> None:
    """Each kind of fault is refused with its row and what is wrong."""
    message = _message(_package(tmp_path, rows))
    assert f"строка {row}" in message
    assert words in message


def test_all_faulty_rows_are_reported_at_once(tmp_path: Path) -> None:
    """Two different faults in two rows are both named."""
    rows = [["a", "x", "А", "leaf", "true"], ["b", "", "", "leaf", "true"]]
    message = _message(_package(tmp_path, rows))
    assert "строка 2" in message
    assert "строка 3" in message


def test_missing_column_and_unknown_position_are_named(tmp_path: Path) -> None:
    """A table without a needed column, and a position that does not exist, are refused."""
    assert "level" in _message(_package(tmp_path, [["a", "", "А"]], "code,parent,title"))
    other = tmp_path / "other"
    other.mkdir()
    header = "code,parent,title,level,verified,positions"
    message = _message(_package(other, [["a", "", "А", "leaf", "true", "teacher;king"]], header))
    assert "king" in message
    assert "teacher" in message


def test_missing_package_and_bad_names(tmp_path: Path) -> None:
    """A framework that is not there, or a name that leads elsewhere, is refused."""
    for name in ("nothing", "../policies", ""):
        with pytest.raises(ConfigurationError):
            load_framework(name, tmp_path)


def test_foreign_framework_of_any_depth_loads(tmp_path: Path) -> None:
    """A framework as an import of CASE would write it: UUIDs, human codes, four levels."""
    header = "code,parent,title,level,verified,identifier,human_code"
    rows = [
        ["n1", "", "Top", "direction", "false", "0a-1", "K"],
        ["n2", "n1", "Mid", "block", "false", "0a-2", "K.1"],
        ["n3", "n2", "Low", "block", "false", "0a-3", "K.1.a"],
        ["n4", "n3", "Leaf", "leaf", "false", "0a-4", ""],
    ]
    framework = load_framework("small", _package(tmp_path, rows, header))
    assert framework.node("n3").identifier == "0a-3"
    assert [n.human_code for n in framework.nodes] == ["K", "K.1", "K.1.a", "n4"]
    assert [a.code for a in framework.ancestors("n4")] == ["n3", "n2", "n1"]
