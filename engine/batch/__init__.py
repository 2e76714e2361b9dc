"""Many independent lines over processes or a cluster, into a file that can be continued.

Nothing here knows what a line asks: a function that workers can import answers it.
"""

from engine.batch.clusters import BACKENDS, Cluster, open_cluster
from engine.batch.lines import Line
from engine.batch.results import Results, open_results
from engine.batch.run import answers

__all__ = ["BACKENDS", "Cluster", "Line", "Results", "answers", "open_cluster", "open_results"]
