"""Access: who calls, what each role may do, how often, and what answers must not say."""
