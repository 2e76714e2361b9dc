"""The texts of a catalogue beside those of a framework, compiled once for every model of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import scipy.sparse as sp

from engine.domain import FloatArray
from engine.matching.text import RussianTextFeatures, similarity


@dataclass(frozen=True, slots=True, eq=False)
class TextSpace:
    """Features of a catalogue's texts; shared, so nobody may change what it holds.

    Parameters
    ----------
    features
        Fitted on the texts of activities and nodes together.
    text
        CSR, shape (n_activities, n_features).
    by_feature
        CSR of its transpose.
    alike
        Shape (n_activities, n_nodes), in [0, 1]: similarity of texts; read-only.
    """

    features: RussianTextFeatures
    text: sp.csr_array
    by_feature: sp.csr_array
    alike: FloatArray


@lru_cache(maxsize=2)
def text_space(texts: tuple[str, ...], nodes: tuple[str, ...]) -> TextSpace:
    """Compile texts of activities and of nodes.

    Models that are compared, or follow one another in service, rank the same catalogue: the last
    two catalogues are kept.
    """
    features = RussianTextFeatures().fit([*texts, *nodes])
    text = features.transform(texts)
    alike: FloatArray = similarity(text, features.transform(nodes)).toarray()
    alike.setflags(write=False)
    return TextSpace(features, text, text.T.tocsr(), alike)
