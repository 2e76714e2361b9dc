"""The ranking of a catalogue for one educator."""

import copy
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain import (
    Activity,
    Constraints,
    Demand,
    DemandKind,
    Document,
    Educator,
    Kind,
    Level,
    Position,
    Ranking,
    Request,
)
from engine.errors import ConfigurationError, InputError
from engine.interactions import Interactions
from engine.matching.collaborative import CollaborativeSignals
from engine.matching.eligibility import OfferingTable
from engine.matching.factors import FACTORS
from engine.matching.matcher import ActivityMatcher
from engine.matching.relevance import RelevanceModel
from engine.matching.signals import LearnedSignals
from engine.matching.text import RussianTextFeatures
from engine.policy import load_policy
from tests.engine.matching.records import (
    AS_OF,
    FRAMEWORK,
    HORIZON,
    TEACHER,
    activity,
    deficits,
    demand,
    offering,
)

POLICY = load_policy("default")
REQUEST = DemandKind.REQUEST
TITLES = [
    "Подготовка к ЕГЭ по математике",
    "Критерии оценивания на уроке",
    "Профилактика эмоционального выгорания педагогов",
    "Школьная служба примирения",
    "Инклюзивное образование детей с ОВЗ",
]
CATALOGUE = [activity(f"a{i}", title) for i, title in enumerate(TITLES)]
MATCHER = ActivityMatcher().fit(CATALOGUE, FRAMEWORK)


def _rank(
    demands: Sequence[Demand],
    matcher: ActivityMatcher = MATCHER,
    educator: Educator = TEACHER,
    requests: Sequence[Request] = (),
    as_of: dt.datetime = AS_OF,
) -> Ranking:
    return matcher.rank(
        educator,
        deficits(demands),
        activities=matcher.activities_,
        offerings=[offering(a.id) for a in matcher.activities_],
        requests=requests,
        policy=POLICY,
        as_of=as_of,
        horizon=HORIZON,
    )


def _one(act: Activity, demands: Sequence[Demand], educator: Educator = TEACHER) -> Ranking:
    return _rank(demands, ActivityMatcher().fit([act], FRAMEWORK), educator)


def _factor(ranking: Ranking, name: str) -> np.ndarray:
    return ranking.contributions[:, ranking.factors.index(name)]


def test_the_deficit_decides_who_comes_first() -> None:
    """With one deficit, the activity about it is the most relevant and covers most of it."""
    for node, best in (("MET.ASM", 0), ("PSY.SLF.01", 2), ("COM.CNF", 3), ("PSY.INC.01", 4)):
        ranking = _rank([demand(node)])
        covering = np.flatnonzero(ranking.coverage.toarray()[:, 0] > 0)
        assert best in covering
        if node != "MET.ASM":
            assert ranking.relevance.argmax() == best
        else:
            assert set(np.argsort(-ranking.relevance)[:2].tolist()) == {0, 1}


def test_another_deficit_gives_another_order() -> None:
    """The educator's deficits drive the order, not the catalogue alone."""
    burnout, conflict = _rank([demand("PSY.SLF")]), _rank([demand("COM.CNF")])
    assert burnout.relevance.argmax() != conflict.relevance.argmax()


def test_ranking_has_the_promised_shapes_and_ranges() -> None:
    """Shapes as in the contract; coverage rows sum to at most 1; relevance in [0, 1]."""
    ranking = _rank([demand("MET"), demand("MET.ASM"), demand("PSY.SLF.01")])
    assert ranking.activity_ids == tuple(a.id for a in CATALOGUE)
    assert ranking.coverage.shape == (5, 3)
    assert ranking.contributions.shape == (5, len(FACTORS))
    assert (np.asarray(ranking.coverage.sum(axis=1)) <= 1 + 1e-9).all()
    assert ((ranking.relevance >= 0) & (ranking.relevance <= 1)).all()
    assert (ranking.factors, ranking.model_version) == (FACTORS, "prior-1")


def test_relevance_is_the_logistic_of_its_contributions() -> None:
    """Intercept −1.2 and the applicable contributions explain every relevance exactly."""
    ranking = _rank([demand("MET.ASM"), demand("PSY.SLF.01")])
    total = -1.2 + np.nansum(ranking.contributions, axis=1)
    np.testing.assert_allclose(ranking.relevance, 1 / (1 + np.exp(-total)))


@settings(deadline=None)
@given(
    before=st.dictionaries(
        st.sampled_from(["MET.ASM.01", "MET.ASM.02", "MET", "PSY.SLF.01", "COM"]),
        st.floats(0.01, 0.18),
        min_size=1,
    ),
    node=st.sampled_from(["MET.ASM.01", "MET.ASM", "PSY.SLF.01", "SUB.MTH.01"]),
    more=st.floats(0.0, 0.1),
    sizes=st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4),
    texts=st.sampled_from([(), ("школьная медиация",), ("школьная система питания",)]),
)
def test_more_coverage_never_lowers_relevance(
    before: Mapping[str, float], node: str, more: float, sizes: list[float], texts: tuple[str, ...]
) -> None:
    """Adding coverage of a demanded node, all else equal, never makes an activity less relevant.

    Also not where a request by text gets what the nodes leave over.
    """
    first, second, third, fourth = sizes
    demands = [
        demand("MET.ASM", expected=first),
        demand("PSY.SLF.01", expected=second),
        demand("SUB.MTH", expected=third, kind=REQUEST, code="request:1"),
        *(demand(code="request:2", expected=fourth, kind=REQUEST, text=text) for text in texts),
    ]
    after = {**before, node: before.get(node, 0.0) + more}
    matcher = copy.copy(TWINS)  # a whole fit for each example would take too long
    cells = np.zeros((2, len(FRAMEWORK)))
    for row, coverage in enumerate((before, after)):
        for code, share in coverage.items():
            cells[row, FRAMEWORK.index[code]] = share
    matcher.coverage_ = sp.csr_array(cells)
    less, grown = _rank(demands, matcher).relevance
    assert grown >= less - 1e-12


TWINS = ActivityMatcher().fit(
    [activity(id, "Школьная медиация", coverage={"MET": 0.1}) for id in ("a0", "a1")], FRAMEWORK
)


def test_a_larger_deficit_counts_for_more() -> None:
    """Of two equal coverages the one of the larger deficit is the more relevant."""
    acts = [activity("a0", coverage={"MET.ASM": 0.5}), activity("a1", coverage={"PSY.SLF": 0.5})]
    matcher = ActivityMatcher().fit(acts, FRAMEWORK)
    big, small = demand("MET.ASM", expected=0.6), demand("PSY.SLF", expected=0.2)
    ranking = _rank([big, small], matcher)
    assert _factor(ranking, "deficit").tolist() == pytest.approx([3.0 * 0.5, 3.0 * 0.5 / 3])


def test_a_text_request_is_matched_by_similarity() -> None:
    """A request without a node covers the activity whose text it resembles, and no other."""
    wish = demand(code="request:1", kind=REQUEST, text="служба примирения в школе")
    ranking = _rank([wish])
    column = ranking.coverage.toarray()[:, 0]
    assert column.argmax() == ranking.relevance.argmax() == 3
    assert column[3] > 0.3
    assert (np.delete(column, 3) == 0).all()
    assert np.isnan(_factor(ranking, "deficit")).all()


def test_words_of_a_request_with_a_node_count_too() -> None:
    """The text of a request raises what it resembles beyond the node's coverage."""
    wish = demand("MET.ASM", code="request:1", kind=REQUEST)
    plain = _rank([wish])
    worded = _rank([wish], requests=[Request("1", text="критерии оценивания на уроке")])
    assert worded.relevance[1] >= plain.relevance[1]
    assert _factor(worded, "request")[1] == pytest.approx(2.5)


def test_without_any_request_the_factor_does_not_apply() -> None:
    """NaN, not zero, where nothing was asked for."""
    assert np.isnan(_factor(_rank([demand("MET.ASM")]), "request")).all()


@pytest.mark.parametrize(
    ("name", "worse", "better", "expected"),
    [
        ("position", {}, {"positions": (Position.TEACHER,)}, (0.0, 0.3)),
        ("subject", {}, {"subjects": ("алгебра",)}, (0.0, 0.5)),
        ("document", {}, {"document": Document.CERTIFICATE_PK}, (-0.1, 0.1)),
        ("level", {"level": Level.SCHOOL}, {"level": Level.NATIONAL}, (-0.1, 0.1)),
        ("provider", {}, {"provider": "ИРО"}, (-0.05, 0.05)),
        ("practice", {}, {"kind": Kind.OPEN_LESSON}, (0.0, 0.3)),
        ("confidence", {"coverage_confidence": 0.2}, {"coverage_confidence": 1.0}, (-0.4, 0.24)),
    ],
)
def test_quality_and_audience_factors_by_hand(
    name: str,
    worse: dict[str, object],
    better: dict[str, object],
    expected: tuple[float, float],
) -> None:
    """Weight × (value − centre) of the prior file, computed by hand."""
    coverage = {"MET.ASM": 0.5}
    acts = [activity("a0", coverage=coverage, **worse), activity("a1", coverage=coverage, **better)]
    ranking = _rank([demand("MET.ASM")], ActivityMatcher().fit(acts, FRAMEWORK))
    assert _factor(ranking, name).tolist() == pytest.approx(expected)
    assert ranking.relevance[1] > ranking.relevance[0]


def test_federal_register_counts_on_the_day_and_for_programmes_only() -> None:
    """Valid today +0.2, expired −0.2, a seminar not at all."""
    valid = activity("a0", kind=Kind.DPP_PK, register_from=dt.date(2026, 1, 1))
    expired = activity("a1", kind=Kind.DPP_PK, register_to=dt.date(2026, 8, 31))
    seminar = activity("a2", register_from=dt.date(2026, 1, 1))
    matcher = ActivityMatcher().fit([valid, expired, seminar], FRAMEWORK)
    parts = _factor(_rank([demand("MET.ASM")], matcher), "federal_register")
    assert parts[:2].tolist() == pytest.approx([0.2, -0.2])
    assert np.isnan(parts[2])


def test_ineligible_activities_carry_reasons_and_numbers() -> None:
    """An activity for heads is refused to a teacher, yet its relevance can be looked up."""
    ranking = _one(activity(positions=(Position.HEAD,)), [demand("MET.ASM")])
    assert [r.code for r in ranking.ineligible[0]] == ["audience_position"]
    assert 0 < ranking.relevance[0] < 1


def test_an_audience_in_words_binds_as_codes_do() -> None:
    """«учителя физики» is not for a teacher of mathematics."""
    ranking = _one(activity(audience="учителя физики"), [demand("MET.ASM")])
    assert [r.code for r in ranking.ineligible[0]] == ["audience_subject"]


def test_the_educators_zone_comes_before_the_policys() -> None:
    """The same instant is another day in Vladivostok, where enrolment has closed."""
    instant = dt.datetime(2026, 8, 31, 20, 0, tzinfo=dt.UTC)
    matcher = ActivityMatcher().fit([activity()], FRAMEWORK)
    for zone, closed in ((None, False), ("Asia/Vladivostok", True)):
        ranking = matcher.rank(
            replace(TEACHER, time_zone=zone),
            deficits([demand("MET.ASM")]),
            activities=matcher.activities_,
            offerings=OfferingTable.compile(
                [offering(enrolment_until=dt.date(2026, 8, 31))], matcher.activity_index_
            ),
            constraints=Constraints(),
            policy=POLICY,
            as_of=instant,
            horizon=HORIZON,
        )
        assert bool(ranking.ineligible) is closed


def test_same_input_same_ranking() -> None:
    """Two fits and two rankings agree to the last bit."""
    again = ActivityMatcher().fit(CATALOGUE, FRAMEWORK)
    demands = [demand("MET.ASM"), demand("PSY")]
    one, other = _rank(demands), _rank(demands, again)
    np.testing.assert_array_equal(one.relevance, other.relevance)
    np.testing.assert_array_equal(one.coverage.toarray(), other.coverage.toarray())


def test_some_rows_are_the_rows_of_all() -> None:
    """Asked for three activities, the factors are those of all, wishes in words among them."""
    wishes = [Request("r1", text="служба примирения"), Request("r2"), Request("r3", text="ОВЗ")]
    wish = demand(code="служба примирения", kind=REQUEST, text="служба примирения")
    demands = deficits([demand("MET.ASM"), wish])
    rows = np.array([3, 0, 4])

    def factors(**chosen: np.ndarray) -> tuple[np.ndarray, sp.csr_array]:
        online = np.linspace(0.0, 1.0, len(CATALOGUE))
        return MATCHER.factor_matrix(
            TEACHER,
            demands,
            requests=wishes,
            policy=POLICY,
            as_of=AS_OF,
            online=online,
            **chosen,
        )

    every, covered = factors()
    some, part = factors(rows=rows)
    np.testing.assert_allclose(some, every[rows], atol=1e-12)
    np.testing.assert_allclose(part.toarray(), covered.toarray()[rows], atol=1e-12)


def test_a_wish_is_as_like_an_activity_as_their_features_are() -> None:
    """The factor is the largest similarity of any wish, on the scale from 0.15 to 0.6."""
    texts = ["служба примирения в школе", "выгорание"]
    ranking_factors, _ = MATCHER.factor_matrix(
        TEACHER,
        deficits([demand("MET.ASM"), demand("PSY", kind=REQUEST)]),
        requests=[Request("r1", text=texts[0]), Request("r2", text=texts[1])],
        policy=POLICY,
        as_of=AS_OF,
        online=np.zeros(len(CATALOGUE)),
    )
    features = RussianTextFeatures().fit(
        [
            *(f"{a.title}; {a.summary}" for a in CATALOGUE),
            *(f"{n.title}; {'; '.join(n.keywords)}" for n in FRAMEWORK.nodes),
        ]
    )
    left = features.transform([f"{a.title}; {a.summary}" for a in CATALOGUE]).toarray()
    alike = left @ features.transform(texts).toarray().T
    by_text = np.clip((alike - 0.15) / 0.45, 0.0, 1.0).max(axis=1)
    assert by_text[3] > 0.3
    covered = MATCHER.coverage_.toarray()
    leaves = [i for i, n in enumerate(FRAMEWORK.nodes) if n.code.startswith("PSY")]
    no_node = covered[:, leaves].sum(axis=1) == 0
    assert no_node.any()
    found = ranking_factors[:, FACTORS.index("request")]
    np.testing.assert_allclose(found[no_node], by_text[no_node], atol=1e-12)


def test_splitting_an_unmeasured_node_changes_no_ranking() -> None:
    """Coverage of leaves no one demands apart is worth the same given by leaf or by block."""
    leaves = [n.code for n in FRAMEWORK.children("MET.ASM")]
    acts = [
        activity("a0", coverage={"MET.ASM": 0.5}),
        activity("a1", coverage=dict.fromkeys(leaves, 0.5 / len(leaves))),
        activity("a2", coverage={leaves[0]: 0.5}),
    ]
    ranking = _rank([demand("MET.ASM")], ActivityMatcher().fit(acts, FRAMEWORK))
    np.testing.assert_allclose(ranking.coverage.toarray()[:, 0], 0.5)
    np.testing.assert_allclose(ranking.relevance, ranking.relevance[0])


BIOLOGIST = replace(TEACHER, subjects=("биология",))
SUBJECT_TITLES = [
    "Решение задач по физике: электричество и оптика",
    "Методика преподавания биологии: генетика и экология",
]
SUBJECT_MATCHER = ActivityMatcher().fit(
    [activity(f"s{i}", title) for i, title in enumerate(SUBJECT_TITLES)], FRAMEWORK
)


@pytest.mark.parametrize("measured", ["SUB", "SUB.NAT"])
def test_a_course_in_another_subject_closes_no_subject_deficit(measured: str) -> None:
    """A biology teacher measured at the direction or block gains by biology, not by physics."""
    physics, biology = (
        _rank([demand(measured)], SUBJECT_MATCHER, BIOLOGIST).coverage.toarray()[:, 0].tolist()
    )
    assert physics == 0.0
    assert biology > 0.3
    physicist = replace(TEACHER, subjects=("физика",))
    physics, biology = (
        _rank([demand(measured)], SUBJECT_MATCHER, physicist).coverage.toarray()[:, 0].tolist()
    )
    assert physics > 0.3
    assert biology == 0.0


def test_another_subject_counts_for_who_asks_for_it() -> None:
    """A biology teacher's request for the physics node is covered by the physics course."""
    coverage = _rank(
        [demand("SUB"), demand("SUB.NAT.01", kind=REQUEST)], SUBJECT_MATCHER, BIOLOGIST
    ).coverage.toarray()
    assert coverage[0, 0] == 0.0
    assert coverage[0, 1] > 0.3
    assert coverage[1, 0] > 0.3


def test_an_empty_catalogue_and_no_demands() -> None:
    """Nothing to rank gives an empty ranking; no demands give no columns."""
    empty = _rank([demand("MET")], ActivityMatcher().fit([], FRAMEWORK))
    assert empty.relevance.shape == (0,)
    assert empty.coverage.shape == (0, 1)
    assert empty.contributions.shape == (0, len(FACTORS))
    assert _rank([]).coverage.shape == (5, 0)


def test_a_changed_catalogue_an_unknown_node_and_a_foreign_model_are_refused() -> None:
    """What does not belong together is an error at once, not a wrong route."""
    with pytest.raises(ValueError, match="changed"):
        MATCHER.rank(
            TEACHER,
            deficits([]),
            activities=CATALOGUE[:2],
            offerings=[],
            policy=POLICY,
            as_of=AS_OF,
            horizon=HORIZON,
        )
    with pytest.raises(InputError, match="XXX"):
        _rank([demand("XXX")])
    foreign = RelevanceModel().fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(ConfigurationError):
        ActivityMatcher(relevance=foreign).fit(CATALOGUE, FRAMEWORK)


def test_texts_of_the_most_taken_tenth_are_prepared() -> None:
    """Of 30 activities the three that most took up, ties by place; strangers are left out."""
    taken = [f"a{i:02}" for i in (7, 7, 7, 4, 4, 9, 9, 2)]
    table = Interactions.from_columns([f"p{i}" for i in range(8)], taken, np.arange(8.0))
    signals = LearnedSignals(CollaborativeSignals().fit(table), table.activities)
    catalogue = [activity(f"a{i:02}", f"Тема {i}") for i in range(30)]
    matcher = ActivityMatcher(signals=signals).fit(catalogue, FRAMEWORK)
    assert list(matcher.similar_._known) == [7, 4, 9]
    others = ActivityMatcher(signals=signals).fit([*catalogue[10:], catalogue[2]], FRAMEWORK)
    assert list(others.similar_._known) == [20]
