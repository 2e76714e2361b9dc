"""Observations of one educator → the latent Gaussian system that they and the prior make."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.diagnostics.latent import LatentPosterior, latent_posterior
from engine.diagnostics.observations import Observation, Sheet
from engine.diagnostics.prior import ProficiencyPrior
from engine.domain import FloatArray, Method
from engine.errors import ConfigurationError
from engine.framework import Framework

Moment = tuple[str | None, dt.date]
"""A node on a day; ``None`` = the person's own level."""


@dataclass(frozen=True, slots=True, eq=False)
class EducatorPosterior:
    """Joint normal posterior of an educator's log odds at several nodes and days.

    Parameters
    ----------
    places
        Place of each node and day among the latents.
    mean, covariance
        Shapes (n_latents,) and (n_latents, n_latents).
    """

    places: Mapping[Moment, int]
    mean: FloatArray
    covariance: FloatArray

    def at(self, moments: Sequence[Moment]) -> tuple[FloatArray, FloatArray]:
        """Mean and covariance at some nodes and days."""
        rows = [self.places[moment] for moment in moments]
        return self.mean[rows], self.covariance[np.ix_(rows, rows)]


def educator_posterior(
    observations: Sequence[Observation],
    wanted: Iterable[Moment],
    prior: ProficiencyPrior,
    procedure_sd: Mapping[Method, float],
    framework: Framework,
) -> EducatorPosterior:
    """Posterior at the nodes and days ``wanted`` and at all that were observed.

    Raises
    ------
    ConfigurationError
        Where the policy states no ``procedure_sd`` for a method.
    """
    measured = {(node, o.date): None for o in observations for node in o.nodes}
    places = {moment: i for i, moment in enumerate(dict.fromkeys([*measured, *wanted]))}
    sheets = {o.sheet: None for o in observations}
    sheet_places = {sheet: len(places) + i for i, sheet in enumerate(sheets)}
    n_latents = len(places) + len(sheets)
    covariance = np.zeros((n_latents, n_latents))
    covariance[: len(places), : len(places)] = _over_time(list(places), prior, framework)
    for sheet, i in sheet_places.items():
        covariance[i, i] = _procedure_sd(sheet, procedure_sd) ** 2
    mean = np.zeros(n_latents)
    mean[: len(places)] = prior.mean
    found = latent_posterior(
        mean,
        covariance,
        _design(observations, places, sheet_places, n_latents),
        np.array([o.intercept for o in observations], dtype=np.float64),
        np.array([[o.successes for o in observations]], dtype=np.float64),
        np.array([[o.failures for o in observations]], dtype=np.float64),
    )
    return _of_person(found, places)


def _of_person(found: LatentPosterior, places: Mapping[Moment, int]) -> EducatorPosterior:
    return EducatorPosterior(places, found.mean[0], found.covariance[0])


def _over_time(
    moments: Sequence[Moment], prior: ProficiencyPrior, framework: Framework
) -> FloatArray:
    """Covariance between nodes times the correlation between days."""
    codes = list(dict.fromkeys(code for code, _ in moments))
    at = [codes.index(code) for code, _ in moments]
    days = np.array([day.toordinal() for _, day in moments], dtype=np.float64)
    between = prior.covariance(framework, codes)[np.ix_(at, at)]
    found: FloatArray = between * prior.decay(days[:, None] - days)
    return found


def _procedure_sd(sheet: Sheet, procedure_sd: Mapping[Method, float]) -> float:
    if sheet.method not in procedure_sd:
        raise ConfigurationError(f"no procedure_sd for the method {sheet.method.value!r}")
    return procedure_sd[sheet.method]


def _design(
    observations: Sequence[Observation],
    places: Mapping[Moment, int],
    sheets: Mapping[Sheet, int],
    n_latents: int,
) -> FloatArray:
    design = np.zeros((len(observations), n_latents))
    for i, o in enumerate(observations):
        for node in o.nodes:
            design[i, places[node, o.date]] = o.slope / len(o.nodes)
        design[i, sheets[o.sheet]] = 1.0
    return design
