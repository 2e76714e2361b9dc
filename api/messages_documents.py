"""Words of problems with documents: a library that is missing, a region's faulty template."""

from __future__ import annotations

from collections.abc import Mapping

from api.phrases import Kind, Phrase

DOCUMENT_PROBLEMS: Mapping[str, Kind] = {
    "document_unavailable": Kind(
        501,
        Phrase("Такой документ служба не собирает", "The service cannot make this document"),
        Phrase(
            "На сервере нет библиотеки {part}. Администратору: pip install '{extra}' и "
            "перезапустить службу. Без неё доступны document.xlsx, page и calendar.ics",
            "The server lacks the library {part}. For its administrator: pip install '{extra}' "
            "and restart the service. Without it there are document.xlsx, page and calendar.ics",
        ),
    ),
    "report_unavailable": Kind(
        501,
        Phrase("Отчёт в таком формате служба не собирает", "No report of this format"),
        Phrase(
            "На сервере нет библиотеки {part}. Администратору: pip install '{extra}' и "
            "перезапустить службу. Без неё отчёты есть в html и xlsx",
            "The server lacks the library {part}. For its administrator: pip install '{extra}' "
            "and restart the service. Without it reports come as html and xlsx",
        ),
    ),
    "document_template_faulty": Kind(
        500,
        Phrase("Шаблон ИОМ с ошибкой", "The template of the document is faulty"),
        Phrase(
            "Шаблон {file} (настройка iom_template): {first}. Исправьте файл или уберите "
            "настройку — тогда действует шаблон из поставки",
            "Template {file} (setting iom_template): {first}. Correct the file or drop the "
            "setting, and the bundled template is used",
        ),
    ),
}

DOCUMENT_FAULTS: Mapping[str, Phrase] = {
    "report_district_unknown": Phrase(
        "района «{asked}» нет в данных; есть: {known}",
        "nobody is of the district {asked}; there are: {known}",
    ),
    "report_organisation_unknown": Phrase(
        "организации «{asked}» нет в данных; есть: {known}",
        "nobody is of the organisation {asked}; there are: {known}",
    ),
    "report_profile_unknown": Phrase(
        "документа «{profile}» нет; есть: {known}",
        "there is no regulation {profile}; there are: {known}",
    ),
    "report_period_reversed": Phrase(
        "период кончается {last} раньше, чем начинается {first}",
        "the period ends on {last} before it begins on {first}",
    ),
    "template_unreadable": Phrase(
        "файл не читается как DOCX: {tag}", "the file cannot be read as DOCX: {tag}"
    ),
    "template_syntax": Phrase(
        "тег записан с ошибкой: {tag}", "a tag is not written as it should be: {tag}"
    ),
    "template_unknown_tag": Phrase(
        "неизвестное имя в теге: {tag}", "a tag has an unknown name: {tag}"
    ),
}
