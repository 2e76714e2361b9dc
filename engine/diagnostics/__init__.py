"""From diagnostic results to a posterior of proficiency per measured node.

::

    DiagnosticResult, ItemResponse
      │ validation      every fault of the values and of rows against each other
      │ evidence        duplicates, criteria and observers → sittings
      │ scores          reliability and age → effective tasks per node
      ▼ hierarchy       person → node, integrated over the person's level
    Proficiency
"""

from engine.diagnostics.scores import estimate_proficiency

__all__ = ["estimate_proficiency"]
