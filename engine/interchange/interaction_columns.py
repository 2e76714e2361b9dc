"""Columns of plain tables of enrolments, whoever kept them: the names they go by."""

from __future__ import annotations

from dataclasses import replace

from engine.interchange.columns import Column, Table
from engine.interchange.columns import ColumnType as T
from engine.interchange.tables_evidence import INTERACTIONS
from engine.interchange.words import STATE_WORDS

_EDUCATOR = INTERACTIONS.column("educator_id")

PERSON = replace(
    _EDUCATOR, name="person", header="Человек", references="",
    synonyms=(*_EDUCATOR.synonyms, "educator_id", "педагог", "учитель", "person id", "learner",
              "learner id", "user", "user id", "userid", "student", "student id", "слушатель",
              "пользователь", "участник", "табельный номер"),
)  # fmt: skip
ACTIVITY = Column(
    "activity", "Мероприятие", T.ID, "Идентификатор активности.", required=True,
    synonyms=("activity_id", "активность", "программа", "код программы", "код мероприятия", "курс",
              "код курса", "course", "course id", "courseid", "item", "item id", "itemid",
              "program", "programme", "module", "обучение", "id"),
)  # fmt: skip
TIME = Column(
    "time", "Дата", T.TEXT, "Когда; число — место по порядку или секунды с 1970 года.",
    synonyms=("date", "timestamp", "datetime", "время", "когда", "дата записи", "дата зачисления",
              "дата начала", "enrolled at", "enrolled on", "start date", "created at"),
)  # fmt: skip
ORDER = Column(
    "order", "Порядок", T.NUMBER, "Место среди взятого этим человеком; сравнивается только у него.",
    synonyms=("номер", "номер по порядку", "очередь", "position", "seq", "sequence", "step",
              "rank", "n"),
)  # fmt: skip
STATE = Column("state", "Состояние", T.ENUM, "Чем кончилось.", words=STATE_WORDS,
               synonyms=("статус", "status"))  # fmt: skip
OUTCOME = Column(
    "outcome", "Успех", T.NUMBER, "От 0 до 1, «да» или «нет»; пусто — не сказано.", least=0, most=1,
    synonyms=("результат", "исход", "completed", "completion", "passed", "success", "завершено",
              "certificate", "сертификат", "rating share"),
)  # fmt: skip

ENROLMENTS = Table(
    "interactions", INTERACTIONS.title, "Кто что взял и когда.",
    (PERSON, ACTIVITY, TIME, ORDER, STATE, OUTCOME),
    file_words=(*INTERACTIONS.file_words, "interactions", "ratings", "events"),
)  # fmt: skip

TITLE = Column("title", "Название", T.TEXT, "Название.",
               synonyms=("наименование", "тема", "name", "course name"))  # fmt: skip
SUMMARY = Column("summary", "Описание", T.TEXT, "Текст о содержании.",
                 synonyms=("аннотация", "текст", "text", "description", "abstract"))  # fmt: skip

CATALOGUE = Table(
    "activities", "Мероприятия", "Что известно о мероприятиях.", (ACTIVITY, TITLE, SUMMARY),
    file_words=("каталог", "курсы", "программы", "courses", "items", "catalogue", "catalog"),
)  # fmt: skip
