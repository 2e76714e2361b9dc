"""What every worker begins with; to import it is to make this process ready to be forked.

The loops are loaded here once, not in each worker after its fork: that would take each of them half
a second, also the one that replaces a dead one while a caller waits. ``warm`` runs no thread and
keeps none, so nothing of it is missing in a fork. A worker asks for it again: there it costs
nothing, and where it failed here, the worker fails in the same way and says why.
"""

from __future__ import annotations

import contextlib

from api.standing import nothing_collected, spare_what_stays

with nothing_collected():
    # the names by which the fork server's children find their work
    import api.computing.apart
    import api.computing.calls
    import api.solving.worker  # noqa: F401
    from engine.planning.warm import warm

    with contextlib.suppress(Exception):
        warm()
# Collections in a worker would touch, and so copy, the pages of everything loaded so far.
spare_what_stays()
