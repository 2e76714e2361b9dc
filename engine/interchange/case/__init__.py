"""1EdTech CASE 1.0: a framework as a CFPackage, and a CFPackage as a framework.

What goes where
---------------
==========================  =====================================================================
of our framework            in the package
==========================  =====================================================================
id, version, title          ``CFDocument``: ``notes``, ``version``, ``title``
code (exact)                ``CFItem.humanCodingScheme``
title, description          ``abbreviatedStatement``, ``fullStatement`` (the title, if there is no
                            description)
keywords                    ``conceptKeywords``
stages                      ``educationLevel``
level                       ``CFItemType`` and ``CFDefinitions.CFItemTypes``
parent, order               ``CFAssociation`` ``isChildOf`` with ``sequenceNumber``
other frameworks            ``CFAssociation`` ``exactMatchOf`` and its kin
positions, subjects,        ``CFItem.notes``, one line ``learning-routes:`` and JSON: CASE 1.0 has
functions, theme, …         no field for them and no extensions
==========================  =====================================================================

A package of others has no such line; its levels follow from the hierarchy, it restricts nobody.
"""

from engine.interchange.case.files import read_case, write_framework
from engine.interchange.case.model import CasePackage, Match
from engine.interchange.case.reading import case_package
from engine.interchange.case.writing import case_document, day_of_version

__all__ = [
    "CasePackage",
    "Match",
    "case_document",
    "case_package",
    "day_of_version",
    "read_case",
    "write_framework",
]
