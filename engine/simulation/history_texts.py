"""Titles, summaries and audiences of simulated activities, in the words of the framework.

A text names keywords of what the activity covers, partly by synonyms, among phrases that say
nothing; some say little, some mention what the activity is not about. So coverage can be told
from the text, with errors.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import Kind, Position
from engine.framework import Framework, Node

SYNONYM_SHARE = 0.5
"""How often a word that has a synonym is replaced by it."""

WITHOUT_SUMMARY = 0.15

_TITLES: dict[Kind, str] = {
    Kind.DPP_PK: "Программа повышения квалификации",
    Kind.DPP_PP: "Профессиональная переподготовка",
    Kind.SEMINAR: "Семинар",
    Kind.WEBINAR: "Вебинар",
    Kind.WORKSHOP: "Практикум",
    Kind.MASTER_CLASS: "Мастер-класс",
    Kind.CONFERENCE: "Конференция",
    Kind.FORUM: "Площадка форума",
    Kind.LECTURE: "Лекция",
    Kind.ROUND_TABLE: "Круглый стол",
    Kind.TRAINING: "Тренинг",
    Kind.CONTEST: "Конкурс",
    Kind.OPEN_LESSON: "Открытое занятие",
    Kind.INTERNSHIP: "Стажировка",
    Kind.COMMUNITY: "Методическое объединение",
    Kind.SELF_STUDY: "Материалы для самостоятельного изучения",
}

_SYNONYMS: dict[str, str] = {
    "анализ": "разбор",
    "анализа": "разбора",
    "взаимодействие": "сотрудничество",
    "взаимодействия": "сотрудничества",
    "выпускник": "старшеклассник",
    "диагностика": "выявление",
    "диагностики": "выявления",
    "занятие": "урок",
    "занятия": "уроки",
    "команда": "коллектив",
    "команды": "коллектива",
    "конфликт": "спорная ситуация",
    "конфликтов": "спорных ситуаций",
    "методы": "способы",
    "мониторинг": "отслеживание",
    "обратная": "поддерживающая",
    "обучающиеся": "школьники",
    "обучающимися": "школьниками",
    "обучающихся": "школьников",
    "оценивание": "оценка достижений",
    "оценивания": "оценки достижений",
    "педагог": "учитель",
    "педагога": "учителя",
    "педагогов": "учителей",
    "планирование": "составление плана",
    "планирования": "составления плана",
    "поддержка": "сопровождение",
    "поддержки": "сопровождения",
    "подготовка": "готовим",
    "проектирование": "разработка",
    "проектирования": "разработки",
    "профилактика": "предупреждение",
    "профилактики": "предупреждения",
    "развитие": "формирование",
    "развития": "формирования",
    "родители": "семьи",
    "родителей": "семей",
    "родителями": "семьями",
    "технологии": "приёмы",
    "технологий": "приёмов",
    "умение": "навык",
    "урок": "занятие",
    "урока": "занятия",
    "учеников": "школьников",
    "цифровая": "электронная",
    "цифровой": "электронной",
    "цифровые": "электронные",
    "цифровых": "электронных",
}

_TAILS = (
    "с учётом обновлённых ФГОС",
    "опыт школ региона",
    "от теории к практике",
    "трудные вопросы",
    "современные подходы",
    "что изменилось в этом году",
)

_VAGUE = (
    "Актуальные вопросы современного образования",
    "Школа сегодня: новые возможности",
    "Педагогическая мастерская",
    "Лучшие практики региона",
)

_FILLER = (
    "Участники обменяются опытом и получат материалы для работы.",
    "Занятия ведут преподаватели института развития образования.",
    "По итогам участники представят собственную разработку.",
    "Программа обновлена с учётом запросов педагогов.",
    "Вопросы можно задать заранее.",
)

_LEADS = ("Темы", "В программе", "Разбираем", "Обсудим", "Содержание")

_AUDIENCES: dict[Position, str] = {
    Position.TEACHER: "учителя",
    Position.PRIMARY_TEACHER: "учителя начальных классов",
    Position.PRESCHOOL_TEACHER: "воспитатели дошкольных организаций",
    Position.EXTRA_TEACHER: "педагоги дополнительного образования",
    Position.PSYCHOLOGIST: "педагоги-психологи",
    Position.HEAD: "директора школ",
    Position.DEPUTY_HEAD: "заместители директора",
}


@dataclass(frozen=True, slots=True)
class ActivityText:
    """What a catalogue says of an activity in words."""

    title: str
    summary: str


def draw_text(
    rng: np.random.Generator,
    kind: Kind,
    nodes: Sequence[Node],
    framework: Framework,
    noise: float,
) -> ActivityText:
    """Title and summary of an activity that covers ``nodes``, the main one first.

    Parameters
    ----------
    noise
        Share of titles without a topic, of summaries with a foreign one, in [0, 1].
    """
    name = _TITLES.get(kind, "Событие")
    body = _choice(rng, _VAGUE) if rng.random() < noise / 2 else _topic(rng, nodes, framework)
    tail = f": {_choice(rng, _TAILS)}" if rng.random() < 0.4 else ""
    title = f"{name} «{body[:1].upper()}{body[1:]}»{tail}"
    if rng.random() < WITHOUT_SUMMARY:
        return ActivityText(title, "")
    return ActivityText(title, _summary(rng, nodes, framework, noise))


def request_text(rng: np.random.Generator, node: Node) -> str:
    """Wish for a competency in somebody's own words."""
    words = ", ".join(_keywords(rng, node, 2))
    return f"Хочу разобраться: {words}"


def audience_text(positions: Sequence[Position], subjects: Sequence[str]) -> str:
    """Audience as catalogues write it; nothing stated = everybody."""
    names = [_AUDIENCES[p] for p in positions if p in _AUDIENCES]
    if subjects:
        return f"{names[0] if names else 'учителя'}: {', '.join(subjects)}"
    return "; ".join(names) or "педагогические работники"


def _topic(rng: np.random.Generator, nodes: Sequence[Node], framework: Framework) -> str:
    main = nodes[0]
    way = rng.random()
    if way < 0.5:
        first, *rest = _keywords(rng, main, int(rng.integers(1, 4)))
        return f"{first}: {', '.join(rest)}" if rest else first
    if way < 0.7:
        return _reworded(rng, main.title)
    if way < 0.9:
        return _fragment(rng, main)
    parent = framework.node(main.parent) if main.parent else main
    return f"{parent.title}: {_keywords(rng, main, 2)[-1]}"


def _summary(
    rng: np.random.Generator, nodes: Sequence[Node], framework: Framework, noise: float
) -> str:
    sentences = []
    for node in nodes:
        words = ", ".join(_keywords(rng, node, int(rng.integers(1, 4))))
        sentences.append(f"{_choice(rng, _LEADS)}: {words}.")
        if rng.random() < 0.4:
            sentences.append(f"Также: {_fragment(rng, node)}.")
    if rng.random() < noise:
        leaves = framework.leaves
        other = framework.nodes[leaves[int(rng.integers(len(leaves)))]]
        sentences.append(f"Затронем и другое: {_keywords(rng, other, 1)[0]}.")
    for _ in range(int(rng.integers(0, 3))):
        sentences.append(_choice(rng, _FILLER))
    return " ".join(sentences[i] for i in rng.permutation(len(sentences)).tolist())


def _keywords(rng: np.random.Generator, node: Node, count: int) -> list[str]:
    among = node.keywords or (node.title,)
    places = rng.permutation(len(among))[:count].tolist()
    return [_reworded(rng, among[i]) for i in places]


def _fragment(rng: np.random.Generator, node: Node) -> str:
    """A few words of the description in a row."""
    parts = [p.strip() for p in re.split(r"[.,:;]", node.description)]
    among = [p for p in parts if 2 <= len(p.split()) <= 9] or [node.title]
    chosen = _choice(rng, among)
    return _reworded(rng, chosen[:1].lower() + chosen[1:])


def _reworded(rng: np.random.Generator, text: str) -> str:
    words = [
        _SYNONYMS[w] if w in _SYNONYMS and rng.random() < SYNONYM_SHARE else w for w in text.split()
    ]
    return " ".join(words)


def _choice(rng: np.random.Generator, among: Sequence[str]) -> str:
    return among[int(rng.integers(len(among)))]
