"""Matching: which activity covers which demand, who may take it, how relevant it is."""
