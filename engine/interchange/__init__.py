"""Interchange with the outside: data packages in CSV and XLSX, blank forms, documentation."""

from engine.interchange.importer import read_package
from engine.interchange.package import DataPackage, ImportReport, TableCount
from engine.interchange.requests import educator_of, nodes_of, request_for
from engine.interchange.schema import TABLES
from engine.interchange.sparing import read_sparing
from engine.interchange.templates import write_filled, write_templates
from engine.interchange.writing import write_package

__all__ = [
    "TABLES",
    "DataPackage",
    "ImportReport",
    "TableCount",
    "educator_of",
    "nodes_of",
    "read_package",
    "read_sparing",
    "request_for",
    "write_filled",
    "write_package",
    "write_templates",
]
