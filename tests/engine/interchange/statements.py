"""Odd xAPI statements, drawn part by part: most fit the published schemas, some do not."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

ADL = "http://adlnet.gov/expapi/verbs/"
UUID = "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"
HOME = {"homePage": "https://lms.example"}
AGENT = {"account": {**HOME, "name": "e-2"}}
MAIL = {"mbox": "mailto:x@example.org"}
ACTIVITY = {"id": "https://lms.example/courses/a-1"}
ODD_TEXTS = ("", " ", "e-2", "П-17", "x" * 128, "x" * 129, "a\x00b", "a\ud800", "\u202eабв", "\x7f")

actors = st.one_of(
    st.sampled_from([
        AGENT, {**AGENT, "objectType": "Agent", "name": "Ира"}, MAIL,
        {**MAIL, "mbox_sha1sum": None, "account": None}, {**AGENT, "mbox": None},
        {"mbox_sha1sum": "EBD31e95054c018b10727ccffd2ef2ec3a016ee9"},
        {"openid": "https://id.example/x"},
        {**AGENT, "objectType": "Group"}, {**AGENT, "objectType": "Group", "member": [MAIL]},
        {"objectType": "Group", "member": []}, {"objectType": "Group", "member": [AGENT, MAIL]},
        {}, {"account": HOME}, {**AGENT, **MAIL}, {"objectType": "Robot"}, [AGENT], "e-2", None,
    ]),
    st.sampled_from(ODD_TEXTS).map(lambda name: {"account": {**HOME, "name": name}}),
)  # fmt: skip
verbs = st.sampled_from([
    *({"id": f"{ADL}{name}"} for name in ("passed", "failed", "completed", "registered")),
    {"id": f"{ADL}passed", "display": {"ru": "сдал", "sr-Cyrl-RS": "x", "en-GB-oed": "y"}},
    {"id": "http://example.org/danced"}, {"id": "http://example.org/\ud800"}, {"id": "passed"},
    {"id": f"{ADL}passed", "display": {"по-русски": "сдал"}}, {"id": f"{ADL}voided"}, {},
])  # fmt: skip

INTERACTION = {
    "interactionType": "choice", "correctResponsesPattern": ["a[,]b"],
    "choices": [{"id": "a", "description": {"ru": "А"}}, {"id": "b"}],
}  # fmt: skip
SUBSTATEMENT = {
    "objectType": "SubStatement", "actor": AGENT, "verb": {"id": f"{ADL}passed"},
    "object": ACTIVITY, "result": {"success": True},
}  # fmt: skip
objects = st.one_of(
    st.sampled_from([
        ACTIVITY, {**ACTIVITY, "objectType": "Activity", "definition": {}},
        {**ACTIVITY, "definition": {"type": "http://example.org/t", **INTERACTION}},
        {**ACTIVITY, "definition": {"interactionType": "choice", "scale": []}},
        {**ACTIVITY, "definition": {"extensions": {"http://example.org/e": {"deep": [None, 1]}}}},
        {"id": "urn:activity/x/"}, {"id": "urn:"}, {"id": "///"}, {"id": "a-1"},
        {**AGENT, "objectType": "Agent"}, AGENT, {"objectType": "Group", "member": [AGENT]},
        {"objectType": "StatementRef", "id": UUID}, {"objectType": "StatementRef"},
        SUBSTATEMENT, {**SUBSTATEMENT, "id": None}, {**SUBSTATEMENT, "id": UUID},
        {**SUBSTATEMENT, "object": SUBSTATEMENT}, {}, None, 7,
    ]),
    st.sampled_from(ODD_TEXTS).map(lambda code: {"id": f"https://lms.example/{code}"}),
)  # fmt: skip

numbers = st.one_of(
    st.floats(-2, 2), st.integers(-3, 40),
    st.sampled_from([1e308, -1e308, 10**400, float("nan"), float("inf"), True, "1", None]),
)  # fmt: skip
scores = st.fixed_dictionaries(
    {}, optional={"scaled": numbers, "raw": numbers, "min": numbers, "max": numbers}
)
results = st.fixed_dictionaries({}, optional={
    "score": scores,
    "success": st.sampled_from([True, False, 1]),
    "completion": st.booleans(),
    "response": st.sampled_from(["", "да\x00", "\ud800"]),
    "duration": st.sampled_from(
        ["PT1H30M", "P1Y", "P2W", "PT1.55S", "PT0S", "P", f"PT{'9' * 400}H", "полтора часа"]
    ),
    "extensions": st.sampled_from([{}, {"http://example.org/e": [1, {"b": None}]}, {"e": 1}]),
})  # fmt: skip
contexts = st.fixed_dictionaries({}, optional={
    "registration": st.sampled_from([UUID, "7"]),
    "instructor": actors,
    "team": st.sampled_from([{**AGENT, "objectType": "Group"}, AGENT]),
    "contextActivities": st.sampled_from(
        [{"parent": ACTIVITY}, {"grouping": [ACTIVITY, ACTIVITY]}, {"parent": "a-1"}]
    ),
    "revision": st.just("2"), "platform": st.just("СДО"),
    "language": st.sampled_from(["ru", "русский"]),
    "statement": st.sampled_from([{"objectType": "StatementRef", "id": UUID}, {"id": UUID}]),
    "extensions": st.sampled_from([{"http://example.org/e": "x" * 5_000}, {"\ud800": 1}]),
})  # fmt: skip
ATTACHMENT = {
    "usageType": "http://example.org/certificate", "display": {"ru": "Удостоверение"},
    "contentType": "application/pdf", "length": 10, "sha2": "0a" * 32,
    "fileUrl": "https://lms.example/x.pdf",
}  # fmt: skip
attachments = st.sampled_from([
    [], [ATTACHMENT], [ATTACHMENT, {**ATTACHMENT, "length": -1}], [{"display": {}}], ATTACHMENT,
])  # fmt: skip
moments = st.sampled_from([
    "2026-09-02T10:00:00.123Z", "2026-09-02T10:00:00+03:00", "2026-09-02T10:00:00", "2026-09-02",
    "2026-W36-3T10:00:00Z", "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-12:00",
    "2026-02-30T10:00:00Z", "2026-09-02T24:00:00Z", "2026-06-30T23:59:60Z", "вчера", "", 7,
])  # fmt: skip

statements: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"actor": actors, "verb": verbs, "object": objects},
    optional={
        "id": st.sampled_from([UUID, UUID.upper(), "7", None]),
        "timestamp": moments,
        "stored": moments,
        "result": results,
        "context": contexts,
        "authority": actors,
        "version": st.sampled_from(["1.0.3", "2"]),
        "attachments": attachments,
        "more": st.just(1),
    },
)
"""Whole statements; seldom without a fault, as each part has its own."""


@st.composite
def nearly_right(draw: st.DrawFn) -> dict[str, Any]:
    """A right statement with one or two of its parts drawn."""
    made: dict[str, Any] = {
        "id": UUID, "actor": AGENT, "verb": {"id": f"{ADL}passed"}, "object": ACTIVITY,
        "timestamp": "2026-09-02T10:00:00Z",
    }  # fmt: skip
    drawn = draw(statements)
    for name in draw(st.lists(st.sampled_from(sorted(drawn)), max_size=2, unique=True)):
        made[name] = drawn[name]
    return made
