"""What takes longer than a request should: computed once, beside the requests, and kept.

::

    handler ── Question ──► Computations ── thread ──► process of its own
                 │            one computation a question, kept while the data stand
                 └─ waits for at most WAIT_S, then 202: ask again
"""
