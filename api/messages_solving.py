"""Words of what no worker could do; each problem says when to come again."""

from __future__ import annotations

from collections.abc import Mapping

from api.phrases import Kind, Phrase

SOLVING_PROBLEMS: Mapping[str, Kind] = {
    "overloaded": Kind(
        503,
        Phrase("Слишком много расчётов", "Too many solves"),
        Phrase(
            "Очередь расчётов заполнена; повторите запрос через время из заголовка Retry-After",
            "The queue of solves is full; try again after the time in the header Retry-After",
        ),
    ),
    "worker_lost": Kind(
        503,
        Phrase("Расчёт прервался", "The solve broke off"),
        Phrase(
            "Процесс расчёта дважды прервался на этом запросе; если это повторится, подробности "
            "— в журнале службы",
            "The solver process broke off twice over this request; if that happens again, the "
            "log of the service has the details",
        ),
    ),
    "solve_overrun": Kind(
        503,
        Phrase("Расчёт не уложился в срок", "The solve overran"),
        Phrase(
            "Расчёт шёл намного дольше своего срока и прерван; увеличьте options.deadline_ms или "
            "сузьте запрос",
            "The solve went on long after its deadline and was ended; raise options.deadline_ms "
            "or narrow the request",
        ),
    ),
    "stopping": Kind(
        503,
        Phrase("Служба останавливается", "The service is being stopped"),
        Phrase(
            "Новые запросы не принимаются; повторите запрос через несколько секунд",
            "New requests are not taken; try again in a few seconds",
        ),
    ),
}
