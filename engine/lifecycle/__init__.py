"""Life of a route after it was built: states, who holds which shared resource, replanning.

Pure: no storage, no clock, no HTTP. Instants are arguments, results are values; whoever stores
them decides about transactions.
"""
