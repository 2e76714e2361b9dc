"""Pictures of a route and of groups as SVG that stands by itself, drawn as on the page.

None carries a style or a script, so that a page of any content-security policy may show them
inline; texts are escaped, nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from engine.documents.build_view import build_view
from engine.documents.environment import template_environment
from engine.documents.heat_map import build_heat_map
from engine.documents.profile import build_profile
from engine.documents.timeline import WIDTH, build_load, build_timeline
from engine.documents.view import DeficitView, RouteView
from engine.recommendation import Recommendation
from engine.wording import known_language, phrase


def deficit_profile_svg(
    rec: Recommendation,
    language: str = "ru",
    *,
    uid: str = "profile",
    view: RouteView | None = None,
) -> str | None:
    """Every demand with its estimate, its 90 % interval and what the route closes of it.

    Parameters
    ----------
    rec
        The answer of the engine.
    language
        ``ru`` or ``en``.
    uid
        With which identifiers in the picture begin: unique on a page that shows several.
    view
        The recommendation in words, where it is at hand; ``None`` = it is worded here.

    Returns
    -------
    str or None
        ``None`` where there is no demand.
    """
    view = view or build_view(rec, known_language(language))
    profile = build_profile(view, route=rec.route is not None)
    return None if profile is None else _drawn("deficit_profile", view.language, profile, uid=uid)


def deficit_bar_svg(deficit: DeficitView, language: str, *, uid: str) -> str:
    """One demand's bar on a scale from 0 to 1, as in the table of the page; its estimate is no NaN.

    Parameters as for ``deficit_profile_svg``.
    """
    return _drawn("deficit_bar", language, deficit, uid=uid)


def timeline_svg(
    rec: Recommendation,
    language: str = "ru",
    *,
    uid: str = "timeline",
    view: RouteView | None = None,
) -> str | None:
    """Steps, meetings, mentor, checkpoints and weekly load over the weeks of the route.

    Parameters as for ``deficit_profile_svg``; ``None`` where nothing has a date.
    """
    view = view or build_view(rec, known_language(language))
    line = build_timeline(rec.route, view) if rec.route else None
    if line is None:
        return None
    return _drawn("timeline", view.language, line, view, WIDTH, uid=uid, legend=True)


def weekly_load_svg(
    rec: Recommendation, language: str = "ru", *, uid: str = "load", view: RouteView | None = None
) -> str | None:
    """Load of every week against the tempo.

    Parameters as for ``deficit_profile_svg``; ``None`` where no week has a load or a tempo.
    """
    view = view or build_view(rec, known_language(language))
    line = build_load(rec.route, view) if rec.route else None
    if line is None:
        return None
    return _drawn("weekly_load", view.language, line, view, WIDTH, uid=uid)


def group_heat_map_svg(
    table: Mapping[str, Any],
    language: str = "ru",
    *,
    level: str = "high",
    nodes: Sequence[str] | None = None,
    uid: str = "heat",
) -> str | None:
    """Groups against competencies: the expected share of a level with its interval in each cell.

    Parameters
    ----------
    table
        JSON form of a ``GroupTable`` (``to_dict``), as ``POST /deficits/groups`` answers.
    level
        ``high``, ``medium`` or ``minimal`` deficit.
    nodes
        Codes of the competencies to show, in this order; ``None`` = all of the table.
    uid
        With which identifiers in the picture begin.

    Returns
    -------
    str or None
        ``None`` where the table has no row to show. A number that is withheld is a hatched cell.

    Raises
    ------
    ValueError
        There is no such level.
    """
    known = known_language(language)
    heat = build_heat_map(table, level, nodes, known)
    return None if heat is None else _drawn("heat_map", known, heat, uid=uid)


def _drawn(macro: str, language: str, *arguments: object, **named: object) -> str:
    charts = template_environment().get_template("charts.j2").make_module({})
    t = partial(phrase, language=language)
    return str(getattr(charts, macro)(*arguments, t=t, **named)).strip()
