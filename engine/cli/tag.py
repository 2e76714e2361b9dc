"""``routes tag``: text to coverage, the list of what is worth correcting, corrections read back."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.inputs import (
    AsOfOption,
    JsonOption,
    MappingOption,
    PackageArgument,
    parse_as_of,
    read,
)
from engine.cli.output import print_json, print_remarks
from engine.framework import Framework, load_framework
from engine.interchange import TABLES, DataPackage, nodes_of, write_filled
from engine.interchange.tag_corrections import rows_of_corrections
from engine.matching.coverage import tag_activities
from engine.matching.tag_corrections import TagCorrection
from engine.matching.tag_review import ReviewItem, review_list, use_by_hours
from engine.matching.tagging import CompetencyTagger

TAG_FIELDS = ("activity_id", "title", "node", "node_title", "share", "confidence")
REVIEW_FIELDS = ("activity_id", "title", "node", "node_title", "chance", "verdict",
                 "right_share", "comment")  # fmt: skip

ReviewOption = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="ЧИСЛО",
        help="Не разметка, а список активностей, которые методисту стоит проверить первыми.",
    ),
]
CorrectionsOption = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False,
        help="Правки методиста (заполненный список --review, CSV или XLSX): по активности они "
        "важнее правок пакета.",
    ),
]
KeepOption = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False, help="Куда записать все правки, пакета и файла, одной таблицей (CSV, XLSX)."
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(dir_okay=False, help="Файл для списка --review: .xlsx или .csv."),
]


def tag(
    package: PackageArgument = None,
    review: ReviewOption = None,
    corrections: CorrectionsOption = None,
    keep: KeepOption = None,
    out: OutOption = None,
    mapping: MappingOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> int:
    """Найти по тексту активностей компетенции: код, доля, уверенность (CSV или JSON)."""
    if out is not None and review is None:
        raise typer.BadParameter("--out пишет список для проверки: добавьте --review ЧИСЛО")
    framework = load_framework()
    report = read(package, framework, mapping=mapping, as_of=parse_as_of(as_of))
    data = report.accepted()
    known = {c.activity_id: c for c in data.corrections}
    if corrections is not None:
        files = {"corrections": corrections}
        given = read(package, framework, files=files, mapping=mapping, as_of=parse_as_of(as_of))
        print_remarks((), [w for w in given.warnings if w.file == corrections.name])
        known |= {c.activity_id: c for c in given.accepted().corrections}
    tagger = CompetencyTagger(corrections=tuple(known.values())).fit(framework)
    if keep is not None:
        _keep(keep, tuple(known.values()), framework)
    if review is not None:
        use = use_by_hours(data.activities, data.offerings)
        items = review_list(data.activities, framework, tagger, review, use)
        _print_review(items, framework, out, as_json=as_json)
    else:
        _print_tags(data, framework, tagger, as_json=as_json)
    return 0


def reason_of(item: ReviewItem) -> str:
    """Why an activity is on the list, for the methodist."""
    doubt = f"неуверенность {item.doubt:.1f}" if item.tags else "в тексте ничего не найдено"
    alike = f", похожих без охвата: {item.similar}" if item.similar else ""
    return f"{doubt}; часы × потоки: {item.use:g}{alike}".replace(".", ",")


def _keep(path: Path, corrections: Sequence[TagCorrection], framework: Framework) -> None:
    rows = rows_of_corrections(corrections)
    write_filled(TABLES["corrections"], rows, path, nodes_of(framework))
    typer.echo(f"правок по активностям: {len(corrections)}, файл {path}", err=True)


def _print_review(
    items: Sequence[ReviewItem], framework: Framework, out: Path | None, *, as_json: bool
) -> None:
    if out is not None:
        rows = _review_rows(items, framework)
        write_filled(TABLES["corrections"], rows, out, nodes_of(framework))
        typer.echo(f"активностей в списке: {len(items)}, файл {out}", err=True)
    if as_json:
        print_json([_review_body(item, framework) for item in items])
    elif out is None:
        _print_csv(_review_rows(items, framework), REVIEW_FIELDS)


def _review_body(item: ReviewItem, framework: Framework) -> dict[str, object]:
    tags = [
        {"node": node, "node_title": framework.node(node).title, "chance": chance}
        for node, chance in item.tags
    ]
    return {**asdict(item), "tags": tags, "reason": reason_of(item)}


def _review_rows(items: Sequence[ReviewItem], framework: Framework) -> list[dict[str, object]]:
    """A row for every competency found; for an activity without any, one to fill in."""
    return [
        {
            "activity_id": item.activity_id,
            "title": item.title,
            "node": node,
            "node_title": framework.node(node).title if node else None,
            "chance": f"{chance:.2f}" if node else None,
            "comment": reason_of(item),
        }
        for item in items
        for node, chance in item.tags or ((None, 0.0),)
    ]


def _print_tags(
    data: DataPackage, framework: Framework, tagger: CompetencyTagger, *, as_json: bool
) -> None:
    found = tag_activities(data.activities, framework, tagger)
    rows = [
        {
            "activity_id": activity.id,
            "title": activity.title,
            "node": node,
            "node_title": framework.node(node).title,
            "share": round(share, 4),
            "confidence": round(confidence, 4),
        }
        for activity, (_, tags) in zip(data.activities, found, strict=True)
        for node, share, confidence in tags
    ]
    if as_json:
        print_json(rows)
    else:
        _print_csv(rows, TAG_FIELDS)


def _print_csv(rows: Sequence[Mapping[str, object]], fields: Sequence[str]) -> None:
    writer = csv.DictWriter(sys.stdout, fields, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
