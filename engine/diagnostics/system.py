"""Observations of one educator → the latent Gaussian system that they and the prior make."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.diagnostics.item_bank import SkillPrior
from engine.diagnostics.latent import latent_posterior
from engine.diagnostics.observations import Observation, Sheet
from engine.diagnostics.prior import ProficiencyPrior
from engine.domain import BoolArray, FloatArray, Method
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
    people: SkillPrior | None = None,
) -> EducatorPosterior:
    """Posterior at the nodes and days ``wanted`` and at all that were observed.

    Parameters
    ----------
    people
        Whom the item bank was calibrated on. The proficiency of a node with calibrated answers
        is the share of the bank's average items, so its prior mean and sd are those of these
        people; how nodes hang together stays the policy's.

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
    calibrated = {node for o in observations if o.calibrated for node in o.nodes}
    of_bank = np.array([code in calibrated and people is not None for code, _ in places])
    covariance[: len(places), : len(places)] = _over_time(
        list(places), observations, prior, framework, people.sd if people else 0.0, of_bank
    )
    for sheet, i in sheet_places.items():
        covariance[i, i] = procedure_sd_of(sheet.method, procedure_sd) ** 2
    mean = np.zeros(n_latents)
    mean[: len(places)] = np.where(of_bank, people.mean if people else 0.0, prior.mean)
    found = latent_posterior(
        mean,
        covariance,
        _design(observations, places, sheet_places, n_latents),
        np.array([o.intercept for o in observations], dtype=np.float64),
        np.array([[o.successes for o in observations]], dtype=np.float64),
        np.array([[o.failures for o in observations]], dtype=np.float64),
    )
    return EducatorPosterior(places, found.mean[0], found.covariance[0])


def _over_time(
    moments: Sequence[Moment],
    observations: Sequence[Observation],
    prior: ProficiencyPrior,
    framework: Framework,
    bank_sd: float,
    of_bank: BoolArray,
) -> FloatArray:
    """Covariance of nodes and days, nodes of a bank in the unit of its people."""
    codes = [code for code, _ in moments]
    own_sd = np.sqrt(np.diag(prior.covariance(framework, codes)))
    return prior.over_time(
        framework,
        codes,
        np.array([day.toordinal() for _, day in moments], dtype=np.float64),
        np.array(sorted({o.date.toordinal() for o in observations}), dtype=np.float64),
        np.where(of_bank, bank_sd / np.maximum(own_sd, 1e-9), 1.0),
    )


def procedure_sd_of(method: Method, procedure_sd: Mapping[Method, float]) -> float:
    """Sd of a procedure's effect, in log odds.

    Raises
    ------
    ConfigurationError
        Where the policy states none for the method.
    """
    if method not in procedure_sd:
        raise ConfigurationError(f"no procedure_sd for the method {method.value!r}")
    return procedure_sd[method]


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
