"""The methodist's workbench: pages over the HTTP contract, served by the same process.

Pages ask the contract in process (``ask``), so who may see and do what is decided where it is
decided for machines. A page knows no storage and no engine.
"""
