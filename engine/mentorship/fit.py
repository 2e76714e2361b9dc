"""How close a mentor is to what an educator needs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from engine.domain import MANAGER_POSITIONS, DeficitVector, Demand, Educator, Mentor, Reason
from engine.framework import Framework, normalise_subject

_SAME_GROUP = 0.5
"""Closeness of two positions that differ but are both managers or both no managers."""


class Closeness:
    """Closeness of mentors to one educator and his demands.

    Parameters
    ----------
    fit_weight
        Weights of the factors ``competency``, ``subject``, ``position``, ``district``.
    framework
        Lets blocks and leaves, and names of one subject, meet; ``None`` = equality only.
    """

    def __init__(
        self,
        educator: Educator,
        deficits: DeficitVector,
        fit_weight: Mapping[str, float],
        framework: Framework | None,
    ) -> None:
        self._educator = educator
        self._weight = fit_weight
        self._framework = framework
        # Mentors name the same few competencies and subjects again and again.
        self._known_leaves: dict[str, frozenset[str]] = {}
        self._known_pairs: dict[tuple[str, str], bool] = {}
        organisation = educator.organisation
        self._organisation_id = organisation.id if organisation else None
        self._district = educator.district or (organisation.district if organisation else "")
        self._applies = (
            framework.applies_to(educator.position, educator.subjects, educator.stages)
            if framework is not None
            else None
        )
        self._needs = tuple(
            (d, _stake(d), self._own_leaves(self._leaves(d.nodes))) for d in deficits.demands
        )

    def fit(self, mentor: Mentor) -> tuple[float, tuple[Reason, ...]]:
        """Fit in [0, 1] with the contributions that add up to it.

        The fit is the weighted mean of the factors that apply:

        - competency: Σ_k weight_k·E[D_k]·share_k / Σ_k weight_k·E[D_k], where share_k is the part
          of the demand's leaves in which the mentor is strong; demands without nodes are left out
        - subject: share of the educator's subjects that the mentor teaches
        - position: same 1, both managers or both not 0.5, else 0; averaged with the share of the
          educator's stages in which the mentor works
        - district: same organisation or district 1, else 0

        Reasons have the code ``mentor_fit_<factor>`` with ``value``, ``contribution`` and, for
        the competency, ``demands`` that the mentor covers at all.
        """
        factors = self._factors(mentor)
        total = sum(self._weight.get(name, 0.0) for name in factors)
        if total == 0:
            return 0.0, ()
        reasons = []
        fit = 0.0
        for name, value in factors.items():
            part = self._weight.get(name, 0.0) * value / total
            fit += part
            parameters: dict[str, object] = {"value": value, "contribution": part}
            if name == "competency":
                parameters["demands"] = self.covered(mentor)
            reasons.append(Reason(f"mentor_fit_{name}", parameters))
        return min(1.0, fit), tuple(reasons)

    def covered(self, mentor: Mentor) -> tuple[str, ...]:
        """Codes of the demands in which the mentor is strong at least in part."""
        strong = self._leaves(mentor.competencies)
        return tuple(d.code for d, _, leaves in self._needs if leaves & strong)

    def related(self, mentor: Mentor) -> bool:
        """Whether anything ties the two: a subject, the kind of position, or a demand.

        Pairs are joined by subject or by "has the competency – needs it" (384-а, п. 4.4.3). A
        subject teacher and a mentor of other subjects are tied by a demand only; who has no
        subject is tied by the same position.
        """
        if self.covered(mentor) or self._subject(mentor):
            return True
        both_subjects = bool(self._educator.subjects) and bool(mentor.subjects)
        return not both_subjects and mentor.position is self._educator.position

    def near(self, mentor: Mentor) -> bool:
        """Whether they can meet in person: same organisation or same district."""
        same_school = (
            mentor.organisation_id is not None and mentor.organisation_id == self._organisation_id
        )
        return same_school or bool(self._district and mentor.district == self._district)

    def _factors(self, mentor: Mentor) -> dict[str, float]:
        """Values in [0, 1] of the factors that apply."""
        found = {
            "competency": self._competency(mentor),
            "subject": self._subject(mentor),
            "position": self._position(mentor),
        }
        if self._district or self._organisation_id is not None:
            found["district"] = float(self.near(mentor))
        return {name: value for name, value in found.items() if value is not None}

    def _competency(self, mentor: Mentor) -> float | None:
        needs = [(stake, leaves) for _, stake, leaves in self._needs if leaves and stake > 0]
        if not needs:
            return None
        strong = self._leaves(mentor.competencies)
        whole = math.fsum(stake for stake, _ in needs)
        return math.fsum(s * len(leaves & strong) / len(leaves) for s, leaves in needs) / whole

    def _subject(self, mentor: Mentor) -> float | None:
        subjects = self._educator.subjects
        if not subjects:
            return None
        shared = [s for s in subjects if any(self._same_subject(s, t) for t in mentor.subjects)]
        return len(shared) / len(subjects)

    def _same_subject(self, one: str, other: str) -> bool:
        if self._framework is None:
            return normalise_subject(one) == normalise_subject(other)
        if (one, other) not in self._known_pairs:
            self._known_pairs[one, other] = self._framework.subjects_match(one, other)
        return self._known_pairs[one, other]

    def _position(self, mentor: Mentor) -> float:
        mine, theirs = self._educator.position, mentor.position
        if mine is theirs:
            position = 1.0
        else:
            alike = (mine in MANAGER_POSITIONS) == (theirs in MANAGER_POSITIONS)
            position = _SAME_GROUP if alike else 0.0
        stages = set(self._educator.stages)
        if not stages:
            return position
        return (position + len(stages & set(mentor.stages)) / len(stages)) / 2

    def _leaves(self, codes: Iterable[str]) -> frozenset[str]:
        """Leaves at or below the codes; a code that the framework lacks stands for itself."""
        found: frozenset[str] = frozenset()
        for code in codes:
            if code not in self._known_leaves:
                self._known_leaves[code] = self._leaves_of(code)
            found |= self._known_leaves[code]
        return found

    def _own_leaves(self, leaves: frozenset[str]) -> frozenset[str]:
        """Leaves that apply to the educator; all of them where none does (a career request).

        A biology teacher's demand in all subjects says nothing of physics.
        """
        if self._framework is None or self._applies is None:
            return leaves
        index = self._framework.index
        kept = frozenset(c for c in leaves if c not in index or self._applies[index[c]])
        return kept or leaves

    def _leaves_of(self, code: str) -> frozenset[str]:
        if self._framework is None or code not in self._framework:
            return frozenset({code})
        return frozenset(n.code for n in self._framework.leaves_of(code))


def _stake(demand: Demand) -> float:
    """What a demand is about: its weight times its expected deficit."""
    return demand.weight * demand.expected
