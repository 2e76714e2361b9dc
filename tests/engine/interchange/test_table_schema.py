"""Data packages as Frictionless has them: ours by its own library, and those of others."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.framework import load_framework
from engine.interchange import nodes_of, read_package, write_package
from engine.resources import data_root
from tests.engine.interchange.conftest import NODES, Import, places
from tests.engine.interchange.test_writing import RICH

FRICTIONLESS = shutil.which("frictionless", path=str(Path(sys.executable).parent))


def written(folder: Path) -> dict[str, Any]:
    described: dict[str, Any] = json.loads((folder / "datapackage.json").read_text("utf-8"))
    return described


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    source = Path(str(data_root() / "demo"))
    package = read_package(source, known_nodes=nodes_of(load_framework())).accepted()
    write_package(package, tmp_path / "demo")
    return tmp_path / "demo"


def test_the_descriptor_says_what_the_files_hold(demo: Path) -> None:
    """Every header is that of its schema; every value keeps type, bounds, list and references."""
    described = written(demo)
    texts = {r["name"]: (demo / r["path"]).read_text("utf-8") for r in described["resources"]}
    rows = {n: list(csv.DictReader(io.StringIO(t, newline=""))) for n, t in texts.items()}
    checked = 0
    for resource in described["resources"]:
        schema = resource["schema"]
        names = [field["name"] for field in schema["fields"]]
        assert list(rows[resource["name"]][0]) == names
        for field in schema["fields"]:
            values = [row[field["name"]] for row in rows[resource["name"]]]
            if field["constraints"]["required"]:
                assert all(values)
            for value in filter(None, values):
                assert fits(field, value), (resource["name"], field["name"], value)
        for key in schema.get("foreignKeys", []):
            other, (column,) = key["reference"]["resource"], key["reference"]["fields"]
            known = {row[column] for row in rows[other or resource["name"]]}
            (own,) = key["fields"]
            assert {row[own] for row in rows[resource["name"]]} - {""} <= known
            checked += 1
        if "primaryKey" in schema:
            keys = [tuple(row[n] for n in schema["primaryKey"]) for row in rows[resource["name"]]]
            assert len(set(keys)) == len(keys)
            assert all(all(key) for key in keys)
    assert checked > 10


def fits(field: dict[str, Any], value: str) -> bool:
    """Whether a text is of a field, by the definitions of Table Schema."""
    constraints = field["constraints"]
    match field["type"]:
        case "integer" | "number":
            number = int(value) if field["type"] == "integer" else float(value)
            low = constraints.get("minimum", number)
            return bool(low <= number <= constraints.get("maximum", number))
        case "boolean":
            return value in (*field["trueValues"], *field["falseValues"])
        case "date":
            return bool(dt.date.fromisoformat(value))
        case "datetime":
            return dt.datetime.fromisoformat(value).utcoffset() is not None
    return "enum" not in constraints or value in constraints["enum"]


@pytest.mark.slow
@pytest.mark.skipif(FRICTIONLESS is None, reason="needs frictionless")
@pytest.mark.parametrize("which", ["demo", "rich"])
def test_frictionless_finds_no_fault(which: str, demo: Path, tmp_path: Path) -> None:
    """The library of the standard validates the packages, values, keys and references."""
    assert FRICTIONLESS is not None
    if which == "rich":
        write_package(RICH, tmp_path / "rich")
    path = tmp_path / which / "datapackage.json"
    done = subprocess.run(
        [FRICTIONLESS, "validate", str(path), "--json"], capture_output=True, check=False
    )
    report = json.loads(done.stdout)
    assert report["valid"] is True
    # It reads every table that is there, so that it could have found one.
    assert {task["place"] for task in report["tasks"]} == {
        file.name for file in path.parent.glob("*.csv")
    }
    assert sum(task["stats"]["rows"] for task in report["tasks"]) > 20


@pytest.mark.skipif(FRICTIONLESS is None, reason="needs frictionless")
def test_frictionless_finds_a_planted_fault(demo: Path) -> None:
    """A reference to nobody and a text in a number: it sees the rules of our schemas."""
    file = demo / "offerings.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))
    rows[0]["activity_id"] = "nobody"
    rows[1]["seats_left"] = "много"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert FRICTIONLESS is not None
    done = subprocess.run(
        [FRICTIONLESS, "validate", str(demo / "datapackage.json"), "--json"],
        capture_output=True,
        check=False,
    )
    found = [
        (error["type"], error.get("rowNumber"))
        for task in json.loads(done.stdout)["tasks"]
        if task["place"] == file.name
        for error in task["errors"]
    ]
    assert set(found) == {("foreign-key", 2), ("type-error", 3)}


@pytest.mark.parametrize("name", ["Пакет № 1", "Demo", "plain"])
def test_names_that_the_standard_does_not_admit_are_kept(name: str, tmp_path: Path) -> None:
    """The descriptor has admitted names, and ours come back as they were."""
    package = dataclasses.replace(RICH, name=name, licences=("CC0-1.0", "Лицензия вуза", "other"))
    write_package(package, tmp_path)
    described = written(tmp_path)
    assert described["name"] in ("plain", "package")
    assert [licence["name"] for licence in described["licenses"]] == ["CC0-1.0", "other", "other"]
    again = read_package(tmp_path, known_nodes=NODES).accepted()
    assert (again.name, again.licences) == (package.name, package.licences)


def resource(content: str, fields: list[dict[str, Any]], **entries: Any) -> dict[str, object]:
    schema = {"fields": fields, **entries.pop("schema", {})}
    one = {"name": "activities", "path": "a.csv", "schema": schema, **entries}
    encoding = str(entries.get("encoding", "utf-8"))
    return {
        "datapackage.json": json.dumps({"name": "x", "resources": [one]}),
        "a.csv": content.encode(encoding),
    }


FIELDS: list[dict[str, Any]] = [
    {"name": "id", "type": "string"},
    {"name": "kind", "type": "string"},
    {"name": "title", "type": "string"},
    {"name": "hours_academic", "type": "number", "decimalChar": ",", "groupChar": " "},
    {"name": "network_form", "type": "boolean", "trueValues": ["J"], "falseValues": ["N"]},
    {"name": "register_from", "type": "date", "format": "%m/%d/%Y"},
]
ROWS = "a1|webinar|Ёлка|1 036,5|J|09/01/2026\na2|webinar|Сосна|NULL|N|NULL\n"
HEAD = "id|kind|title|hours_academic|network_form|register_from\n"


@pytest.mark.parametrize("header", [True, False])
def test_a_package_of_others_is_read_as_it_declares(importing: Import, header: bool) -> None:
    """Delimiter, encoding, missing values, decimal and group marks, truth and dates are theirs."""
    files = resource(
        (HEAD if header else "") + ROWS, FIELDS, encoding="cp1251",
        dialect={"delimiter": "|", "header": header}, schema={"missingValues": ["", "NULL"]},
    )  # fmt: skip
    report = importing(files, catalogue=False)
    first, second = report.accepted().activities
    assert (first.title, first.hours_academic, first.network_form, first.register_from) == (
        "Ёлка", 1036.5, True, dt.date(2026, 9, 1))  # fmt: skip
    assert (second.hours_academic, second.network_form, second.register_from) == (None, False, None)


@pytest.mark.parametrize(
    "dialect", [{"quoteChar": "'"}, {"commentChar": "#"}, {"escapeChar": "\\"}, {"header": False}]
)
def test_a_dialect_that_is_not_read_is_refused(
    importing: Import, dialect: dict[str, object]
) -> None:
    """Nothing is read by other rules than the package's own."""
    files = resource(ROWS, [], dialect=dialect)
    assert places(importing(files, catalogue=False), "dialect_unsupported")


@pytest.mark.parametrize(
    "path",
    ["https://example.org/a.csv", "../a.csv", "/etc/passwd", "в/../../a.csv", "C:\\a.csv",
     "file:///a.csv", ["a.csv", "b.csv"]],
    ids=str,
)  # fmt: skip
def test_no_path_leads_out_of_the_package(importing: Import, path: object) -> None:
    """Remote, absolute and climbing paths, and files in parts, are refused and never opened."""
    report = importing(resource(HEAD + ROWS, FIELDS, path=path), catalogue=False)
    assert report.package is None
    assert {f.code for f in report.faults} & {"path_outside_package", "datapackage_unreadable"}


def test_a_link_out_of_the_package_is_not_followed(importing: Import, tmp_path: Path) -> None:
    """A symbolic link that leads out is as a file that is not there."""
    (tmp_path / "secret.csv").write_text(HEAD + ROWS)
    files = resource(HEAD, FIELDS) | {"a.csv": lambda p: p.symlink_to(tmp_path / "secret.csv")}
    assert places(importing(files, catalogue=False), "file_missing")
