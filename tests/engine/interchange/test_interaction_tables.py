"""Plain tables of enrolments from elsewhere, and lists back out."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from engine.errors import InputError
from engine.interactions import STATES, State
from engine.interchange.interaction_tables import read_interaction_tables, write_top_lists


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def days(*dates: str) -> list[float]:
    epoch = dt.date(1970, 1, 1)
    return [float((dt.date.fromisoformat(d) - epoch).days) for d in dates]


def codes(error: pytest.ExceptionInfo[InputError]) -> list[tuple[str, int | None]]:
    return [(f.code, f.row) for f in error.value.faults]


@pytest.mark.parametrize(
    "header",
    ["person,activity,date", "user_id,item_id,timestamp", "Педагог,Программа,Дата",
     "learner,course,time", "ПЕДАГОГ, Курс ,дата записи"],
)  # fmt: skip
def test_headers_drift(tmp_path: Path, header: str) -> None:
    """Whoever kept the table, its columns are known by the names they go by."""
    path = written(tmp_path, "t.csv", f"{header}\nп1,к2,2025-03-01\nп1,к1,02.01.2025\n")
    found = read_interaction_tables(path).interactions
    assert found.people == ("п1",)
    assert found.activities == ("к1", "к2")
    assert found.clock == "days"
    np.testing.assert_array_equal(found.activity, [1, 0])
    np.testing.assert_array_equal(found.time, days("2025-03-01", "2025-01-02"))


def test_windows_tables_with_semicolons_are_read(tmp_path: Path) -> None:
    """cp1251 and semicolons, as Excel writes them in Russian."""
    text = "Слушатель;Мероприятие;Порядок\nИванова;Курс 1;1\nИванова;Курс 2;2\n"
    found = read_interaction_tables(written(tmp_path, "t.csv", text, "cp1251")).interactions
    assert found.people == ("Иванова",)
    assert found.clock == "order"


def test_workbooks_are_read(tmp_path: Path) -> None:
    """Dates of a workbook are dates, and its outcomes are kept."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["person", "activity", "date", "outcome"])
    sheet.append(["p", "a", dt.datetime(2025, 1, 1, 12), 0.5])
    sheet.append(["p", "b", dt.datetime(2025, 1, 2), None])
    path = tmp_path / "t.xlsx"
    book.save(path)
    found = read_interaction_tables(path).interactions
    np.testing.assert_array_equal(
        found.time, [*np.add(days("2025-01-01"), 0.5), *days("2025-01-02")]
    )
    np.testing.assert_array_equal(found.outcome, [0.5, np.nan])


def test_a_folder_tells_which_file_is_which(tmp_path: Path) -> None:
    """The header with people is the enrolments', the other one the activities'."""
    written(tmp_path, "z.csv", "learner,order,course\nL,0,A\nL,1,B\n")
    written(tmp_path, "a.csv", "course,discipline,length_days,title\nB,math,3,Дроби\nC,art,,\n"
                               "A,art,5,Цвет\nD,art,5,Свет\n")  # fmt: skip
    found = read_interaction_tables(tmp_path)
    assert found.interactions.activities == ("A", "B", "C", "D")
    assert found.attributes is not None
    assert found.attributes.categories == {"discipline": ("art", "math", "art", "art")}
    np.testing.assert_array_equal(found.attributes.numbers["length_days"], [5, 3, np.nan, 5])
    assert found.attributes.texts == ("Цвет", "Дроби", "", "Свет")


def test_seconds_numbers_and_no_time_at_all(tmp_path: Path) -> None:
    """Seconds are days, small numbers an order, and without either rows are in order; all said."""
    body = "person,activity,timestamp\np,a,86400000000\np,b,86400086400\n"
    seconds = read_interaction_tables(written(tmp_path, "s.csv", body))
    assert seconds.interactions.clock == "days"
    np.testing.assert_array_equal(np.diff(seconds.interactions.time), [1])
    numbers = read_interaction_tables(
        written(tmp_path, "n.csv", "person,activity,time\np,a,7\np,b,3\n")
    )
    assert numbers.interactions.clock == "order"
    np.testing.assert_array_equal(numbers.interactions.time, [7, 3])
    rows = read_interaction_tables(written(tmp_path, "r.csv", "person,activity\np,b\np,a\n"))
    np.testing.assert_array_equal(rows.interactions.time, [0, 1])
    notes = [t.notes[0].code for t in (seconds, numbers, rows)]
    assert notes == ["seconds_read", "order_read", "order_of_rows"]


def test_an_order_tells_rows_of_one_day_apart(tmp_path: Path) -> None:
    """Rows of one day stand in the given order, and stay on their day."""
    text = "person,activity,date,order\np,a,2025-01-01,2\np,b,2025-01-01,1\n"
    found = read_interaction_tables(written(tmp_path, "t.csv", text)).interactions
    assert found.activities[found.in_order().activity[0]] == "b"
    assert (np.floor(found.time) == days("2025-01-01")[0]).all()


def test_moments_with_an_offset_are_compared_in_one_zone(tmp_path: Path) -> None:
    """10:00 in Vladivostok is midnight UTC."""
    text = "person,activity,date\np,a,2025-01-01T10:00:00+10:00\np,b,2025-01-01T00:00:00Z\n"
    found = read_interaction_tables(written(tmp_path, "t.csv", text)).interactions
    np.testing.assert_array_equal(found.time, days("2025-01-01") * 2)


def test_states_and_outcomes_in_words(tmp_path: Path) -> None:
    """«завершил» is a state, «да» an outcome; what is not said is enrolled without outcome."""
    text = "person,activity,state,outcome\np,a,завершил,да\np,b,отчислен,нет\np,c,,\np,d,,0.5\n"
    found = read_interaction_tables(written(tmp_path, "t.csv", text)).interactions
    expected = [State.COMPLETED, State.DROPPED, State.ENROLLED, State.ENROLLED]
    assert [STATES[s] for s in found.state] == expected
    np.testing.assert_array_equal(found.outcome, [1, 0, np.nan, 0.5])


def test_every_fault_is_named_with_its_row(tmp_path: Path) -> None:
    """All of both files at once: empty ids, a bad date, an outcome of 7, an activity twice."""
    rows = "person,activity,date,outcome\np,a,2025-01-01,\n,b,2025-01-01,\np,,2025-01-01,\n"
    path = written(tmp_path, "t.csv", f"{rows}p,c,скоро,\np,d,2025-01-01,7\np,e,,\n")
    other = written(tmp_path, "a.csv", "activity,kind\na,x\nb,x\na,y\n")
    with pytest.raises(InputError) as error:
        read_interaction_tables(path, other)
    assert sorted(codes(error)) == [
        ("cell_empty", 3),
        ("cell_empty", 4),
        ("cell_empty", 7),
        ("date_unreadable", 5),
        ("duplicate_id", 4),
        ("out_of_range", 6),
    ]


def test_a_table_without_people_says_what_is_missing(tmp_path: Path) -> None:
    """No column of people: the fault names the columns that are needed."""
    path = written(tmp_path, "t.csv", "course,price\na,1\n")
    with pytest.raises(InputError) as error:
        read_interaction_tables(path)
    assert codes(error) == [("enrolments_missing", None)]
    assert "person" in error.value.faults[0].detail


def test_two_tables_of_people_are_ambiguous(tmp_path: Path) -> None:
    """A folder with two tables of enrolments is not guessed about."""
    for name in ("a.csv", "b.csv"):
        written(tmp_path, name, "person,activity\np,a\n")
    with pytest.raises(InputError) as error:
        read_interaction_tables(tmp_path)
    assert codes(error) == [("enrolments_ambiguous", None)]


def test_an_empty_table_and_a_missing_file(tmp_path: Path) -> None:
    """A header alone is a fault; a path that is not there is said to be so."""
    with pytest.raises(InputError) as error:
        read_interaction_tables(written(tmp_path, "t.csv", "person,activity,date\n"))
    assert codes(error) == [("no_rows", None)]
    with pytest.raises(FileNotFoundError):
        read_interaction_tables(tmp_path / "nothing.csv")


def test_a_column_of_names_is_no_category(tmp_path: Path) -> None:
    """A value of its own for every activity says nothing of the others; that is noted."""
    path = written(tmp_path, "t.csv", "person,activity\np,a\np,b\n")
    other = written(tmp_path, "a.csv", "activity,teacher\na,Иванова\nb,Петрова\n")
    found = read_interaction_tables(path, other)
    assert found.attributes is not None
    assert not found.attributes.categories
    assert [n.code for n in found.notes if n.column == "teacher"] == ["column_not_used"]


def test_lists_are_written_rank_by_rank(tmp_path: Path) -> None:
    """Padding is left out, and commas in ids survive."""
    path = tmp_path / "top.csv"
    lists, scores = np.array([[1, 0], [0, -1]]), np.array([[0.5, 0.25], [1 / 3, -np.inf]])
    write_top_lists(path, ["p", "q,r"], ["a", "b"], lists, scores)
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))
    assert found == [
        ["person", "rank", "activity", "score"],
        ["p", "1", "b", "0.5"],
        ["p", "2", "a", "0.25"],
        ["q,r", "1", "a", "0.333333"],
    ]
