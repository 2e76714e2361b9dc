"""Text of an iCalendar file as nested components, every line with its number (RFC 5545, 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.interchange.faults import FaultLog, Place

_NAME = re.compile(r"[A-Za-z0-9-]+")
_LINE_END = re.compile(r"\r\n|\n|\r")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
DEPTH_MOST = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One content line, unfolded.

    Parameters
    ----------
    number
        Line of the file on which it begins, from 1.
    name
        Property in capitals; of a ``BEGIN`` or ``END`` too.
    parameters
        By name in capitals, without quotes; a list stays one text.
    """

    number: int
    name: str
    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class Component:
    """A component between ``BEGIN`` and ``END``."""

    name: str
    number: int
    lines: list[Line] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    def all(self, name: str) -> list[Line]:
        """Every line of a property, in order."""
        return [line for line in self.lines if line.name == name]

    def text(self, name: str) -> str:
        """Return the first value of a property without outer blanks, in capitals; "" if none."""
        return next((ln.value.strip().upper() for ln in self.lines if ln.name == name), "")


def decode_calendar(content: bytes, place: Place, log: FaultLog) -> str | None:
    """Text by its byte order mark, else UTF-8 (RFC 5545, 3.1.4), else Windows-1251.

    Old exporters write the code page of their machine; of times and rules, which are ASCII, all
    code pages say the same.
    """
    named = next((coding for mark, coding in _MARKS if content.startswith(mark)), None)
    for coding in (named,) if named else ("utf-8", "cp1251", "latin-1"):
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    log.error(
        "calendar_not_text",
        "это не текст календаря: выгрузите его заново в формате iCalendar (.ics), UTF-8",
        place,
    )
    return None


def calendars_of(text: str, file: str, log: FaultLog) -> list[Component]:
    """Every ``VCALENDAR`` of a text; what is wrong with the nesting is an error with its line."""
    top: list[Component] = []
    stack: list[Component] = []
    for number, raw in _unfolded(text):
        line = _line(number, raw)
        if line is None:
            _error(log, file, number, "строка не похожа на «ИМЯ:значение»")
            return []
        if line.name == "BEGIN":
            component = Component(line.value.strip().upper(), number)
            if not stack and component.name != "VCALENDAR":
                _error(log, file, number, f"{component.name} стоит вне VCALENDAR")
                return []
            if len(stack) == DEPTH_MOST:
                _error(log, file, number, f"вложенность больше {DEPTH_MOST}")
                return []
            (stack[-1].parts if stack else top).append(component)
            stack.append(component)
        elif line.name == "END":
            if not stack or stack[-1].name != line.value.strip().upper():
                opened = f"{stack[-1].name} (строка {stack[-1].number})" if stack else "ничего"
                _error(log, file, number, f"END:{line.value.strip()}, а открыто {opened}")
                return []
            stack.pop()
        elif not stack:
            _error(log, file, number, "строка стоит вне VCALENDAR")
            return []
        else:
            stack[-1].lines.append(line)
    if stack:
        _error(log, file, stack[-1].number, f"{stack[-1].name} не закрыт до конца файла")
        return []
    if not top:
        _error(log, file, 1, "в файле нет ни одного VCALENDAR")
    return top


def _error(log: FaultLog, file: str, number: int, what: str) -> None:
    log.error(
        "calendar_unreadable",
        f"календарь не разбирается: {what}; выгрузите его заново в формате iCalendar (.ics)",
        Place(file, number),
        line=number,
    )


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines: a line that begins with a blank goes on with the one before."""
    number, whole = 0, ""
    for place, raw in enumerate(_LINE_END.split(text), start=1):
        if raw[:1] in (" ", "\t") and whole:
            whole += raw[1:]
            continue
        if whole.strip():
            yield number, whole
        number, whole = place, raw
    if whole.strip():
        yield number, whole


def _line(number: int, raw: str) -> Line | None:
    head, value = _cut(raw, ":")
    if value is None:
        return None
    name, rest = _cut(head, ";")
    if not _NAME.fullmatch(name.strip()):
        return None
    parameters: dict[str, str] = {}
    while rest:
        one, rest = _cut(rest, ";")
        key, _, said = one.partition("=")
        parameters[key.strip().upper()] = said.strip().strip('"')
    return Line(number, name.strip().upper(), parameters, value)


def _cut(text: str, mark: str) -> tuple[str, str | None]:
    """Split at the first mark outside quotes; ``None`` = there is none."""
    quoted = False
    for place, sign in enumerate(text):
        if sign == '"':
            quoted = not quoted
        elif sign == mark and not quoted:
            return text[:place], text[place + 1 :]
    return text, None
