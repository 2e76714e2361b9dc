"""Entry of the command: sub-commands, exit codes, one place where errors become words.

Exit codes: 0 done; 1 unexpected fault; 2 wrong usage; 3 wrong input, every fault named on stderr;
4 no route (INFEASIBLE or UNKNOWN) or a route that breaks a rule; 5 wrong configuration;
6 the promotion gate does not let a model into service.
"""

from __future__ import annotations

import io
import sys
from enum import IntEnum

import typer

from engine import __version__
from engine.cli.batch import batch
from engine.cli.build import build
from engine.cli.calibrate import calibrate
from engine.cli.config import config
from engine.cli.data import import_package, template
from engine.cli.db import db
from engine.cli.demo import demo
from engine.cli.doctor import doctor
from engine.cli.dynamics import dynamics
from engine.cli.explain import what_helps, why_not
from engine.cli.groups import groups
from engine.cli.keys import keys
from engine.cli.models import list_models, promote, rollback
from engine.cli.output import print_faults
from engine.cli.problem import check_file, solve_file
from engine.cli.replay import replay
from engine.cli.service import serve
from engine.cli.side import check_own, compare_files
from engine.cli.simulate import simulate
from engine.cli.tag import tag
from engine.cli.train import evaluate_model, train_model
from engine.errors import ConfigurationError, InputError, NothingToPlan, PromotionRefused
from engine.wording import word

app = typer.Typer(
    name="routes",
    help="Индивидуальные образовательные маршруты педагогов: от диагностики до маршрута с датами.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog=(
        "Коды выхода: 0 — готово; 1 — непредвиденная ошибка; 2 — неверный вызов; 3 — ошибки во "
        "входных данных; 4 — маршрута нет или он нарушает правило; 5 — ошибка настройки; 6 — "
        "модель не допущена к работе."
    ),
)
app.command("demo")(demo)
app.command("build")(build)
app.command("batch")(batch)
app.command("why-not")(why_not)
app.command("what-helps")(what_helps)
app.command("dynamics")(dynamics)
app.command("groups")(groups)
app.command("solve")(solve_file)
app.command("check")(check_file)
app.command("check-route")(check_own)
app.command("compare")(compare_files)
app.command("import")(import_package)
app.command("template")(template)
app.command("tag")(tag)
app.command("calibrate")(calibrate)
app.command("simulate")(simulate)
app.command("models")(list_models)
app.command("promote")(promote)
app.command("rollback")(rollback)
app.command("train")(train_model)
app.command("evaluate")(evaluate_model)
app.add_typer(keys, name="keys")
app.command("serve")(serve)
app.command("replay")(replay)
app.command("doctor")(doctor)
app.add_typer(config, name="config")
app.add_typer(db, name="db")


class Exit(IntEnum):
    """Exit codes of the command."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    INPUT = 3
    NO_ROUTE = 4
    CONFIGURATION = 5
    NOT_ADMITTED = 6


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Версия и выход."),
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(Exit.USAGE)


def main() -> None:
    """Run the command and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A console of an old code page has no «━» or «●»: a «?» there is better than no route.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command with ``arguments``; returns the exit code."""
    command = typer.main.get_command(app)
    try:
        result = command.main(arguments, prog_name="routes", standalone_mode=False)
    except NothingToPlan as error:
        print_faults(error.faults)
        for action in error.next_actions:
            typer.echo(f"  → {word(action, {}, 'ru')}", err=True)
        return Exit.INPUT
    except PromotionRefused as error:
        print_faults(error.faults, title="Модель не пущена в работу")
        return Exit.NOT_ADMITTED
    except InputError as error:
        print_faults(error.faults)
        return Exit.INPUT
    except ConfigurationError as error:
        typer.echo(f"Ошибка настройки: {error}", err=True)
        return Exit.CONFIGURATION
    except FileNotFoundError as error:
        typer.echo(f"Нет файла: {error.filename or error}", err=True)
        return Exit.INPUT
    except OSError as error:
        name = error.filename or "файл"
        reason = error.strerror or error
        typer.echo(
            f"Нет доступа: {name} ({reason}). Проверьте путь и права; для записи укажите другую "
            "папку (--out ПАПКА).",
            err=True,
        )
        return Exit.INPUT
    except typer.Abort:
        return Exit.UNEXPECTED
    except typer.Exit as leave:
        return int(leave.exit_code)
    except Exception as error:
        if hasattr(error, "show") and hasattr(error, "exit_code"):  # usage errors of the parser
            error.show()
            return int(error.exit_code)
        raise
    return int(result or Exit.DONE)
