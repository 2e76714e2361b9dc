"""Tables of the registers that the regulations want kept, beside people and the catalogue."""

from __future__ import annotations

from engine.domain import Level
from engine.interchange.columns import NODE, Column, ColumnType, Table
from engine.interchange.words import LEVEL_WORDS, MENTOR_FORM_WORDS, STAGE_WORDS

T = ColumnType

METHODIST_LEVELS = (Level.SCHOOL, Level.MUNICIPAL, Level.DISTRICT, Level.REGIONAL)
"""Levels at which a methodist works (449-р, п. 6.1)."""


def _id(example: str, synonyms: tuple[str, ...] = ()) -> Column:
    return Column("id", "Идентификатор", T.ID, "Код записи реестра.", required=True,
                  example=example, synonyms=("код", "ид", "шифр", *synonyms))  # fmt: skip


def _title(example: str, *, required: bool = True) -> Column:
    return Column("title", "Название", T.TEXT, "Название.", required=required, example=example,
                  synonyms=("наименование", "name"))  # fmt: skip


def _organisation(description: str, example: str, *, required: bool = False) -> Column:
    return Column("organisation_id", "Организация", T.ID, description, required=required,
                  example=example, references="organisations",
                  synonyms=("код организации", "школа", "оо", "место работы"))  # fmt: skip


def _people(name: str, header: str, description: str, synonyms: tuple[str, ...]) -> Column:
    return Column(name, header, T.LIST, description, example="П-001", references="educators",
                  comma_splits=True, synonyms=synonyms)  # fmt: skip


def _period(since: str, until: str, what: str) -> tuple[Column, Column]:
    """Columns of a period; both days belong to it."""
    return (
        Column("since", since, T.DATE, f"Первый день, когда {what}. Пусто — с самого начала.",
               example="2025-09-01", synonyms=("с", "дата начала", "начало")),
        Column("until", until, T.DATE, f"Последний день, когда {what}. Пусто — бессрочно.",
               example="", synonyms=("по", "до", "дата окончания", "окончание")),
    )  # fmt: skip


_DISTRICT = Column("district", "Район", T.TEXT, "Район или муниципалитет.", example="Центральный",
                   synonyms=("муниципалитет", "муниципальное образование"))  # fmt: skip
_LEVEL = Column("level", "Уровень", T.ENUM, "Уровень; пусто — не указан.", example="районный",
                words=LEVEL_WORDS)  # fmt: skip
_SUBJECTS = Column("subjects", "Предметы", T.LIST, "По каким предметам. Пусто — по всем.",
                   example="математика", comma_splits=True, synonyms=("предмет",))  # fmt: skip
_STAGES = Column("stages", "Уровни образования", T.ENUM_LIST, "Пусто — все.", example="основное",
                 words=STAGE_WORDS, synonyms=("уровень образования", "ступень"))  # fmt: skip
_COMPETENCIES = Column("competencies", "Компетенции", T.LIST, "Коды узлов рамки.",
                       example="MET.ASM.01", references=NODE, comma_splits=True,
                       synonyms=("коды компетенций", "узлы"))  # fmt: skip

METHODISTS = Table(
    "methodists", "Методисты",
    "Методисты всех уровней и кто за ними закреплён (449-р, п. 6.1; 173-р, п. 4.2.3).",
    (
        _id("МТ-01", ("код методиста", "шифр методиста", "methodist_id")),
        Column("level", "Уровень", T.ENUM, "Где методист работает.", required=True,
               example="районный", words={v: LEVEL_WORDS[v] for v in METHODIST_LEVELS},
               synonyms=("уровень методиста",)),
        _organisation("Методическая служба или школа.", "школа-1"),
        _DISTRICT,
        _SUBJECTS,
        _people("educators", "Закреплённые педагоги", "Шифры педагогов, закреплённых за ним.",
                ("педагоги", "закреплены педагоги")),
        Column("organisations", "Закреплённые организации", T.LIST,
               "Коды организаций, закреплённых за ним.", example="школа-1",
               references="organisations", comma_splits=True,
               synonyms=("организации", "закреплены организации")),
        Column("trained_until", "Обучение действительно до", T.DATE,
               "До какого дня засчитывается его подготовка. Пусто — не указано.",
               example="2027-12-31"),
        *_period("Методист с", "Методист по", "он методист"),
    ),
    key=("id",),
    file_words=("реестр методистов", "methodists"),
    by_name=True,
)  # fmt: skip

TEAMS = Table(
    "teams", "Управленческие команды",
    "Команды управленцев организаций: руководитель, заместители, другие педагоги.",
    (
        _id("К-01", ("код команды", "team_id")),
        _organisation("Чья команда.", "школа-1", required=True),
        _title("Команда школы № 1", required=False),
        _people("members", "Участники", "Шифры участников, любых должностей.",
                ("состав", "члены команды", "участники команды")),
        *_period("Команда с", "Команда по", "команда существует"),
    ),
    key=("id",),
    file_words=("команды", "реестр команд", "teams"),
    by_name=True,
)  # fmt: skip

SITES = Table(
    "internship_sites", "Стажировочные площадки",
    "Площадки стажировок: чему и на каких мероприятиях там учат (384-а, п. 4.2.2; 1184-р, п. 6.3).",
    (
        _id("СП-01", ("код площадки", "site_id")),
        _title("Площадка формирующего оценивания"),
        _organisation("На базе какой организации.", "школа-1"),
        _DISTRICT,
        _LEVEL,
        _SUBJECTS,
        _STAGES,
        _COMPETENCIES,
        Column("activities", "Мероприятия", T.LIST, "Активности каталога, которые там проходят.",
               example="пк-оценивание-36", references="activities", comma_splits=True,
               synonyms=("программы",)),
        Column("places", "Мест", T.INTEGER, "Сколько стажёров сразу. Пусто — не указано.",
               example="6", unit="чел.", least=0, most=100_000, range_code="negative_capacity",
               synonyms=("количество мест", "вместимость")),
        *_period("Площадка с", "Площадка по", "у неё есть статус"),
    ),
    key=("id",),
    file_words=("площадки", "реестр площадок", "стажировки", "internship sites", "sites"),
    by_name=True,
)  # fmt: skip

COMMUNITIES = Table(
    "communities", "Профессиональные сообщества",
    "Сообщества, ассоциации, методические объединения (1184-р, п. 6.3).",
    (
        _id("С-01", ("код сообщества", "community_id")),
        _title("Методическое объединение учителей математики"),
        _LEVEL,
        _organisation("При какой организации.", "школа-1"),
        _DISTRICT,
        _SUBJECTS,
        _STAGES,
        _COMPETENCIES,
        Column("lead", "Руководитель", T.ID, "Шифр руководителя: педагога, методиста, наставника.",
               example="П-001", synonyms=("руководитель сообщества", "председатель")),
        _people("members", "Участники", "Шифры участников.", ("состав", "члены")),
        *_period("Сообщество с", "Сообщество по", "оно действует"),
    ),
    key=("id",),
    file_words=("сообщества", "ассоциации", "методические объединения", "communities"),
    by_name=True,
)  # fmt: skip

PRACTICES = Table(
    "practices", "Лучшие практики",
    "Банк лучших практик обучения и управления (173-р, п. 4.2.3; 1184-р, п. 6.3).",
    (
        _id("ЛП-01", ("код практики", "practice_id")),
        _title("Критериальная самопроверка на уроке"),
        Column("summary", "Описание", T.TEXT, "В чём практика.",
               example="Ученик сверяет работу с критериями до отметки.",
               synonyms=("аннотация", "содержание")),
        _people("authors", "Авторы", "Шифры авторов; у практики организации их нет.",
                ("автор", "автор практики")),
        _organisation("Чья практика.", "школа-1"),
        _DISTRICT,
        _LEVEL,
        _SUBJECTS,
        _STAGES,
        _COMPETENCIES,
        Column("link", "Ссылка", T.TEXT, "Где описана: адрес или выходные данные.",
               example="https://example.org/practice/1", synonyms=("адрес", "url", "link")),
        *_period("В банке с", "В банке по", "она в банке"),
    ),
    key=("id",),
    file_words=("практики", "банк практик", "practices"),
    by_name=True,
)  # fmt: skip

ACCOMPANIMENTS = Table(
    "accompaniments", "Сопровождение",
    "Кто кого сопровождал, в какой форме и когда: наставник молодого педагога, педагог педагога, "
    "тьютор, команда команду.",
    (
        Column("id", "Идентификатор", T.ID,
               "Код записи. Пусто — выводится из остальных столбцов (одинаков при повторе).",
               example="СВ-01", synonyms=("код", "ид")),
        Column("educator_id", "Кого", T.ID,
               "Шифр педагога, а в форме «менторство команды» — код команды.", required=True,
               example="П-001", synonyms=("педагог", "наставляемый", "сопровождаемый",
                                          "шифр педагога")),
        Column("form", "Форма", T.ENUM, "Форма сопровождения.", required=True,
               example="наставник молодого педагога", words=MENTOR_FORM_WORDS,
               synonyms=("форма наставничества", "вид")),
        Column("by", "Кто", T.ID,
               "Шифр наставника, методиста или педагога, а в форме «менторство команды» — "
               "код команды.", required=True, example="Н-01",
               synonyms=("наставник", "сопровождающий", "тьютор", "шифр наставника")),
        *_period("С", "По", "сопровождение шло"),
    ),
    key=("id",),
    file_words=("сопровождения", "закрепление наставников", "наставнические пары", "accompaniment"),
    by_name=True,
)  # fmt: skip

REGISTER_TABLES = (METHODISTS, TEAMS, SITES, COMMUNITIES, PRACTICES, ACCOMPANIMENTS)
