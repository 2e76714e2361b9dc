"""What operators see: request ids, logs without personal data, metrics."""

from api.observability.logs import configure_logging
from api.observability.metrics import Metrics, note_database_failure, note_solve
from api.observability.request_id import current_request_id

__all__ = [
    "Metrics",
    "configure_logging",
    "current_request_id",
    "note_database_failure",
    "note_solve",
]
