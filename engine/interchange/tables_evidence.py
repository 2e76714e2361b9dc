"""Tables of evidence and wishes: diagnostics, item responses, requests, history, interactions."""

from __future__ import annotations

from engine.interchange.columns import NODE, Column, ColumnType, Table
from engine.interchange.tables_people import educator_id
from engine.interchange.words import METHOD_WORDS, POSITION_WORDS, STATE_WORDS

T = ColumnType

SAMPLE_ITEM = "образец-задания-1"
"""Item of the forms' example rows; «з1» is what people call their own."""


def _procedure(required: bool) -> Column:
    return Column("procedure_id", "Процедура", T.ID,
                  "Код диагностической процедуры."
                  + ("" if required else " Пусто — выводится из метода и даты."),
                  example="тест-2025-05", required=required,
                  synonyms=("код процедуры", "диагностика", "procedure", "название процедуры",
                            "наименование диагностики", "диагностическая процедура"))  # fmt: skip


def _date() -> Column:
    return Column("date", "Дата", T.DATE, "Дата процедуры.", required=True, example="2025-05-20",
                  synonyms=("дата диагностики", "дата прохождения", "дата тестирования",
                            "дата проведения", "дата проведения диагностики",
                            "дата прохождения диагностики", "дата выполнения", "дата оценки",
                            "день диагностики"))  # fmt: skip


def _node(required: bool, description: str) -> Column:
    return Column("node", "Компетенция", T.ID, description, example="MET.ASM.01",
                  required=required, references=NODE,
                  synonyms=("код компетенции", "узел", "компетенция код", "блок", "competency",
                            "направление", "компетентность", "компетенции", "код узла",
                            "наименование блока", "название блока", "блок компетенций",
                            "блок диагностики", "раздел", "модуль", "код блока",
                            "вид компетенций", "наименование компетенции",
                            "название компетенции", "проверяемая компетенция"))  # fmt: skip


DIAGNOSTICS = Table(
    "diagnostics", "Диагностика",
    "Баллы блоков и отметки по критериям: одна строка — один балл одного узла рамки.",
    (
        educator_id(),
        _procedure(required=False),
        _date(),
        Column("method", "Метод", T.ENUM, "Как получен балл.", required=True, example="тест",
               words=METHOD_WORDS,
               synonyms=("способ", "вид диагностики", "метод диагностики", "форма диагностики",
                         "метод оценки", "способ оценки", "вид оценки", "инструмент",
                         "тип диагностики")),
        _node(True, "Код узла рамки (лист или блок)."),
        Column("score", "Балл", T.NUMBER,
               "Набранный балл. Пусто — не оценивалось: строка не берётся, нулём не считается.",
               example="11", unit="балл", least=0, no_percent=True,
               synonyms=("баллы", "результат", "набрано", "сумма баллов", "набранный балл",
                         "набранные баллы", "набрано баллов", "количество баллов",
                         "кол-во баллов", "количество набранных баллов", "полученный балл",
                         "полученные баллы", "получено баллов", "первичный балл",
                         "результат в баллах", "балл участника", "балл педагога")),
        Column("max_score", "Максимум", T.NUMBER, "Наибольший возможный балл.", required=True,
               example="25", unit="балл", positive=True, no_percent=True,
               synonyms=("максимальный балл", "макс", "макс балл", "max", "max балл", "макс баллов",
                         "максимум баллов", "максимальное количество баллов",
                         "максимальное кол-во баллов", "максимально возможный балл",
                         "максимально возможное количество баллов", "возможный балл",
                         "максимальные баллы", "из")),
        Column("n_tasks", "Число заданий", T.INTEGER, "Сколько заданий за баллом.", example="6",
               least=1, most=10_000,
               synonyms=("заданий", "количество заданий", "кол-во заданий", "всего заданий",
                         "задания", "число вопросов", "количество вопросов",
                         "кол-во вопросов")),
        Column("observer", "Наблюдатель", T.ID, "Кто поставил отметку (внутренний, внешний, шифр).",
               example="", synonyms=("эксперт",)),
        Column("criterion", "Критерий", T.ID, "Код критерия карты наблюдения.", example=""),
    ),
    key=("educator_id", "procedure_id", "date", "method", "node", "observer", "criterion"),
    advice=(
        (("процент", "процент выполнения", "выполнения", "процент набранных баллов",
          "доля", "уровень", "уровень дефицита", "итого", "итог", "всего", "общий балл"),
         "доли, уровни и итоги движок считает сам по баллу и максимуму"),
    ),
    file_words=("диагностика", "результаты", "баллы", "scores", "results", "итоги"),
)  # fmt: skip

RESPONSES = Table(
    "responses", "Ответы",
    "Ответы на отдельные задания.",
    (
        educator_id(),
        _procedure(required=True),
        _date(),
        Column("item", "Задание", T.ID, "Код задания.", required=True, example="з1",
               synonyms=("код задания", "вопрос")),
        Column("response", "Ответ", T.NUMBER,
               "Доля верного от 0 до 1. Пусто — не отвечал (не ошибка).", example="1", least=0,
               most=1, synonyms=("верно", "оценка", "балл")),
        _node(False, "Код узла. Пусто — из таблицы заданий, все его узлы вместе."),
    ),
    key=("educator_id", "procedure_id", "date", "item", "node"),
    sample={"item": SAMPLE_ITEM},
    file_words=("ответы", "item responses", "answers"),
)  # fmt: skip

ITEMS = Table(
    "items", "Задания",
    "Какой узел рамки измеряет задание; у задания нескольких узлов строка на каждый.",
    (
        Column("item", "Задание", T.ID, "Код задания.", required=True, example="з1",
               synonyms=("код задания", "вопрос", "id")),
        _node(True, "Код узла рамки."),
    ),
    key=("item", "node"),
    sample={"item": SAMPLE_ITEM},
    file_words=("задания", "вопросы", "q matrix"),
)  # fmt: skip

REQUESTS = Table(
    "requests", "Запросы",
    "Собственные запросы педагогов: узел рамки, текст или целевая должность.",
    (
        educator_id(),
        Column("id", "Номер", T.ID, "Пусто — по порядку: r1, r2…", example="r1",
               synonyms=("код запроса", "идентификатор")),
        _node(False, "Код узла рамки."),
        Column("text", "Запрос", T.TEXT, "Запрос своими словами.",
               example="Хочу научиться давать обратную связь без отметки",
               synonyms=("текст", "текст запроса", "тема", "образовательный запрос",
                         "профессиональный запрос", "формулировка запроса")),
        Column("weight", "Вес", T.NUMBER, "Важность; пусто — 1.", example="1", positive=True,
               most=100),
        Column("career_position", "Целевая должность", T.ENUM, "Если запрос карьерный.",
               example="", words=POSITION_WORDS, by_prefix=True,
               synonyms=("карьерный запрос",)),
    ),
    key=("educator_id", "id"),
    file_words=("запросы", "пожелания"),
)  # fmt: skip

HISTORY = Table(
    "history", "Пройдено",
    "Что уже пройдено: активность каталога или название.",
    (
        educator_id(),
        Column("activity_id", "Мероприятие", T.ID,
               "Идентификатор, если есть в каталоге; иначе название.", example="",
               references="activities", synonyms=("программа", "код программы")),
        Column("title", "Название", T.TEXT, "Название, если нет в каталоге.",
               example="Основы формирующего оценивания", synonyms=("наименование",)),
        Column("completed_on", "Дата окончания", T.DATE, "Когда завершено.", required=True,
               example="2025-03-14", synonyms=("завершено", "дата завершения", "дата")),
    ),
    key=("educator_id", "activity_id", "title", "completed_on"),
    file_words=("пройдено", "пройденное", "пройденное обучение", "история"),
)  # fmt: skip

INTERACTIONS = Table(
    "interactions", "Исходы",
    "Кому что предложили, кто что прошёл и чем кончилось: на этом учится подбор. Строка — одно "
    "мероприятие одного педагога.",
    (
        educator_id(),
        Column("activity_id", "Мероприятие", T.ID, "Идентификатор активности.", required=True,
               example="пк-оценивание-36", references="activities",
               synonyms=("программа", "код программы", "код мероприятия")),
        Column("date", "Дата", T.DATE, "Когда предложено; без предложения — когда началось.",
               required=True, example="2025-02-10",
               synonyms=("дата предложения", "дата записи", "дата зачисления")),
        Column("state", "Состояние", T.ENUM, "Чем кончилось, насколько известно.", required=True,
               example="завершил", words=STATE_WORDS, synonyms=("статус", "исход", "результат")),
        Column("outcome", "Успех", T.NUMBER,
               "Насколько удалось, по мнению источника: 1 — вполне, 0 — нет. Пусто — не сказано.",
               example="", least=0, most=1, synonyms=("оценка успеха",)),
        Column("ended_on", "Окончено", T.DATE, "Когда завершил или бросил. Пусто — неизвестно.",
               example="2025-03-14", synonyms=("дата окончания", "дата завершения")),
        Column("slate", "Подборка", T.INTEGER,
               "Номер подборки: предложенное вместе. Пусто — не из подборки.", example="", least=0,
               most=10**12, synonyms=("номер подборки",)),
        Column("propensity", "Вероятность показа", T.NUMBER,
               "С какой вероятностью попало в подборку, если её составлял жребий. Пусто — "
               "неизвестно.", example="", positive=True, most=1),
    ),
    key=("educator_id", "activity_id", "date", "slate"),
    file_words=("исходы", "взаимодействия", "записи на обучение", "enrolments", "enrollments"),
)  # fmt: skip

EVIDENCE_TABLES = (DIAGNOSTICS, RESPONSES, ITEMS, REQUESTS, HISTORY, INTERACTIONS)
