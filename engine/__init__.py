"""Individual learning routes for educators: from diagnostics to a dated, certified route."""

__version__ = "0.1.0"
