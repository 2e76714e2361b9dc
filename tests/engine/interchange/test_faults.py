"""Every fault, provoked by a small package: its code, its place, and nothing taken."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import engine.interchange
from engine.errors import InputError
from engine.interchange import read_package
from tests.engine.interchange.conftest import ACTIVITIES, AS_OF, EDUCATORS, NODES, Import, places

OFFERINGS = "id,activity_id,start,end\no1,a1,2026-10-05,2026-11-20\n"
MENTORS = "id,position,consent,capacity\nm1,methodist,да,2\n"
SCORES = "educator_id,date,method,node,score,max_score\n"
PEOPLE = {"educators.csv": EDUCATORS}
VERDICTS = "activity_id,title,node,verdict,right_share\n"
OUTCOMES = "educator_id,activity_id,date,state,ended_on,slate,propensity\n"
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//
BEGIN:VEVENT
UID:1
DTSTART:20260901T090000
DTEND:20260901T100000
RRULE:{rule}
END:VEVENT
END:VCALENDAR
"""


def manifest(**entries: object) -> str:
    return json.dumps(entries)


Place = tuple[str | None, int | None, str | None]
ERRORS: list[tuple[str, dict[str, object], Place]] = [
    # tables and headers
    ("column_missing", {"activities.csv": "id,kind,name of it\na,dpp_pk,К\n"},
     ("activities.csv", 1, "Название")),
    ("column_twice", {"activities.csv": "kind,title,Название,hours\ndpp_pk,К,К,3\n"},
     ("activities.csv", 1, "Название")),
    ("cell_empty", {"activities.csv": "id,kind,title\na,dpp_pk,К\nb,,К\n"},
     ("activities.csv", 3, "kind")),
    ("empty_catalogue", {"activities.csv": "id,kind,title\n"}, (None, None, None)),
    # cells
    ("number_not_finite", {"activities.csv": "kind,title,hours\ndpp_pk,К,1e309\n"},
     ("activities.csv", 2, "hours")),
    ("number_unreadable", {"activities.csv": "kind,title,hours\ndpp_pk,К,много\n"},
     ("activities.csv", 2, "hours")),
    ("out_of_range", {"activities.csv": "kind,title,hours\ndpp_pk,К,-36\n"},
     ("activities.csv", 2, "hours")),
    ("integer_expected", {"activities.csv": 'kind,title,Цена\ndpp_pk,К,"1,5"\n'},
     ("activities.csv", 2, "Цена")),
    ("enum_unknown", {"activities.csv": "kind,title\nсемнар,К\n"}, ("activities.csv", 2, "kind")),
    ("boolean_unreadable", {"educators.csv": "id,position,rural\ne1,teacher,наверное\n"},
     ("educators.csv", 2, "rural")),
    ("date_unreadable", {"educators.csv": "id,position,born_on\ne1,teacher,05/13/1990\n"},
     ("educators.csv", 2, "born_on")),
    ("cell_error_value", {"activities.csv": "kind,title,hours\ndpp_pk,К,#REF!\n"},
     ("activities.csv", 2, "hours")),
    ("text_too_long", {"activities.csv": "kind,title\ndpp_pk," + "К" * 20_001 + "\n"},
     ("activities.csv", 2, "title")),
    # keys and references
    ("duplicate_id", {"activities.csv": "id,kind,title\na,dpp_pk,К\na,dpp_pk,Л\n"},
     ("activities.csv", 3, "id")),
    ("unknown_activity", {"offerings.csv": "id,activity_id,start,end\n"
                                           "o,a9,2026-10-05,2026-10-06\n"},
     ("offerings.csv", 2, "activity_id")),
    ("unknown_offering", {"offerings.csv": OFFERINGS, "meetings.csv": "offering_id,start,end\n"
                          "o9,2026-10-05 10:00,11:00\n"}, ("meetings.csv", 2, "offering_id")),
    ("unknown_educator", {**PEOPLE, "requests.csv": "educator_id,text\ne9,Хочу\n"},
     ("requests.csv", 2, "educator_id")),
    ("unknown_organisation", {"organisations.csv": "id,title\ns1,Школа\n", "educators.csv":
                              "id,position,organisation_id\ne1,teacher,s2\n"},
     ("educators.csv", 2, "organisation_id")),
    ("unknown_mentor", {"mentors.csv": MENTORS, "mentor_slots.csv":
                        "mentor_id,weekday,start,end\nm9,ср,15:00,16:00\n"},
     ("mentor_slots.csv", 2, "mentor_id")),
    ("unknown_node", {**PEOPLE, "diagnostics.csv": SCORES + "e1,2026-05-01,test,MTE,1,5\n"},
     ("diagnostics.csv", 2, "node")),
    ("duplicate_contradiction", {**PEOPLE, "responses.csv":
                                 "educator_id,procedure_id,date,item,response,node\n"
                                 "e1,p,2026-05-01,q1,1,MET\ne1,p,2026-05-01,q1,0,MET.01\n"},
     ("responses.csv", 3, "response")),
    ("duplicate_contradiction", {**PEOPLE, "diagnostics.csv": SCORES
                                 + "e1,2026-05-01,test,MET,1,5\ne1,2026-05-01,test,MET,2,5\n"},
     ("diagnostics.csv", 3, "score")),
    ("contradictory_maximum", {**PEOPLE, "diagnostics.csv": SCORES
                               + "e1,2026-05-01,test,MET,1,5\ne1,2026-05-01,test,MET,1,9\n"},
     ("diagnostics.csv", 3, "max_score")),
    ("unknown_item", {**PEOPLE, "responses.csv": "educator_id,procedure_id,date,item,response\n"
                      "e1,p,2026-05-01,q1,1\n"}, ("responses.csv", 2, "item")),
    # catalogue
    ("register_ends_before_start", {"activities.csv": "kind,title,register_from,register_to\n"
                                    "dpp_pk,К,2026-09-01,2025-09-01\n"},
     ("activities.csv", 2, "register_to")),
    ("offering_ends_before_start", {"offerings.csv": "id,activity_id,start,end\n"
                                    "o,a1,2026-11-20,2026-10-05\n"}, ("offerings.csv", 2, "end")),
    ("offering_without_dates", {"offerings.csv": "id,activity_id,start,end\no,a1,2026-11-20,\n"},
     ("offerings.csv", 2, "start")),
    ("negative_capacity", {"offerings.csv": "id,activity_id,start,end,seats_left\n"
                           "o,a1,2026-10-05,2026-10-06,-1\n"}, ("offerings.csv", 2, "seats_left")),
    ("meeting_outside_offering", {"offerings.csv": OFFERINGS, "meetings.csv":
                                  "offering_id,start,end\no1,2026-11-21 10:00,11:00\n"},
     ("meetings.csv", 2, "start")),
    ("span_ends_before_start", {"offerings.csv": OFFERINGS, "meetings.csv":
                                "offering_id,start,end\no1,2026-10-06 10:00,09:00\n"},
     ("meetings.csv", 2, "start")),
    ("date_missing", {"offerings.csv": OFFERINGS, "meetings.csv":
                      "offering_id,start,end\no1,10:00,11:00\n"}, ("meetings.csv", 2, "start")),
    ("moment_unreadable", {"offerings.csv": OFFERINGS, "meetings.csv":
                           "offering_id,start,end\no1,утром,11:00\n"},
     ("meetings.csv", 2, "start")),
    ("local_time_ambiguous", {"offerings.csv": OFFERINGS, "meetings.csv":
                              "offering_id,start,end,time_zone\n"
                              "o1,2026-10-25 02:30,04:00,Europe/Berlin\n"},
     ("meetings.csv", 2, "start")),
    ("unknown_time_zone", {"offerings.csv": OFFERINGS, "meetings.csv":
                           "offering_id,start,end,time_zone\no1,2026-10-06 10:00,11:00,Москва\n"},
     ("meetings.csv", 2, "time_zone")),
    ("coverage_above_one", {"coverage.csv": "activity_id,node,share\na1,MET,0.7\na1,PSY.01,0.4\n"},
     ("coverage.csv", 3, "share")),
    ("prerequisite_cycle", {"prerequisites.csv": "activity_id,group,required_activity_id\n"
                            "a1,1,a2\na2,1,a1\n"},
     ("prerequisites.csv", 2, "required_activity_id")),
    # people
    ("mentor_without_consent", {"mentors.csv": MENTORS + "m2,methodist,нет,2\n"},
     ("mentors.csv", 3, "consent")),
    ("mentor_without_consent", {"mentors.csv": "id,position,consent,consent_on,capacity\n"
                                "m1,methodist,да,2027-01-01,2\n"},
     ("mentors.csv", 2, "consent_on")),
    ("negative_capacity", {"mentors.csv": "id,position,consent,capacity\nm1,methodist,да,-2\n"},
     ("mentors.csv", 2, "capacity")),
    ("birth_date_implausible", {"educators.csv": "id,position,born_on\ne1,teacher,2026-08-30\n"},
     ("educators.csv", 2, "born_on")),
    ("age_contradiction", {"educators.csv": "id,position,born_on,turns_35_on\n"
                           "e1,teacher,1990-01-01,2030-01-01\n"},
     ("educators.csv", 2, "turns_35_on")),
    # evidence
    ("score_above_maximum", {**PEOPLE, "diagnostics.csv": SCORES + "e1,2026-05-01,test,MET,6,5\n"},
     ("diagnostics.csv", 2, "score")),
    ("diagnostics_in_future", {**PEOPLE, "diagnostics.csv": SCORES
                               + "e1,2026-09-01,test,MET,1,5\n"}, ("diagnostics.csv", 2, "date")),
    ("request_empty", {**PEOPLE, "requests.csv": "educator_id,text\ne1,\n"},
     ("requests.csv", 2, "text")),
    ("history_empty", {**PEOPLE, "history.csv": "educator_id,title,completed_on\n"
                       "e1,,2026-01-01\n"}, ("history.csv", 2, "title")),
    ("history_in_future", {**PEOPLE, "history.csv": "educator_id,title,completed_on\n"
                           "e1,К,2027-01-01\n"}, ("history.csv", 2, "completed_on")),
    ("correction_without_text", {"corrections.csv": VERDICTS + "a9,,MET.01,верно,\n"},
     ("corrections.csv", 2, "title")),
    ("correction_without_node", {"corrections.csv": VERDICTS + "a1,,,верно,\n"},
     ("corrections.csv", 2, "node")),
    ("share_of_wrong", {"corrections.csv": VERDICTS + "a1,,MET.01,неверно,0.5\n"},
     ("corrections.csv", 2, "right_share")),
    ("correction_shares_above_one", {"corrections.csv": VERDICTS + "a1,,MET.01,верно,0.6\n"
                                     "a1,,PSY.01,верно,0.5\n"},
     ("corrections.csv", 2, "right_share")),
    ("correction_shares_above_one", {"corrections.csv": VERDICTS + "a1,,MET.01,верно,1\n"
                                     "a1,,PSY.01,верно,\n"},
     ("corrections.csv", 2, "right_share")),
    ("interaction_in_future", {**PEOPLE, "interactions.csv": OUTCOMES
                               + "e1,a1,2026-09-01,предложено,,,\n"},
     ("interactions.csv", 2, "date")),
    ("ended_before_begun", {**PEOPLE, "interactions.csv": OUTCOMES
                            + "e1,a1,2026-03-01,завершил,2026-02-28,,\n"},
     ("interactions.csv", 2, "ended_on")),
    ("ended_but_not_over", {**PEOPLE, "interactions.csv": OUTCOMES
                            + "e1,a1,2026-03-01,записан,2026-03-02,,\n"},
     ("interactions.csv", 2, "ended_on")),
    ("slate_of_several", {"educators.csv": EDUCATORS + "e2,teacher\n", "interactions.csv": OUTCOMES
                          + "e1,a1,2026-03-01,предложено,,7,\ne2,a1,2026-03-01,предложено,,7,\n"},
     ("interactions.csv", 3, "slate")),
    ("propensity_without_slate", {**PEOPLE, "interactions.csv": OUTCOMES
                                  + "e1,a1,2026-03-01,предложено,,,0.5\n"},
     ("interactions.csv", 2, "propensity")),
    ("out_of_range", {**PEOPLE, "interactions.csv": OUTCOMES
                      + "e1,a1,2026-03-01,предложено,,7,0\n"},
     ("interactions.csv", 2, "propensity")),
    # busy calendars
    ("unknown_educator", {**PEOPLE, "busy/e9.ics": ICS.format(rule="FREQ=DAILY;COUNT=2")},
     ("busy/e9.ics", None, None)),
    ("calendar_unreadable", {**PEOPLE, "busy/e1.ics": "это не календарь"},
     ("busy/e1.ics", 1, None)),
    # Line 8 counted in ICS above: BEGIN:VCALENDAR, VERSION, PRODID, BEGIN:VEVENT, UID, DTSTART,
    # DTEND are 1 to 7, the rule is the next.
    ("calendar_rule_too_dense", {**PEOPLE, "busy/e1.ics": ICS.format(rule="FREQ=SECONDLY")},
     ("busy/e1.ics", 8, None)),
    ("calendar_not_text", {**PEOPLE, "busy/e1.ics": b"PK\x03\x04\x00"},
     ("busy/e1.ics", None, None)),
    ("dialect_unsupported", {"datapackage.json": json.dumps({"resources": [
        {"name": "activities", "path": "activities.csv", "dialect": {"quoteChar": "'"}}]})},
     ("datapackage.json", None, "resources")),
    ("calendar_too_large", {**PEOPLE, "busy/e1.ics": b" " * (5 * 1024 * 1024 + 1)},
     ("busy/e1.ics", None, None)),
    # the manifest
    ("datapackage_unreadable", {"datapackage.json": "{"}, ("datapackage.json", None, None)),
    ("as_of_unreadable", {"datapackage.json": manifest(as_of="2026-08-31")},
     ("datapackage.json", None, "as_of")),
    ("unknown_time_zone", {"datapackage.json": manifest(time_zone="MSK+3")},
     ("datapackage.json", None, "time_zone")),
    ("path_outside_package", {"datapackage.json": manifest(resources=[
        {"name": "activities", "path": "../secret.csv"}])},
     ("datapackage.json", None, "resources")),
    ("file_missing", {"datapackage.json": manifest(resources=[
        {"name": "activities", "path": "activities.csv"},
        {"name": "mentors", "path": "no.csv"}])}, ("datapackage.json", None, "resources")),
    ("defaults_unreadable", {"datapackage.json": manifest(defaults={"offerings": "always"})},
     ("datapackage.json", None, "defaults")),
    ("defaults_unreadable", {"datapackage.json": manifest(
        defaults={"hours_academic": {"seminary": 4}})}, ("datapackage.json", None, "defaults")),
]  # fmt: skip

WARNINGS: list[tuple[str, dict[str, object], Place]] = [
    ("correction_beside_coverage", {"coverage.csv": "activity_id,node,share\na1,MET,0.5\n",
                                    "corrections.csv": VERDICTS + "a1,,MET.01,верно,\n"},
     ("corrections.csv", 2, "activity_id")),
    ("unknown_column", {"activities.csv": "kind,title,Часыы\ndpp_pk,К,36\n"},
     ("activities.csv", 1, "Часыы")),
    ("column_not_taken", {"educators.csv": "id,position,Стаж (лет)\ne1,teacher,2\n"},
     ("educators.csv", 1, "Стаж (лет)")),
    ("personal_data_misplaced", {"educators.csv": "id,position,ФИО\ne1,teacher,Иванова И. И.\n"},
     ("educators.csv", 1, "ФИО")),
    ("duplicate_row", {"activities.csv": "kind,title\ndpp_pk,К\ndpp_pk,к\ndpp_pk,К\n"},
     ("activities.csv", 4, None)),
    ("similar_activities", {"activities.csv": "kind,title,audience\ndpp_pk,К,x\ndpp_pk,К,y\n"},
     ("activities.csv", 3, None)),
    ("hours_unknown", {"activities.csv": "kind,title\ndpp_pk,К\n"}, ("activities.csv", None, None)),
    ("activity_without_offering", {}, ("activities.csv", None, None)),
    ("hours_below_legal_least", {"activities.csv": "kind,title,hours\ndpp_pk,К,8\n"},
     ("activities.csv", 2, "hours")),
    ("hours_below_legal_least", {"activities.csv": "kind,title,hours\ndpp_pp,К,249\n"},
     ("activities.csv", 2, "hours")),
    ("document_kind_mismatch", {"activities.csv": "kind,title,document\ndpp_pk,К,диплом\n"},
     ("activities.csv", 2, "document")),
    ("document_kind_mismatch", {"activities.csv": "kind,title,document\nseminar,К,диплом\n"},
     ("activities.csv", 2, "document")),
    ("form_document_mismatch", {"activities.csv": "kind,title,form\nseminar,К,формальное\n"},
     ("activities.csv", 2, "form")),
    ("dates_unclear", {"activities.csv": "kind,title,dates\nseminar,К,5-7.10\n"},
     ("activities.csv", 2, "dates")),
    ("enrolment_after_end", {"offerings.csv": "id,activity_id,start,end,enrolment_until\n"
                             "o,a1,2026-10-05,2026-10-06,2026-10-07\n"},
     ("offerings.csv", 2, "enrolment_until")),
    ("meeting_overlap", {"offerings.csv": OFFERINGS, "meetings.csv": "offering_id,start,end\n"
                         "o1,2026-10-06 10:00,12:00\no1,2026-10-06 11:00,13:00\n"},
     ("meetings.csv", 3, "start")),
    ("tempo_zero", {"educators.csv": "id,position,tempo_min_per_week\ne1,teacher,0\n"},
     ("educators.csv", 2, "tempo_min_per_week")),
    ("score_looks_like_share", {**PEOPLE, "diagnostics.csv": SCORES
                                + "e1,2026-05-01,test,MET,0.72,100\n"},
     ("diagnostics.csv", 2, "score")),
    ("tempo_suspicious", {"educators.csv": "id,position,tempo_min_per_week\ne1,teacher,3\n"},
     ("educators.csv", 2, "tempo_min_per_week")),
    ("unknown_activity", {**PEOPLE, "history.csv": "educator_id,activity_id,completed_on\n"
                          "e1,old,2020-01-01\n"}, ("history.csv", 2, "activity_id")),
    ("unknown_activity", {**PEOPLE, "interactions.csv": OUTCOMES
                          + "e1,old,2020-01-01,завершил,,,\n"},
     ("interactions.csv", 2, "activity_id")),
    ("label_without_person", {**PEOPLE, "labels.csv": "id,display_name\ne9,Иванова\n"},
     ("labels.csv", 2, "id")),
    ("educators_missing", {"requests.csv": "educator_id,text\ne1,Хочу\n"}, (None, None, None)),
    ("file_not_recognised", {"прочее.csv": "a,b\n1,2\n"}, ("прочее.csv", None, None)),
    ("file_not_read", {"база.ods": b"PK"}, ("база.ods", None, None)),
    ("unknown_resource", {"datapackage.json": manifest(resources=[
        {"name": "activities", "path": "activities.csv"}, {"name": "zzz", "path": "zzz.csv"}])},
     ("datapackage.json", None, "resources")),
    ("file_not_listed", {"corrections.csv": "x\n", "datapackage.json": manifest(resources=[
        {"name": "activities", "path": "activities.csv"}])}, ("corrections.csv", None, None)),
    # notes
    ("node_assumed", {**PEOPLE, "diagnostics.csv": SCORES
                      + "e1,2026-05-01,test,Блок «Методический»,1,5\n"},
     ("diagnostics.csv", 2, "node")),
    ("kind_approximated", {"activities.csv": "kind,title\nevent_festival,Ф\n"},
     ("activities.csv", None, None)),
    ("score_absent", {**PEOPLE, "diagnostics.csv": SCORES + "e1,2026-05-01,test,MET,,5\n"},
     ("diagnostics.csv", None, None)),
    ("hours_assumed", {"activities.csv": "kind,title\nseminar,С\n", "datapackage.json": manifest(
        defaults={"hours_academic": {"seminar": 4}})}, (None, None, None)),
    ("offerings_self_paced", {"datapackage.json": manifest(defaults={"offerings": "self_paced"})},
     (None, None, None)),
]  # fmt: skip

ELSEWHERE = {
    # in the tests of files, workbooks and CSV
    "file_too_large", "file_unreadable", "not_a_workbook", "not_a_text_file", "encoding_unknown",
    "csv_quote_left_open", "csv_unreadable", "too_many_columns", "too_many_rows", "file_empty",
    "workbook_damaged", "formula_without_value", "percent_cell",
    # in the tests of the mapping file, the forms and the options
    "mapping_unreadable", "mapping_unknown_table", "mapping_unknown_column", "mapping_unused",
    "only_example_rows", "example_row_skipped", "as_of_missing", "time_zone_assumed",
    "scores_in_columns", "sheet_missing", "sheet_ambiguous", "labels_mixed", "text_unreadable",
    # in the tests of plain tables of enrolments
    "column_not_used", "enrolments_ambiguous", "enrolments_missing", "order_of_rows",
    "order_read", "seconds_read",
    # in the tests of registers
    "period_reversed", "member_twice", "accompanies_oneself",
    # in the tests of what is known besides the files
    "whole_table_missing",
    # in the tests of archives
    "workbook_too_large",
    # in the tests of reading for a summary
    "evidence_left_out",
    # in the tests of the tables of a calibration
    "answers_all_alike", "answers_repeated", "bank_stands_alone", "few_people", "header_missing",
    "item_not_in_q_matrix", "item_without_answers", "item_without_nodes", "no_answers", "no_rows",
    "people_without_answers", "q_matrix_value", "sheet_not_chosen", "too_little_to_calibrate",
}  # fmt: skip


@pytest.mark.parametrize(("code", "files", "place"), ERRORS)
def test_an_error_is_named_with_its_place(
    importing: Import, code: str, files: dict[str, object], place: Place
) -> None:
    """Each error carries its code and its place, alone, and nothing is imported."""
    report = importing(files)
    assert [(f.code, f.file, f.row, f.column) for f in report.faults] == [(code, *place)]
    assert report.package is None
    assert all(count.taken == 0 for count in report.counts.values())
    assert len(report.faults[0].detail) > 20
    with pytest.raises(InputError):
        report.accepted()


@pytest.mark.parametrize(("code", "files", "place"), WARNINGS)
def test_a_warning_does_not_stop_the_import(
    importing: Import, code: str, files: dict[str, object], place: Place
) -> None:
    """Each warning or note is named with its place, and the package is taken."""
    report = importing(files)
    assert report.faults == ()
    assert place in places(report, code)
    assert report.package is not None


def test_every_code_of_the_room_is_provoked() -> None:
    """No code stands in the source that no test provokes."""
    folder = Path(engine.interchange.__file__).parent
    codes = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in ("error", "warning", "note", "add", "CellError"):
                    codes.add(node.args[0].value)
    provoked = {code for code, _, _ in ERRORS + WARNINGS}
    assert codes - provoked - ELSEWHERE == set()


def test_all_faults_are_reported_at_once(importing: Import) -> None:
    """Faults of every table and of every row come in one report."""
    report = importing({
        "activities.csv": "id,kind,title,hours\na1,dpp_pk,К,36\na2,seminar,С,x\na3,семнар,С,2\n",
        "offerings.csv": "id,activity_id,start,end\no1,a1,2026-10-06,2026-10-05\n"
                         "o2,a2,2026-10-05,2026-10-06\no3,zz,2026-10-05,2026-10-06\n",
        "educators.csv": EDUCATORS,
        "diagnostics.csv": SCORES + "e1,2026-05-01,test,MET,9,5\n",
    })  # fmt: skip
    # a2 is at fault itself, so its run o2 is not: two faults would hide the one to mend.
    assert sorted((f.code, f.row) for f in report.faults) == [
        ("enum_unknown", 4), ("number_unreadable", 3), ("offering_ends_before_start", 2),
        ("score_above_maximum", 2), ("unknown_activity", 4),
    ]  # fmt: skip


def test_a_flood_of_one_code_is_counted(importing: Import) -> None:
    """Of many alike faults of a file some are shown and the rest are counted."""
    rows = "".join(f"e1,2026-05-{d:02},test,MET,9,5\n" for d in range(1, 31))
    report = importing({**PEOPLE, "diagnostics.csv": SCORES + rows}, fault_limit=5)
    assert [f.row for f in report.faults] == [2, 3, 4, 5, 6, None]
    assert report.faults[-1].parameters == {"more": 25}


def test_a_cycle_is_named_and_a_way_out_is_no_cycle(importing: Import) -> None:
    """The cycle is spelled out; an OR-group with a way out of it is accepted."""
    activities = ACTIVITIES + "a3,seminar,Третий,2\na4,seminar,Четвёртый,2\n"
    head = "activity_id,group,required_activity_id\n"
    report = importing({"activities.csv": activities, "prerequisites.csv": head
                        + "a1,1,a2\na2,1,a3\na3,1,a1\na4,1,a1\n"})  # fmt: skip
    (fault,) = report.faults
    assert fault.parameters["cycle"] == ["a1", "a2", "a3", "a1"]
    assert "a1 → a2 → a3 → a1" in fault.detail
    report = importing({"activities.csv": activities, "prerequisites.csv": head
                        + "a1,1,a2\na2,1,a3\na3,1,a1\na3,1,a4\n"})  # fmt: skip
    package = report.accepted()
    assert {a.id: a.prerequisites for a in package.activities}["a3"] == (("a1", "a4"),)
    report = importing({"prerequisites.csv": head + "a1,,a1\n"})
    assert [f.code for f in report.faults] == ["prerequisite_cycle"]


def test_an_unknown_node_names_the_likely_ones(importing: Import) -> None:
    """A misspelt code and a misspelt title both lead to the right node; a title is taken."""
    rows = "e1,2026-05-01,test,MET.1,1,5\ne1,2026-05-02,test,Фармирующие оценевания,1,5\n"
    report = importing({**PEOPLE, "diagnostics.csv": SCORES + rows})
    assert all("MET.01 — Формирующее оценивание" in f.detail for f in report.faults)
    assert len(report.faults) == 2
    good = SCORES + "e1,2026-05-02,test,формирующее  оценивание,1,5\n"
    package = importing({**PEOPLE, "diagnostics.csv": good}).accepted()
    assert package.diagnostics["e1"][0].node == "MET.01"


def test_a_node_is_known_by_its_topic_only_if_there_is_one(importing: Import) -> None:
    """A drifted title leads to the only node of that topic; a number or two nodes to none."""
    nodes = {"A": "Методические компетенции", "B": "Предметные компетенции", "B.1": "Предметные"}
    rows = "e1,2026-05-0{},test,{},1,5\n"
    said = ("Методический блок", "1. Методические дефициты", "a — Методические компетенции", "A")
    scores = SCORES + "".join(rows.format(i, words) for i, words in enumerate(said, start=1))
    report = importing({**PEOPLE, "diagnostics.csv": scores}, known_nodes=nodes)
    assert [r.node for r in report.accepted().diagnostics["e1"]] == ["A"] * 4
    assert places(report, "node_assumed") == [
        ("diagnostics.csv", 2, "node"), ("diagnostics.csv", 3, "node")
    ]  # fmt: skip
    for words in ("Предметный блок", "Блок 1", "A — Предметные компетенции"):
        scores = SCORES + rows.format(1, words)
        report = importing({**PEOPLE, "diagnostics.csv": scores}, known_nodes=nodes)
        assert places(report, "unknown_node") == [("diagnostics.csv", 2, "node")], words


def test_contradicting_scores_are_said_in_the_words_of_the_form(importing: Import) -> None:
    """Person, day, method and both scores, and what to do; no English code among them."""
    rows = "e1,2026-05-20,test,MET,7,10\ne1,2026-05-20,test,MET,4.5,10\n"
    (fault,) = importing({**PEOPLE, "diagnostics.csv": SCORES + rows}).faults
    assert "20.05.2026, тест, MET»: балл здесь 4.5, а в строке 2 — 7: оставьте" in fault.detail
    assert "укажите наблюдателя" in fault.detail
    assert "другой код" not in fault.detail
    rows = "e1,2026-05-20,self,MET,7,10\ne1,2026-05-20,self,MET,7,20\n"
    (fault,) = importing({**PEOPLE, "diagnostics.csv": SCORES + rows}).faults
    assert "самооценка, MET»: максимум здесь 20, а в строке 2 — 10" in fault.detail


@pytest.mark.parametrize("written", ["МЕТ.01", "мет.01", "MЕT.01"])
def test_cyrillic_letters_in_a_code_are_named(importing: Import, written: str) -> None:
    """Both look alike on the screen: the letters to type again are listed with the code."""
    rows = f"e1,2026-05-01,test,{written},1,5\n"
    report = importing({**PEOPLE, "diagnostics.csv": SCORES + rows})
    (fault,) = report.faults
    assert fault.code == "unknown_node"
    russian = [c for c in dict.fromkeys(written) if c.isalpha() and not c.isascii()]
    assert f"русские буквы ({', '.join(russian)})" in fault.detail
    assert "наберите MET.01 латиницей" in fault.detail


def test_unknown_nodes_are_no_duplicates(importing: Import) -> None:
    """Two rows whose nodes are unknown, each in its own way, are two faults and no more."""
    rows = "e1,2026-05-01,test,ИКТ,1,5\ne1,2026-05-01,test,ФГОС,2,5\n"
    report = importing({**PEOPLE, "diagnostics.csv": SCORES + rows})
    assert [f.code for f in report.faults] == ["unknown_node", "unknown_node"]
    assert 'diagnostics.values.node."ИКТ" = ' in report.faults[0].detail


def test_the_day_of_calculation_must_be_known(importing: Import) -> None:
    """Without ``as_of`` there is no import; one without offset is the caller's fault."""
    assert [f.code for f in importing({}, as_of=None).faults] == ["as_of_missing"]
    with pytest.raises(ValueError, match="offset"):
        importing({}, as_of=AS_OF.replace(tzinfo=None))


def test_an_assumed_zone_is_said(importing: Import) -> None:
    """A package without a zone is read in Moscow time, and the report says so."""
    report = importing({}, time_zone=None)
    assert report.accepted().time_zone == "Europe/Moscow"
    assert places(report, "time_zone_assumed")


def test_a_missing_path_is_a_fault(tmp_path: Path) -> None:
    """A folder or file that is not there is named and not an exception."""
    report = read_package(
        tmp_path / "no", known_nodes=NODES, as_of=AS_OF, files={"mentors": tmp_path / "m.csv"}
    )
    assert [f.code for f in report.faults] == ["file_missing", "file_missing"]
