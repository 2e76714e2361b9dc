"""``routes train`` and ``evaluate`` with ``--interactions``: a plain table of who took what."""

from __future__ import annotations

from pathlib import Path

import typer

from engine.cli.output import print_json, print_remarks
from engine.cli.terminal import print_wide, progress
from engine.documents.model_comparison import ranking_text
from engine.interchange.interaction_tables import read_interaction_tables, write_top_lists
from engine.training.enrolments import EnrolmentStudy, study_enrolments, top_lists


def study_table(
    table: Path, activities: Path | None, seed: int, lists: Path | None, *, as_json: bool
) -> int:
    """Print the order-aware ranker beside the baselines, and write its lists.

    Parameters
    ----------
    table, activities
        See ``read_interaction_tables``.
    lists
        Where everybody's best ten go, from a ranker fitted on the whole table; ``None`` = nowhere.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    InputError
        With every fault of the tables.
    FileNotFoundError
        A table or the folder of ``lists`` is not there; nothing has been learned yet.
    """
    if lists is not None and not lists.absolute().parent.is_dir():
        raise FileNotFoundError(2, "нет папки", str(lists.parent))
    with progress() as say:
        say("таблица записей")
        tables = read_interaction_tables(table, activities)
        study = study_enrolments(tables.interactions, tables.attributes, seed=seed, say=say)
        if lists is not None:
            say("списки по всей таблице")
            found = top_lists(tables.interactions, tables.attributes, seed=seed)
    if lists is not None:
        write_top_lists(lists, tables.interactions.people, tables.interactions.activities, *found)
    if as_json:
        print_json({"study": study, "warnings": tables.warnings, "notes": tables.notes})
        return 0
    print_remarks(tables.notes, tables.warnings)
    typer.echo(
        f"людей {study.people}, активностей {study.activities}, строк {study.rows}; "
        f"проверка на последней пятой части строк: людей {_measured(study)}"
    )
    print_wide(ranking_text, study.ranking)
    if lists is not None:
        typer.echo(f"записано: {lists}", err=True)
    return 0


def _measured(study: EnrolmentStudy) -> str:
    if study.tested == study.to_test:
        return str(study.tested)
    return f"{study.tested}, выбранных по начальному числу из {study.to_test}"
