"""Windows of the mentor's cadence, for the formulation (the checker has its own)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.planning.problem import RouteProblem


@dataclass(frozen=True, slots=True)
class Window:
    """Weeks ``first`` … ``last``, both included."""

    first: int
    last: int

    def weeks(self) -> range:
        """Weeks of the window."""
        return range(self.first, self.last + 1)


def mentor_windows(problem: RouteProblem, first_week: int, last_week: int) -> list[Window]:
    """Tumbling windows from ``first_week`` that begin not after ``last_week``.

    Windows of holiday weeks only are left out; the last one is clipped to the horizon.
    """
    windows = []
    for start in range(first_week, last_week + 1, problem.mentor.cadence_weeks):
        window = Window(start, min(start + problem.mentor.cadence_weeks, problem.n_weeks) - 1)
        if not all(problem.holiday_week[week] for week in window.weeks()):
            windows.append(window)
    return windows
