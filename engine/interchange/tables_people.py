"""Tables about people and organisations."""

from __future__ import annotations

from engine.interchange.columns import NODE, Column, ColumnType, Table
from engine.interchange.tables_catalogue import TIME_ZONE
from engine.interchange.words import (
    MENTOR_FORM_WORDS,
    POSITION_WORDS,
    STAGE_WORDS,
    WEEKDAY_WORDS,
)

T = ColumnType


def _conditions(of: str) -> tuple[Column, ...]:
    return (
        Column("rural", "Сельская местность", T.BOOLEAN, f"Условия {of}. Пусто — не указано.",
               example="нет", synonyms=("село", "сельская")),
        Column("internet", "Интернет", T.BOOLEAN,
               "Хватает ли связи для онлайн-встреч; «нет» запрещает их. Пусто — не указано.",
               example="да"),
        Column("shift", "Смена", T.INTEGER, "1 или 2, если работа в одну смену.", example="",
               least=1, most=2),
        Column("forbidden_weekdays", "Нельзя отпустить в дни", T.ENUM_LIST,
               "Дни недели, в которые школа не может отпустить.", example="", words=WEEKDAY_WORDS,
               synonyms=("запрещённые дни",)),
    )  # fmt: skip


def educator_id() -> Column:
    """Build the reference to an educator, the same in every table."""
    return Column("educator_id", "Педагог", T.ID, "Идентификатор (шифр) педагога.", required=True,
                  example="П-001", references="educators",
                  synonyms=("шифр", "код педагога", "шифр педагога", "id педагога", "код",
                            "educator", "участник", "код участника", "шифр участника",
                            "номер участника", "id участника", "идентификатор педагога",
                            "идентификатор участника"))  # fmt: skip


ORGANISATIONS = Table(
    "organisations", "Организации",
    "Школы, детские сады, организаторы обучения и их условия.",
    (
        Column("id", "Идентификатор", T.ID, "Код организации.", required=True, example="школа-1",
               synonyms=("код", "ид", "organisation_id")),
        Column("title", "Название", T.TEXT, "Название.", required=True, example="Школа № 1",
               synonyms=("наименование", "организация", "name")),
        Column("district", "Район", T.TEXT, "Район или муниципалитет.", example="Центральный",
               synonyms=("муниципалитет",)),
        Column("locality", "Населённый пункт", T.TEXT, "Где находится.",
               example="Санкт-Петербург", synonyms=("город",)),
        TIME_ZONE,
        *_conditions("организации"),
    ),
    key=("id",),
    file_words=("организации", "школы", "organizations", "orgs", "schools"),
)  # fmt: skip

EDUCATORS = Table(
    "educators", "Педагоги",
    "Педагоги и управленческие кадры под шифрами; имена — только в отдельной таблице labels.",
    (
        Column("id", "Шифр", T.ID, "Шифр педагога, не имя.", required=True, example="П-001",
               synonyms=("идентификатор", "код", "код педагога", "шифр педагога", "educator_id",
                         "шифр участника", "код участника", "id педагога",
                         "идентификатор педагога")),
        Column("position", "Должность", T.ENUM, "Должность.", required=True, example="учитель",
               words=POSITION_WORDS, by_prefix=True,
               synonyms=("занимаемая должность", "должность педагога", "position")),
        Column("subjects", "Предметы", T.LIST, "Что ведёт.", example="математика",
               comma_splits=True,
               synonyms=("предмет", "subject", "преподаваемый предмет", "преподаваемые предметы",
                         "учебный предмет", "предметная область", "что преподаёт")),
        Column("stages", "Уровни образования", T.ENUM_LIST, "Где работает.", example="основное",
               words=STAGE_WORDS,
               synonyms=("уровень образования", "уровень общего образования", "уровень обучения",
                         "ступень")),
        Column("organisation_id", "Организация", T.ID, "Код организации.", example="школа-1",
               references="organisations",
               synonyms=("школа", "код организации", "organization", "образовательная организация",
                         "место работы", "оо", "учреждение", "наименование оо")),
        Column("district", "Район", T.TEXT, "Район или муниципалитет.", example="Центральный",
               synonyms=("муниципалитет", "муниципальное образование", "территория")),
        Column("born_on", "Дата рождения", T.DATE, "Либо дата рождения, либо дата 35-летия.",
               example="1998-04-12"),
        Column("turns_35_on", "Исполняется 35", T.DATE, "Вместо даты рождения.", example=""),
        Column("pedagogical_start", "Начало педагогической работы", T.DATE,
               "Первый день педагогического стажа.", example="2024-09-01",
               synonyms=("педагогический стаж с", "начало стажа")),
        Column("post_start", "В должности с", T.DATE, "Первый день в нынешней должности.",
               example="2024-09-01", synonyms=("начало работы в должности",)),
        Column("tempo_min_per_week", "Темп", T.INTEGER,
               "Сколько минут в неделю готов учиться (минуты по часам, не академические). "
               "Пусто — из профиля региона.",
               example="180", unit="мин в неделю", least=0, most=10_080,
               synonyms=("минут в неделю", "темп мин в неделю", "темп минут в неделю"),
               units_written=("мин", "минут")),
        Column("total_min", "Всего не больше", T.INTEGER, "Предел всего маршрута; пусто — нет.",
               example="", unit="мин", least=0, most=1_000_000, units_written=("мин", "минут")),
        *_conditions("самого педагога, если отличаются от условий организации"),
        Column("strengths", "Сильные стороны", T.LIST, "Личные ресурсы, чем может поделиться.",
               example="проектная деятельность"),
        Column("languages", "Языки", T.LIST, "Коды языков; пусто — ru.", example="ru",
               comma_splits=True),
        TIME_ZONE,
    ),
    key=("id",),
    file_words=("педагоги", "учителя", "кадры", "teachers", "сотрудники"),
    advice=(
        (("стаж", "стаж работы", "педагогический стаж", "общий стаж", "стаж лет", "пед стаж"),
         "стаж в годах быстро устаревает; впишите день начала в «Начало педагогической работы»: "
         "от него зависит, нужен ли наставник"),
        (("возраст", "полных лет", "год рождения"),
         "возраст быстро устаревает; впишите «Дата рождения» или «Исполняется 35»"),
        (("часов в неделю", "темп часов в неделю", "часы в неделю"),
         "темп нужен в минутах; впишите столбец «Темп», минут в неделю"),
    ),
)  # fmt: skip

MENTORS = Table(
    "mentors", "Наставники",
    "Наставники, тьюторы и менторы. Без письменного согласия наставник не принимается.",
    (
        Column("id", "Шифр", T.ID, "Шифр наставника.", required=True, example="Н-01",
               synonyms=("идентификатор", "код", "mentor_id", "код наставника")),
        Column("position", "Должность", T.ENUM, "Должность.", required=True, example="методист",
               words=POSITION_WORDS, by_prefix=True),
        Column("consent", "Согласие", T.BOOLEAN, "Есть письменное согласие.", required=True,
               example="да", synonyms=("согласие получено", "письменное согласие")),
        Column("consent_on", "Дата согласия", T.DATE, "Когда дано.", example="2025-04-01"),
        Column("capacity", "Ещё может взять", T.INTEGER, "Сколько человек ещё может взять.",
               required=True, example="2", unit="чел.", least=0, most=100,
               range_code="negative_capacity",
               synonyms=("вместимость", "мест", "количество наставляемых")),
        Column("subjects", "Предметы", T.LIST, "Предметы.", example="математика",
               comma_splits=True, synonyms=("предмет",)),
        Column("stages", "Уровни образования", T.ENUM_LIST, "Уровни.", example="основное",
               words=STAGE_WORDS),
        Column("organisation_id", "Организация", T.ID, "Код организации.", example="школа-1",
               references="organisations", synonyms=("школа", "код организации")),
        Column("district", "Район", T.TEXT, "Район.", example="Центральный"),
        Column("forms", "Формы", T.ENUM_LIST, "Формы наставничества; пусто — с молодым педагогом.",
               example="наставник молодого педагога", words=MENTOR_FORM_WORDS,
               synonyms=("формы наставничества",)),
        Column("competencies", "Компетенции", T.LIST, "Коды узлов, в которых силён.", example="",
               references=NODE, comma_splits=True),
        Column("languages", "Языки", T.LIST, "Коды языков; пусто — ru.", example="ru",
               comma_splits=True),
        Column("online", "Онлайн", T.BOOLEAN, "Готов встречаться онлайн; пусто — да.",
               example="да"),
        Column("line_manager_of", "Руководитель для", T.LIST,
               "Шифры педагогов, которым он прямой руководитель.", example="", comma_splits=True),
        Column("trained_until", "Обучение действительно до", T.DATE,
               "До какого дня засчитывается подготовка наставника.", example="2027-12-31"),
    ),
    key=("id",),
    file_words=("наставники", "менторы", "тьюторы"),
)  # fmt: skip


def _spans(first: Column, example_weekday: str) -> tuple[Column, ...]:
    """Columns of a span: one row is either weekly (weekday + times) or single (date and time)."""
    return (
        first,
        Column("weekday", "День недели", T.ENUM, "Для еженедельной строки.",
               example=example_weekday, words=WEEKDAY_WORDS, synonyms=("день",)),
        Column("date", "Дата", T.DATE, "Для разовой строки, если ниже только время.", example=""),
        Column("start", "Начало", T.MOMENT, "Время, а у разовой строки — дата и время.",
               required=True, example="08:30", synonyms=("время начала", "с")),
        Column("end", "Окончание", T.MOMENT, "Время, а у разовой строки — дата и время.",
               required=True, example="14:00", synonyms=("время окончания", "конец", "до")),
        Column("valid_from", "Действует с", T.DATE, "Для еженедельной строки; пусто — с сегодня.",
               example="2025-09-01", synonyms=("from",)),
        Column("valid_to", "Действует по", T.DATE,
               "Для еженедельной строки; пусто — до конца горизонта.", example="",
               synonyms=("to",)),
        TIME_ZONE,
    )  # fmt: skip


_SPAN_KEY = ("weekday", "date", "start", "end", "valid_from", "valid_to", "time_zone")

BUSY = Table(
    "busy", "Занятость",
    "Когда педагог занят: недельное расписание или разовые отрезки. Вместо таблицы можно положить "
    "календари busy/<шифр>.ics.",
    _spans(educator_id(), "понедельник"),
    key=("educator_id", *_SPAN_KEY),
    file_words=("занятость", "расписание", "timetable"),
)  # fmt: skip

MENTOR_SLOTS = Table(
    "mentor_slots", "Время наставников",
    "Свободные отрезки наставников; встреча занимает отрезок целиком.",
    _spans(
        Column("mentor_id", "Наставник", T.ID, "Шифр наставника.", required=True, example="Н-01",
               references="mentors", synonyms=("шифр", "код наставника", "код")),
        "среда",
    ),
    key=("mentor_id", *_SPAN_KEY),
    file_words=("время наставников", "слоты", "slots", "mentor slots"),
)  # fmt: skip

LABELS = Table(
    "labels", "Имена",
    "Шифр → имя. Хранится отдельно от всего прочего, удаляется первой.",
    (
        Column("id", "Шифр", T.ID, "Шифр педагога или наставника.", required=True,
               example="П-001", synonyms=("код", "идентификатор", "educator_id")),
        Column("display_name", "Имя", T.TEXT, "Как называть в документах.", required=True,
               example="Образцова Анна Ивановна",
               synonyms=("фио", "фамилия имя отчество", "ф и о", "name", "full name", "педагог",
                         "фамилия")),
    ),
    key=("id",),
    file_words=("имена", "фио", "шифры", "names", "ключ"),
)  # fmt: skip

PEOPLE_TABLES = (ORGANISATIONS, EDUCATORS, MENTORS, MENTOR_SLOTS, BUSY, LABELS)
