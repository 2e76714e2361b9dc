"""Entry of the command: sub-commands, exit codes, one place where errors become words.

Exit codes: 0 done; 1 unexpected fault; 2 wrong usage; 3 wrong input, every fault named on stderr;
4 no route (INFEASIBLE or UNKNOWN) or a route that breaks a rule; 5 wrong configuration;
6 the promotion gate does not let a model into service.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from enum import IntEnum
from importlib import import_module

import typer

from engine import __version__
from engine.errors import (
    ConfigurationError,
    Fault,
    InputError,
    NothingToPlan,
    PromotionRefused,
)

COMMANDS = {
    "demo": "demo:demo",
    "build": "build:build",
    "batch": "batch:batch",
    "why-not": "explain:why_not",
    "what-helps": "explain:what_helps",
    "dynamics": "dynamics:dynamics",
    "groups": "groups:groups",
    "indicators": "indicators:indicators",
    "analysis": "analysis:analysis",
    "report": "report:report",
    "assign": "assign:assign",
    "solve": "problem:solve_file",
    "check": "problem:check_file",
    "check-route": "side:check_own",
    "compare": "side:compare_files",
    "import": "data:import_package",
    "template": "data:template",
    "registers": "registers:registers",
    "framework": "framework:framework",
    "xapi": "xapi:xapi",
    "freebusy": "freebusy:freebusy",
    "tag": "tag:tag",
    "calibrate": "calibrate:calibrate",
    "simulate": "simulate:simulate",
    "models": "models:list_models",
    "promote": "models:promote",
    "rollback": "models:rollback",
    "train": "train:train_model",
    "evaluate": "train:evaluate_model",
    "serve": "service:serve",
    "replay": "replay:replay",
    "doctor": "doctor:doctor",
    "keys": "keys:keys",
    "config": "config:config",
    "db": "db:db",
}
"""Sub-commands in the order of the help: module of this package, and name there."""


class Exit(IntEnum):
    """Exit codes of the command."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    INPUT = 3
    NO_ROUTE = 4
    CONFIGURATION = 5
    NOT_ADMITTED = 6


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """The command with the sub-command that was named, or with all if none was.

    Libraries that only others need are not imported: a server begins, and a worker that is
    started with the command's file, without those of training.
    """
    app = typer.Typer(
        name="routes",
        help="Индивидуальные образовательные маршруты педагогов: "
        "от диагностики до маршрута с датами.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        epilog=(
            "Коды выхода: 0 — готово; 1 — непредвиденная ошибка; 2 — неверный вызов; 3 — ошибки "
            "во входных данных; 4 — маршрута нет или он нарушает правило; 5 — ошибка настройки; "
            "6 — модель не допущена к работе."
        ),
    )
    app.callback(invoke_without_command=True)(_root)
    named = arguments[0] if arguments else ""
    for name in [named] if named in COMMANDS else COMMANDS:
        module, attribute = COMMANDS[name].split(":")
        found = getattr(import_module(f"engine.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


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
    command = typer.main.get_command(command_line(arguments))
    try:
        result = command.main(arguments, prog_name="routes", standalone_mode=False)
    except NothingToPlan as error:
        _tell(error.faults)
        _tell_actions(error.next_actions)
        return Exit.INPUT
    except PromotionRefused as error:
        _tell(error.faults, title="Модель не пущена в работу")
        return Exit.NOT_ADMITTED
    except InputError as error:
        _tell(error.faults)
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


def _tell(faults: Sequence[Fault], **title: str) -> None:
    # for those who meet faults; documents and the solver come with it
    from engine.cli.output import print_faults

    print_faults(faults, **title)


def _tell_actions(actions: Sequence[str]) -> None:
    from engine.wording import word

    for action in actions:
        typer.echo(f"  → {word(action, {}, 'ru')}", err=True)
