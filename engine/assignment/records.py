"""What is asked of an assignment, and what it says."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.domain import MentorForm, Reason
from engine.registers import Accompaniment, Period


@dataclass(frozen=True, slots=True)
class Wish:
    """What an educator or a carer said of the other: free choice is a principle of mentoring.

    Parameters
    ----------
    carer_id
        Mentor, methodist, peer or team.
    veto
        The pair must not be made; else it is preferred. A preference opens no pair that a rule
        forbids.
    """

    educator_id: str
    carer_id: str
    veto: bool = False


@dataclass(frozen=True, slots=True)
class Pricing:
    """What fit is weighed against. Local: no regulation prescribes it.

    Parameters
    ----------
    fairness
        λ ≥ 0, in fit: a carer with load x and capacity C costs λ·x²/(2·C). 0.2 lets a pair of fit
        lower by up to 0.2 go to an idle carer rather than take the last place of a full one.
    wish
        What a stated preference adds to the fit of its pair, ≥ 0.
    change
        What it costs, in fit, to give somebody another carer than his present one; ``None`` =
        present pairs stand and are not looked at.
    """

    fairness: float = 0.2
    wish: float = 0.3
    change: float | None = None

    def __post_init__(self) -> None:
        for name in ("fairness", "wish", "change"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 100:
                raise ValueError(f"{name} must lie in 0 to 100, not {value}")


@dataclass(frozen=True, slots=True)
class Pair:
    """A person and whoever accompanies him.

    Parameters
    ----------
    fit
        In [0, 1]; for teams in whole deficits; NaN = a present pair that was not looked at.
    present
        It was so before.
    competencies
        Codes of what the carer has and the person needs: of needs, for teams of leaves.
    reasons
        Codes ``mentor_fit_<factor>`` whose contributions add up to the fit; none for teams.
    """

    educator_id: str
    carer_id: str
    form: MentorForm
    fit: float
    present: bool = False
    competencies: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Unserved:
    """Somebody without a carer.

    Parameters
    ----------
    required
        The policy demands a mentor for him.
    code
        ``assignment_none_admitted``: rules stand against everybody; ``assignment_places_gone``:
        there are carers, but fewer places than people who have no others.
    refusals
        How many carers are refused him by each code; a carer may be refused by several.
    admitted
        Carers who may accompany him.
    bottleneck
        Number in ``Assignment.bottlenecks``, from 0 on; ``None`` = of none admitted.
    """

    educator_id: str
    required: bool
    code: str
    refusals: Mapping[str, int] = field(default_factory=dict)
    admitted: int = 0
    bottleneck: int | None = None


@dataclass(frozen=True, slots=True)
class Shortage:
    """More people than places among carers besides whom they have none.

    Parameters
    ----------
    missing
        People who go without, whoever they are: people less places.
    """

    educators: tuple[str, ...]
    carers: tuple[str, ...]
    places: int
    missing: int


@dataclass(frozen=True, slots=True)
class Load:
    """What a carer has to do.

    Parameters
    ----------
    capacity
        People he can accompany in all.
    held
        Those he had before and keeps.
    given
        Those he was given now.
    one_more_serves
        One more place of his would serve one more person: 0 = of those to whom the policy owes
        it, 1 = of the others; ``None`` = it would serve nobody more.
    one_more_fit
        What one more place would add to fit less load costs where it serves nobody more, ≥ 0.
    """

    carer_id: str
    capacity: int
    held: int
    given: int
    one_more_serves: int | None = None
    one_more_fit: float = 0.0

    @property
    def share(self) -> float:
        """Load as a share of the capacity; NaN = no capacity."""
        return (self.held + self.given) / self.capacity if self.capacity else float("nan")


@dataclass(frozen=True, slots=True)
class Spread:
    """How fairly loads are shared: of load/capacity over the carers who may be given somebody.

    Parameters
    ----------
    carers
        Those with capacity and an admitted person or somebody held; the rest cannot share.
    mean, least, most, sd
        Of load/capacity; NaN without carers.
    gini
        0 = the same share each, towards 1 = all with one.
    """

    carers: int
    mean: float
    least: float
    most: float
    sd: float
    gini: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """How it is known that nothing is better.

    Parameters
    ----------
    served_required, required
        Served of those to whom the policy owes it, and how many they are.
    served, people
        Served, and people in all.
    value, bound, gap
        Fit with bonuses less load costs; the bound that prices prove for so many people served;
        bound − value. Counted in units of 10⁻⁶ of fit, to which each pair's worth is rounded.
    """

    served_required: int
    required: int
    served: int
    people: int
    value: float
    bound: float
    gap: float


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who accompanies whom.

    Parameters
    ----------
    form
        The form that was asked for; ``None`` = each one's first that is admitted.
    pairs
        By educator id, present pairs that stand among them.
    loads
        Of all carers, by id.
    """

    form: MentorForm | None
    as_of: dt.datetime
    policy: str
    pairs: tuple[Pair, ...]
    unserved: tuple[Unserved, ...]
    bottlenecks: tuple[Shortage, ...]
    loads: tuple[Load, ...]
    spread: Spread
    certificate: Certificate
    pricing: Pricing = field(default_factory=Pricing)

    def accompaniments(
        self, since: dt.date, until: dt.date | None = None
    ) -> tuple[Accompaniment, ...]:
        """The new pairs as records of the register, which an import takes back."""
        return accompaniments(self.pairs, since, until)


def accompaniments(
    pairs: tuple[Pair, ...], since: dt.date, until: dt.date | None = None
) -> tuple[Accompaniment, ...]:
    """Records of the register of the pairs that are new."""
    return tuple(
        accompaniment(pair.educator_id, pair.form, pair.carer_id, Period(since, until))
        for pair in pairs
        if not pair.present
    )


def accompaniment(educator_id: str, form: MentorForm, by: str, during: Period) -> Accompaniment:
    """A record of the register; its id follows from what it says but its end."""
    said = "\x1f".join((educator_id, form, by, str(during.since)))
    number = hashlib.sha256(said.encode()).hexdigest()[:16]
    return Accompaniment(f"assignment-{number}", educator_id, form, by, during)
