"""How good a ranking is: metrics by person, intervals, splits in time, rankers to stand beside."""
