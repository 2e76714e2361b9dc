"""From a ranking to a dated route: compile → problem → solve → check."""
