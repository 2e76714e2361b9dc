"""``routes solve`` and ``routes check``: a self-contained problem file, no database, no clock."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.output import prepare, print_json
from engine.cli.problem_edit import edit_dict, edit_lines, steps_by_label
from engine.errors import Fault, InputError
from engine.planning.checks import CheckReport, check_route
from engine.planning.given_route import complete_steps
from engine.planning.least_edit import find_least_edit
from engine.planning.problem import RouteProblem
from engine.planning.problem_json import read_problem_file
from engine.planning.solution import Route, RouteSolution, SolveOptions
from engine.planning.solver import solve
from engine.wording import word

REPAIR_MS = 10_000
"""Most clock of the best route, and of the repair, at a terminal; the work is the file's."""

_ROUTE_FIELDS = {"chosen", "mentor", "slots", "middle", "final"}
_FOR_PEOPLE = (
    "это ответ routes build (route.json), в нём нет номеров задачи; проверяется ответ решателя: "
    "routes solve problem.json --json > solution.json"
)

ProblemFile = Annotated[
    str, typer.Argument(help="Файл задачи (problem.json) или «-» — стандартный ввод.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Ответ в JSON.")]


def solve_file(
    problem_file: ProblemFile,
    as_json: AsJson = False,
    deadline_ms: Annotated[
        int | None, typer.Option(min=1, max=600_000, help="Срок, мс; иначе как в файле.")
    ] = None,
    gap: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Допустимый зазор, доля.")
    ] = None,
) -> int:
    """Решить файл задачи: тот же файл даёт тот же маршрут."""
    problem, options = read_problem_file(_read(problem_file))
    if deadline_ms is not None:
        options = replace(options, deadline_ms=deadline_ms, work_milli=deadline_ms)
    if gap is not None:
        options = replace(options, gap_ppm=round(gap * 1_000_000))
    prepare()
    solution = solve(problem, options)
    if as_json:
        print_json(_solution_dict(problem, solution))
    else:
        _print_solution(problem, solution, options)
    return 0 if solution.route is not None else 4


def check_file(
    problem_file: ProblemFile,
    route_file: Annotated[
        str | None,
        typer.Argument(
            help="Файл маршрута: ответ routes solve --json либо JSON с chosen, mentor, slots, "
            "middle, final. Вместо него можно назвать потоки (--offering)."
        ),
    ] = None,
    offering: Annotated[
        list[str] | None,
        typer.Option(
            help="Поток маршрута, код из файла задачи; наставник, встречи и диагностика "
            "подберутся. Можно повторять."
        ),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Найти и наименьшую правку (решателем).")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Проверить маршрут по всем правилам; без --repair решатель не нужен. Код 4 — нарушения."""
    problem, options = read_problem_file(_read(problem_file))
    if (route_file is None) == (not offering):
        raise typer.BadParameter("нужен либо файл маршрута, либо --offering")
    steps: list[tuple[int, ...]]
    if offering:
        steps = steps_by_label(problem, offering)
        route = complete_steps(problem, steps)
    else:
        route = _read_route(_read(route_file or ""), problem)
        steps = [(j,) for j in route.chosen if 0 <= j < len(problem.candidates)]
    report = check_route(problem, route)
    edit = None
    if repair:
        options = replace(options, deadline_ms=min(options.deadline_ms, REPAIR_MS))
        edit = find_least_edit(problem, steps, solve(problem, options), options)
    if as_json:
        print_json(asdict(report) | ({"repair": edit_dict(problem, edit)} if edit else {}))
    else:
        _print_report(report)
        for line in edit_lines(problem, steps, edit) if edit else ():
            typer.echo(line)
    return 4 if report.violations else 0


def _read(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def _solution_dict(problem: RouteProblem, solution: RouteSolution) -> dict[str, object]:
    body = asdict(solution)
    if solution.route is not None:
        body["offerings"] = [problem.candidates.label[j] for j in solution.route.chosen]
        if solution.route.mentor is not None:
            body["mentor"] = problem.mentor.options[solution.route.mentor].label
    return body


def _print_solution(problem: RouteProblem, solution: RouteSolution, options: SolveOptions) -> None:
    typer.echo(f"{solution.status.value}: {word(solution.status.value, {}, 'ru')}")
    if solution.value_mpt is not None:
        bound = solution.bound_mpt
        bound_text = "нет" if bound is None else f"{bound / 1000:.1f}"
        gap_text = "нет" if solution.gap_ppm is None else f"{solution.gap_ppm / 10_000:.2f} %"
        typer.echo(
            f"Ценность {solution.value_mpt / 1000:.1f}, граница {bound_text}, зазор {gap_text}"
            f" (просили {options.gap_ppm / 10_000:.2f} %)"
        )
    chosen = [problem.candidates.record(j) for j in solution.route.chosen] if solution.route else []
    for c in sorted(chosen, key=lambda c: (c.start_day, c.end_day, c.label)):
        typer.echo(
            f"  недели {c.start_day // 7 + 1}–{c.end_day // 7 + 1}: "
            f"{problem.activities[c.activity].label} ({c.label}), "
            f"{sum(m for _, m in c.weekly)} мин"
        )


def _print_report(report: CheckReport) -> None:
    for v in report.violations:
        about = f" ({v.subject})" if v.subject else ""
        typer.echo(
            f"  нарушено «{word(v.rule, v.parameters, 'ru', family='rule')}»{about}: {v.excess}"
        )
    verdict = "нарушений нет" if not report.violations else f"нарушений: {len(report.violations)}"
    typer.echo(f"{verdict}; ценность {report.value_mpt / 1000:.1f}")


def _read_route(content: bytes, problem: RouteProblem) -> Route:
    """Read a route by indices, or by offering labels in ``chosen``; also ``solve --json``'s."""
    try:
        body = json.loads(content)
        body = body.get("route", body)
        if "steps" in body:
            raise ValueError(_FOR_PEOPLE)
        unknown = set(body) - _ROUTE_FIELDS
        if unknown:
            raise ValueError(f"неизвестные поля: {', '.join(sorted(unknown))}")
        labels = {label: j for j, label in enumerate(problem.candidates.label)}
        chosen = [labels[c] if isinstance(c, str) else int(c) for c in body.get("chosen", [])]
        return Route(
            chosen=tuple(sorted(chosen)),
            mentor=body.get("mentor"),
            slots=tuple(sorted(int(i) for i in body.get("slots", []))),
            middle=body.get("middle"),
            final=body.get("final"),
        )
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        fault = Fault("route_unreadable", f"маршрут не прочитан: {error}", file="route")
        raise InputError([fault]) from error
