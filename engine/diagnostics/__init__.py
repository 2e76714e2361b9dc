"""From diagnostic results to a posterior of proficiency per measured node.

::

    DiagnosticResult, ItemResponse
      │ validation      every fault of the values and of rows against each other
      │ evidence        duplicates, criteria and observers → sittings (official level)
      │ observations    what each row says, of which nodes, on whose sheet
      ▼ system, latent  prior over framework and time × evidence, by expectation propagation
    Proficiency
"""

from engine.diagnostics.scores import estimate_proficiency

__all__ = ["estimate_proficiency"]
