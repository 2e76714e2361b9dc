"""What is known besides the files: rows may speak of it, parts of it are not changed alone."""

from __future__ import annotations

import pytest

from engine.domain import Activity, Form, Kind, Organisation
from engine.interchange.elsewhere import PARTS_OF, Elsewhere
from tests.engine.interchange.conftest import Import

SCHOOL = Organisation("o-1", "Школа", "Невский")
KNOWN = Elsewhere(
    ids={"activities": ["a9"], "educators": ["e9"], "offerings": [], "mentors": []},
    organisations={"o-1": SCHOOL},
    items={"i1": ("MET.01",)},
    activities=(Activity("a9", Kind.WEBINAR, "Уроки чтения", 2.0, Form.NON_FORMAL, summary="О"),),
    with_runs={"a9"},
)
SCORES = "educator_id,date,method,node,score,max_score\n"
ANSWERS = "educator_id,procedure_id,date,item,response\n"


def test_rows_may_speak_of_what_is_known(importing: Import) -> None:
    """Runs of a known activity, results and answers of a known person, an item of elsewhere."""
    report = importing(
        {
            "offerings.csv": "id,activity_id,start,end\no1,a9,2026-10-01,2026-10-02\n",
            "diagnostics.csv": f"{SCORES}e9,2026-05-20,test,MET.01,1,6\n",
            "responses.csv": f"{ANSWERS}e9,p,2026-05-20,i1,1\n",
            "educators.csv": "id,position,organisation_id\ne1,teacher,o-1\ne2,teacher,o-2\n",
            "corrections.csv": "activity_id,node,verdict\na9,MET.01,right\n",
        },
        catalogue=False, require_catalogue=False, elsewhere=KNOWN,
    )  # fmt: skip
    package = report.accepted()
    assert package.offerings[0].activity_id == "a9"
    assert package.responses["e9"][0].node == "MET.01"
    assert [e.organisation for e in package.educators] == [SCHOOL, Organisation("o-2", "o-2")]
    assert (package.corrections[0].title, package.corrections[0].summary) == ("Уроки чтения", "О")


def test_what_nobody_knows_is_a_fault_still(importing: Import) -> None:
    """An id that is neither in the files nor elsewhere."""
    report = importing(
        {
            "offerings.csv": "id,activity_id,start,end\no1,a8,2026-10-01,2026-10-02\n",
            "diagnostics.csv": f"{SCORES}e8,2026-05-20,test,MET.01,1,6\n",
        },
        catalogue=False, require_catalogue=False, elsewhere=KNOWN,
    )  # fmt: skip
    assert [(f.code, f.row) for f in report.faults] == [
        ("unknown_activity", 2), ("unknown_educator", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("coverage", "activity_id,node,share\na9,MET.01,1\n"),
        ("prerequisites", "activity_id,required_activity_id\na9,a9\n"),
        ("organisations", "id,title\no-3,Школа\n"),
    ],
)
def test_parts_do_not_come_alone(importing: Import, table: str, rows: str) -> None:
    """Nobody can tell which of the old parts stay, so the whole must be there."""
    report = importing(
        {f"{table}.csv": rows}, catalogue=False, require_catalogue=False, elsewhere=KNOWN
    )
    assert "whole_table_missing" in [f.code for f in report.faults]
    fault = next(f for f in report.faults if f.code == "whole_table_missing")
    assert fault.parameters == {"table": table, "needed": PARTS_OF[table]}
