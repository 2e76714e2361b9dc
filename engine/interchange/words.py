"""Russian wording of the controlled lists, as people write them in tables."""

from __future__ import annotations

from engine.domain import (
    Document,
    Form,
    Funding,
    Kind,
    Level,
    MentorForm,
    Method,
    Position,
    Stage,
    Technology,
)
from engine.interactions import State
from engine.interchange.columns import Words

KIND_WORDS: Words = {
    Kind.DPP_PK: ("ДПП ПК", "повышение квалификации", "программа повышения квалификации", "ПК",
                  "КПК", "курсы", "курсы повышения квалификации"),
    Kind.DPP_PP: ("ДПП ПП", "профессиональная переподготовка", "переподготовка", "ПП"),
    Kind.SEMINAR: ("семинар", "event_seminar"),
    Kind.WEBINAR: ("вебинар", "event_webinar"),
    Kind.WORKSHOP: ("практикум", "семинар-практикум", "event_practicum", "event_workshop",
                    "методический десант", "event_desant"),
    Kind.MASTER_CLASS: ("мастер-класс", "event_masterclass", "event_master_class"),
    Kind.CONFERENCE: ("конференция", "event_conference"),
    Kind.FORUM: ("форум", "event_forum", "фестиваль", "event_festival"),
    Kind.LECTURE: ("лекция", "event_lecture"),
    Kind.ROUND_TABLE: ("круглый стол", "event_roundtable", "event_round_table"),
    Kind.TRAINING: ("тренинг", "event_training", "школа", "event_school"),
    Kind.STRATEGY_SESSION: ("стратегическая сессия", "event_stratsession",
                            "event_strategy_session"),
    Kind.CONTEST: ("конкурс", "олимпиада", "event_contest"),
    Kind.OPEN_LESSON: ("открытый урок", "открытое занятие", "event_open_lesson"),
    Kind.LESSON_VISIT: ("посещение урока", "взаимопосещение уроков", "event_lesson_visit"),
    Kind.INTERNSHIP: ("стажировка", "event_stazhirovka", "event_internship"),
    Kind.COMMUNITY: ("методическое объединение", "заседание методического объединения",
                     "заседание методобъединения", "профессиональное сообщество", "совещание",
                     "event_meeting", "event_community"),
    Kind.SELF_STUDY: ("самообразование", "самостоятельное изучение", "материалы для изучения"),
    Kind.DIAGNOSTIC: ("диагностика", "диагностическая процедура"),
}  # fmt: skip

APPROXIMATE_KINDS: frozenset[str] = frozenset(
    {"event_festival", "фестиваль", "event_school", "школа", "event_desant", "методический десант",
     "event_meeting", "совещание", "олимпиада"}
)  # fmt: skip
"""Kinds of real catalogues that have no exact counterpart; the nearest is taken and said so."""

FORM_WORDS: Words = {
    Form.FORMAL: ("формальное", "формальная"),
    Form.NON_FORMAL: ("неформальное", "неформальная"),
    Form.INFORMAL: ("информальное", "информальная"),
}

DOCUMENT_WORDS: Words = {
    Document.CERTIFICATE_PK: ("удостоверение", "удостоверение о повышении квалификации"),
    Document.DIPLOMA_PP: ("диплом", "диплом о профессиональной переподготовке"),
    Document.ATTENDANCE: ("сертификат", "сертификат участника", "справка", "свидетельство"),
    Document.NONE: ("без документа", "нет", "не выдаётся"),
}

LEVEL_WORDS: Words = {
    Level.SCHOOL: ("школьный", "уровень образовательной организации", "внутришкольный"),
    Level.MUNICIPAL: ("муниципальный", "городской"),
    Level.DISTRICT: ("районный", "окружной"),
    Level.REGIONAL: ("региональный", "областной", "краевой", "республиканский"),
    Level.INTERREGIONAL: ("межрегиональный",),
    Level.NATIONAL: ("всероссийский", "федеральный"),
}

TECHNOLOGY_WORDS: Words = {
    Technology.CLASSROOM: ("очные занятия", "очно", "аудиторные занятия", "очная"),
    Technology.DISTANCE: ("дистанционные технологии", "дистанционно", "онлайн", "с ДОТ", "ДОТ",
                          "заочно", "заочная", "дистанционная"),
    Technology.BLENDED: ("смешанное обучение", "очно-заочно", "очно-заочная", "смешанно"),
    Technology.PROJECT: ("проектная работа", "проекты", "метод проектов"),
    Technology.CASE: ("разбор случаев", "кейсы", "кейс-метод"),
    Technology.SIMULATION: ("моделирование и тренажёры", "деловая игра", "симуляция"),
    Technology.PEER: ("взаимообучение", "горизонтальное обучение", "равный равному"),
    Technology.MENTORING: ("наставничество", "менторство", "тьюторство"),
    Technology.REFLECTION: ("рефлексивная практика", "рефлексия"),
    Technology.SELF_DIRECTED: ("самостоятельная работа", "самообразование"),
}  # fmt: skip

FUNDING_WORDS: Words = {
    Funding.STATE: ("бюджет", "государственное задание", "госзадание", "государственное"),
    Funding.EMPLOYER: ("работодатель", "средства организации", "организация"),
    Funding.VOUCHER: ("сертификат персонифицированного финансирования", "ваучер", "сертификат"),
    Funding.OWN: ("собственные средства", "за свой счёт", "личные средства"),
}

POSITION_WORDS: Words = {
    Position.TEACHER: ("учитель", "учитель-предметник", "преподаватель"),
    Position.PRIMARY_TEACHER: ("учитель начальных классов", "учитель начальной школы"),
    Position.PRESCHOOL_TEACHER: ("воспитатель", "воспитатель детского сада",
                                 "старший воспитатель"),
    Position.EXTRA_TEACHER: ("педагог дополнительного образования", "педагог доп образования",
                             "пдо"),
    Position.PSYCHOLOGIST: ("педагог-психолог", "психолог"),
    Position.SPEECH_THERAPIST: ("учитель-логопед", "логопед", "учитель-дефектолог", "дефектолог"),
    Position.SOCIAL_PEDAGOGUE: ("социальный педагог",),
    Position.COUNSELLOR: ("советник директора по воспитанию", "советник директора", "советник"),
    Position.METHODIST: ("методист", "старший методист"),
    Position.HEAD: ("директор", "заведующий", "заведующая", "руководитель организации"),
    Position.DEPUTY_HEAD: ("заместитель директора", "зам директора", "завуч",
                           "заместитель заведующего", "заместитель руководителя"),
    Position.UNIT_HEAD: ("руководитель структурного подразделения",
                         "руководитель подразделения"),
}  # fmt: skip

STAGE_WORDS: Words = {
    Stage.PRESCHOOL: ("дошкольное", "дошкольное образование", "ДО"),
    Stage.PRIMARY: ("начальное", "начальное общее", "НОО"),
    Stage.BASIC: ("основное", "основное общее", "ООО"),
    Stage.SECONDARY: ("среднее", "среднее общее", "СОО"),
    Stage.VOCATIONAL: ("среднее профессиональное", "СПО", "профессиональное"),
    Stage.EXTRA: ("дополнительное", "дополнительное образование детей"),
}

METHOD_WORDS: Words = {
    Method.TEST: ("тест", "тестирование", "диагностическая работа"),
    Method.OBSERVATION: ("наблюдение", "карта наблюдения", "посещение урока"),
    Method.SELF: ("самооценка", "самодиагностика", "анкета"),
    Method.EXPERT: ("экспертная оценка", "эксперт", "экспертиза"),
}

RIGHT, WRONG = "right", "wrong"

VERDICT_WORDS: Words = {
    RIGHT: ("верно", "да", "правильно", "+"),
    WRONG: ("неверно", "нет", "неправильно", "-", "−", "–"),
}
"""A methodist's verdict on a competency that a text was tagged with."""

STATE_WORDS: Words = {
    State.PROPOSED: ("предложено", "рекомендовано"),
    State.REJECTED: ("отклонено", "отказано", "не согласовано"),
    State.ACCEPTED: ("согласовано", "одобрено", "принято"),
    State.ENROLLED: ("записан", "зачислен", "проходит", "записана", "зачислена"),
    State.DROPPED: ("не завершил", "отчислен", "бросил", "не завершила", "отчислена"),
    State.COMPLETED: ("завершил", "завершено", "пройдено", "завершила", "окончил"),
}

MENTOR_FORM_WORDS: Words = {
    MentorForm.MENTOR_YOUNG: ("наставник молодого педагога", "наставник", "наставничество"),
    MentorForm.PEER: ("равный равному", "педагог педагогу", "горизонтальная пара"),
    MentorForm.TUTOR: ("тьютор", "тьюторское сопровождение"),
    MentorForm.TEAM: ("менторство команды", "ментор", "команда"),
}

WEEKDAY_WORDS: Words = {
    "1": ("понедельник", "пн", "mon", "monday"),
    "2": ("вторник", "вт", "tue", "tuesday"),
    "3": ("среда", "ср", "wed", "wednesday"),
    "4": ("четверг", "чт", "thu", "thursday"),
    "5": ("пятница", "пт", "fri", "friday"),
    "6": ("суббота", "сб", "sat", "saturday"),
    "7": ("воскресенье", "вс", "sun", "sunday"),
}

THEME_WORDS: Words = {
    "burnout_prevention": ("профилактика выгорания", "профилактика эмоционального выгорания",
                           "профилактика профессионального выгорания"),
}  # fmt: skip
"""Themes that policies name; other themes are kept as written."""

TRUE_WORDS = frozenset({"да", "true", "1", "yes", "y", "+", "есть", "имеется", "истина", "д"})
FALSE_WORDS = frozenset({"нет", "false", "0", "no", "n", "-", "отсутствует", "ложь", "н"})
