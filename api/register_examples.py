"""Ready records of the registers for the contract; they speak of the bundled demo."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from engine.register_kinds import RegisterName

_SITE: dict[str, Any] = {
    "title": "Формирующее оценивание на уроке",
    "organisation_id": "school-1",
    "district": "Невский",
    "level": "district",
    "competencies": ["MET.ASM"],
}

REGISTER_EXAMPLES: Mapping[RegisterName, dict[str, Any]] = MappingProxyType(
    {
        RegisterName.METHODISTS: {
            "id": "MT-90",
            "level": "district",
            "organisation_id": "imc",
            "district": "Невский",
            "educators": ["E01", "E08"],
            "organisations": ["school-1"],
            "trained_until": "2028-06-30",
            "in_post": {"since": "2025-09-01"},
        },
        RegisterName.TEAMS: {
            "id": "team-90",
            "organisation_id": "school-2",
            "title": "Команда гимназии",
            "members": ["E04", "E02"],
            "exists": {"since": "2026-09-01", "until": "2027-08-31"},
        },
        RegisterName.SITES: {
            "id": "site-90",
            **_SITE,
            "activities": ["st-ocenivanie"],
            "places": 6,
            "open_during": {"since": "2026-09-01", "until": "2029-08-31"},
        },
        RegisterName.COMMUNITIES: {
            "id": "soob-90",
            **_SITE,
            "lead": "M10",
            "members": ["E01", "E08"],
            "exists": {"since": "2024-09-01"},
        },
        RegisterName.PRACTICES: {
            "id": "praktika-90",
            **_SITE,
            "summary": "Ученик сверяет работу с критериями до отметки.",
            "authors": ["E08"],
            "link": "https://example.org/praktiki/90",
            "in_bank": {"since": "2026-03-01"},
        },
        RegisterName.ACCOMPANIMENTS: {
            "id": "sop-90",
            "educator_id": "E01",
            "form": "mentor_young",
            "by": "M02",
            "during": {"since": "2026-09-01", "until": "2027-05-31"},
        },
    }
)
