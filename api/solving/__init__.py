"""Solver work outside the HTTP process: calls, workers, and the pool that supervises them."""
