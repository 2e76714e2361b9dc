"""The baseline of a later score."""

from __future__ import annotations

import datetime as dt

import numpy as np

from engine.diagnostics import estimate_proficiency
from engine.training.effects_baseline import baselines
from engine.training.effects_evidence import EPOCH, batches_of, measurements_of
from engine.training.effects_population import Population
from tests.engine.training.effect_world import FRAMEWORK, POLICY, Plan, draw_world

RULE = POLICY.diagnostics


def _world(sittings):
    world = draw_world(5, Plan(people=20, sittings=sittings))
    table = measurements_of(world.diagnostics, RULE)
    population = Population.of(table, FRAMEWORK, RULE)
    assert not population.learned
    return world, table, population


def test_baseline_is_the_posterior_of_the_service():
    """Mean and sd are those ``estimate_proficiency`` gives on the day of the last evidence."""
    world, table, population = _world(3)
    checked = 0
    for base in baselines(table, batches_of(table), population, RULE):
        for i, rows in enumerate(base.batch.rows):
            last = int(table.day[base.batch.evidence[i]].max())
            person = table.people[table.person[rows[0]]]
            day = dt.date.fromordinal(last + EPOCH)
            known = estimate_proficiency(
                [r for r in world.diagnostics[person] if r.date <= day],
                (),
                FRAMEWORK,
                POLICY,
                dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC),
            )
            by_node = {n.node: n for n in known.nodes}
            for r, row in enumerate(rows):
                node = by_node[table.nodes[table.node[row]]]
                assert abs(base.mean[i, r] - node.mean) < 2e-3
                assert abs(np.sqrt(base.covariance[i, r, r]) - node.sd) < 2e-3
                checked += 1
    assert checked == len(table.repeated) == 20 * 2 * 5


def test_nothing_of_gains_before_the_only_evidence_is_unseen_of_itself():
    """With one sitting before, gains since are not in it: the unseen part is e minus the gain."""
    _, table, population = _world(2)
    for base in baselines(table, batches_of(table), population, RULE):
        own = np.take_along_axis(base.unseen, base.batch.base[:, :, None], axis=2)[:, :, 0]
        # A score of eight tasks moves its own node by a part of what it shows.
        assert ((own > 0.2) & (own < 0.9)).all()


def test_unseen_is_the_change_of_the_baseline():
    """If evidence were better by a gain, the baseline would notice all but the unseen part."""
    _, table, population = _world(3)
    moved = 0.02
    (before,) = (b for b in baselines(table, batches_of(table), population, RULE)
                 if b.batch.evidence.shape[1] == 10)  # fmt: skip
    ratios = []
    for column in range(10):
        share = table.share.copy()
        rows = before.batch.evidence[:, column]
        share[rows] = np.clip(share[rows] + moved, 0, 1)
        inner = (table.share[rows] > 0.2) & (table.share[rows] < 0.8)
        from dataclasses import replace

        other = replace(table, share=share)
        (after,) = (b for b in baselines(other, batches_of(other), population, RULE)
                    if b.batch.evidence.shape[1] == 10)  # fmt: skip
        noticed = (after.mean - before.mean) / moved
        is_base = before.batch.base == column
        expected = np.where(is_base, 1.0, 0.0) - before.unseen[:, :, column]
        ratios.append(np.stack([noticed[inner], expected[inner]]))
    noticed, expected = np.concatenate([r.reshape(2, -1) for r in ratios], axis=1)
    # The linear answer of the Gaussian factors against the exact finite difference.
    assert np.corrcoef(noticed, expected)[0, 1] > 0.98
    assert abs(noticed.sum() / expected.sum() - 1) < 0.1
