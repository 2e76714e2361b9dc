"""Training: outcomes → labelled table → fit → evaluate → promotion gate; never inside a request.

::

    TrainingData ─► gains, labels ─► feature table ─► signals, relevance, effects ─► MatchingModel
"""
