"""The ИОМ as PDF, and pictures as PNG, by typst: a wheel alone, nothing of the system is used."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from engine.documents.build_iom import build_iom
from engine.documents.iom import Iom
from engine.documents.parts import context_of, optional, shown
from engine.documents.pictures import deficit_bar_svg, timeline_svg
from engine.documents.text import breakable
from engine.lifecycle.states import RouteProgress
from engine.recommendation import Recommendation

TEMPLATE = "iom.typ"
_PICTURES = b"""\
#set page(width: auto, height: auto, margin: 0pt)
#for source in json(bytes(sys.inputs.pictures)) {
  page(image(bytes(source), format: "svg", width: float(sys.inputs.width) * 1mm))
}
"""


def render_pdf(
    rec: Recommendation,
    *,
    language: str = "ru",
    progress: RouteProgress | None = None,
    display_name: str | None = None,
    mentor_name: str | None = None,
) -> bytes:
    """The ИОМ on A4, ready to be signed; tagged for screen readers, fonts embedded.

    Parameters
    ----------
    rec
        The answer of the engine; without a route the document tells why there is none.
    language
        ``ru`` or ``en``.
    progress
        How far the route has come; ``None`` = not known, the report is left to be filled in.
    display_name, mentor_name
        Names; ``None`` leaves a line to fill in, and of the mentor the cipher alone.

    Returns
    -------
    bytes
        PDF. The same arguments give the same bytes.

    Raises
    ------
    DocumentUnavailable
        typst is not installed.
    """
    typst = optional("pdf", "typst")
    iom = build_iom(
        rec,
        language=language,
        progress=progress,
        display_name=display_name,
        mentor_name=mentor_name,
    )
    inputs = {
        "iom": json.dumps(context_of(iom, _printed), ensure_ascii=False),
        "pictures": json.dumps(_pictures(rec, iom), ensure_ascii=False),
    }
    source = resources.files("engine.documents") / "templates" / TEMPLATE
    made = _compiled(typst, source.read_bytes(), inputs, "pdf", timestamp=_seconds(iom))
    return bytes(made)


def png_of(svgs: Sequence[str], width_mm: float, *, ppi: float = 220.0) -> list[bytes]:
    """Pictures as PNG, all of one width, in order.

    Parameters
    ----------
    svgs
        Pictures as SVG.
    width_mm
        Width in millimetres at ``ppi`` pixels an inch.

    Raises
    ------
    DocumentUnavailable
        typst is not installed.
    """
    if not svgs:
        return []
    typst = optional("docx", "typst")
    inputs = {"pictures": json.dumps(list(svgs), ensure_ascii=False), "width": str(width_mm)}
    made = _compiled(typst, _PICTURES, inputs, "png", ppi=ppi)
    return [made] if isinstance(made, bytes) else list(made)


def _pictures(rec: Recommendation, iom: Iom) -> dict[str, object]:
    language = iom.language
    bars = [
        d for d, row in zip(iom.view.deficits, iom.deficits, strict=True) if row.drawn is not None
    ]
    return {
        "bars": [deficit_bar_svg(d, language, uid=f"d{i}") for i, d in enumerate(bars)],
        "timeline": timeline_svg(rec, language, view=iom.view),
    }


def _printed(text: str) -> str:
    return breakable(shown(text))


def _seconds(iom: Iom) -> int:
    """The instant of the route: the file carries no other, so that it repeats."""
    return max(0, int(iom.as_of.timestamp()))


def _compiled(typst: Any, source: bytes, inputs: dict[str, str], form: str, **options: Any) -> Any:
    return typst.compile(source, format=form, sys_inputs=inputs, font_paths=_fonts(), **options)


@cache
def _fonts() -> Any:
    """Bundled fonts alone: with those of the machine the pages would differ between machines."""
    typst = optional("pdf", "typst")
    folder = resources.files("engine.documents") / "fonts"
    files = (
        sorted(str(f) for f in folder.iterdir() if f.name.endswith(".ttf"))
        if folder.is_dir()
        else []
    )
    return typst.Fonts(include_system_fonts=False, font_paths=files)
