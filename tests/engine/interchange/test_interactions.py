"""The table of interactions: read with Russian words, written, read back the same."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from engine.domain import Activity, Educator, Form, Kind, Position
from engine.interactions import STATES, Interactions, State
from engine.interchange import DataPackage, read_package, write_package
from tests.engine.interchange.conftest import AS_OF, EDUCATORS, NODES, Import

PEOPLE = {"educators.csv": EDUCATORS}
NAN = float("nan")


def same(left: Interactions, right: Interactions) -> bool:
    """Whether two tables say the same of the same ids, row by row."""
    ids = [
        ([t.people[i] for i in t.person], [t.activities[j] for j in t.activity])
        for t in (left, right)
    ]
    columns = ("time", "state", "outcome", "ended", "slate", "propensity")
    return ids[0] == ids[1] and all(
        np.array_equal(
            np.asarray(getattr(left, c), float),
            np.asarray(getattr(right, c), float),
            equal_nan=True,
        )
        for c in columns
    )


def test_a_table_with_russian_words_is_understood(importing: Import) -> None:
    """Headers, states and days come out as ids, codes and days since 1970; empty = not known."""
    report = importing(
        {
            **PEOPLE,
            "Исходы.csv": "Педагог;Мероприятие;Дата;Состояние;Успех;Окончено;Подборка\n"
            "e1;a1;02.01.1970;завершил;0,5;11.01.1970;\n"
            "e1;a2;03.01.1970;отклонено;;;4\n",
        }
    )
    table = report.accepted().interactions
    assert table is not None
    assert (table.people, table.activities) == (("e1",), ("a1", "a2"))
    assert table.time.tolist() == [1.0, 2.0]
    assert [STATES[s] for s in table.state] == [State.COMPLETED, State.REJECTED]
    assert np.array_equal(table.outcome, [0.5, NAN], equal_nan=True)
    assert np.array_equal(table.ended, [10.0, NAN], equal_nan=True)
    assert table.slate.tolist() == [-1, 4]
    assert np.isnan(table.propensity).all()
    assert table.clock == "days"


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_read_by_its_code(importing: Import, state: State) -> None:
    """The codes that are written are understood."""
    line = f"e1,a1,2026-03-01,{state.value}\n"
    report = importing(
        {**PEOPLE, "interactions.csv": "educator_id,activity_id,date,state\n" + line}
    )
    table = report.accepted().interactions
    assert table is not None
    assert STATES[table.state[0]] is state


def test_a_package_without_the_table_has_none(importing: Import) -> None:
    """No table is not an empty table."""
    assert importing({}).accepted().interactions is None


def test_proposals_of_one_day_may_repeat_in_slates(importing: Import) -> None:
    """Slates tell rows of one day apart; a row that is repeated wholly counts once."""
    header = "educator_id,activity_id,date,state,slate\n"
    lines = "e1,a1,2026-03-01,предложено,{}\n"
    text = header + lines.format(1) + lines.format(2) + lines.format(2)
    report = importing({**PEOPLE, "interactions.csv": text})
    table = report.accepted().interactions
    assert table is not None
    assert table.slate.tolist() == [1, 2]
    assert [w.code for w in report.warnings if w.file == "interactions.csv"] == ["duplicate_row"]


def test_two_ends_of_one_row_are_refused(importing: Import) -> None:
    """The same proposal both completed and dropped contradicts itself."""
    header = "educator_id,activity_id,date,state\n"
    text = header + "e1,a1,2026-03-01,завершил\ne1,a1,2026-03-01,не завершил\n"
    report = importing({**PEOPLE, "interactions.csv": text})
    assert [f.code for f in report.faults] == ["duplicate_contradiction"]


def package(interactions: Interactions) -> DataPackage:
    return DataPackage(
        as_of=AS_OF,
        time_zone="Europe/Moscow",
        activities=tuple(
            Activity(i, Kind.SEMINAR, i, 2.0, Form.NON_FORMAL) for i in ("a1", "a2", "a3")
        ),
        educators=tuple(Educator(i, Position.TEACHER) for i in ("e1", "e2")),
        interactions=interactions,
        name="p",
    )


def test_a_written_table_reads_back_the_same(tmp_path: Path) -> None:
    """Every column survives, in the order of the rows; ids that do not occur are left out."""
    table = Interactions.from_columns(
        person=["e2", "e1", "e1"],
        activity=["a3", "a1", "a3"],
        time=np.array([20_000.0, 20_100.0, 20_101.0]),
        state=["completed", "proposed", "dropped"],
        outcome=np.array([NAN, NAN, 0.25]),
        ended=np.array([20_010.0, NAN, NAN]),
        slate=np.array([-1, 3, 3]),
        propensity=np.array([NAN, 1 / 3, 1.0]),
        activities=("a1", "a2", "a3"),
    )
    write_package(package(table), tmp_path)
    read = read_package(tmp_path, known_nodes=NODES).accepted().interactions
    assert read is not None
    assert same(table, read)
    assert read.activities == ("a1", "a3")


def test_an_hour_is_lost_and_the_day_stays(tmp_path: Path) -> None:
    """Half a day after 1 January 2025 is written as 1 January 2025."""
    day = (dt.date(2025, 1, 1) - dt.date(1970, 1, 1)).days
    table = Interactions.from_columns(["e1"], ["a1"], np.array([day + 0.5]))
    write_package(package(table), tmp_path)
    assert "e1,a1,2025-01-01,enrolled" in (tmp_path / "interactions.csv").read_text()


def test_a_persons_own_count_is_no_day(tmp_path: Path) -> None:
    """Interactions in mere order have no dates that a table could hold."""
    table = Interactions.from_columns(["e1"], ["a1"], np.array([1.0]), clock="order")
    with pytest.raises(ValueError, match="days"):
        write_package(package(table), tmp_path)
