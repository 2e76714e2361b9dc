"""Make the types and methods of the client from the contract: ``python -m api.make_client``."""

from __future__ import annotations

import json
import keyword
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).parent / "openapi.json"
TYPES = Path(__file__).parent / "client" / "types.py"
OPERATIONS = Path(__file__).parent / "client" / "operations.py"
JSON, NDJSON, EVENTS = "application/json", "application/x-ndjson", "text/event-stream"
KEY_HEADER = "idempotency-key"

Schema = Mapping[str, Any]

_MADE = "# fmt: off\n# Made by api.make_client; do not edit by hand.\n"
_SIMPLE = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}


def main() -> None:
    """Write both modules anew."""
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    TYPES.write_text(types_module(contract), encoding="utf-8")
    OPERATIONS.write_text(operations_module(contract), encoding="utf-8")


# ----------------------------------------------------------------------------------- types


def types_module(contract: Schema) -> str:
    """Text of the module of types: a ``TypedDict`` for each object of the contract."""
    parts = [
        '"""Bodies and answers of the contract."""\n',
        _MADE,
        "from __future__ import annotations\n",
        "from typing import Any, Literal, NotRequired, TypeAlias, TypedDict\n",
    ]
    for name, schema in sorted(contract["components"]["schemas"].items()):
        parts.append("\n" + "\n".join(_definition(name, schema)) + "\n")
    return "\n".join(parts)


def _definition(name: str, schema: Schema) -> Iterator[str]:
    properties = schema.get("properties")
    if properties is None:
        yield f'{name}: TypeAlias = "{type_of(schema)}"'
        return
    required = set(schema.get("required", ()))
    fields = {
        field: type_of(own) if field in required else f"NotRequired[{type_of(own)}]"
        for field, own in properties.items()
    }
    if all(f.isidentifier() and not keyword.iskeyword(f) for f in fields):
        yield f"class {name}(TypedDict):"
        yield _docstring(schema.get("description") or name, "    ")
        if fields:
            yield ""
        yield from (f"    {field}: {kind}" for field, kind in fields.items())
    else:
        members = ", ".join(f'"{field}": "{kind}"' for field, kind in fields.items())
        yield f'{name} = TypedDict("{name}", {{{members}}})'


def type_of(schema: Schema, quoted: str = "") -> str:
    """Annotation of a schema; what it leaves open is ``Any``.

    Parameters
    ----------
    quoted
        Prefix of names of the contract's types.
    """
    if "$ref" in schema:
        return quoted + str(schema["$ref"]).rpartition("/")[2]
    for union in ("anyOf", "oneOf"):
        if union in schema:
            kinds = dict.fromkeys(type_of(one, quoted) for one in schema[union])
            return " | ".join(sorted(kinds, key=lambda kind: kind == "None"))
    if "const" in schema:
        return f"Literal[{schema['const']!r}]".replace('"', "'")
    if "enum" in schema:
        return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
    kind = schema.get("type")
    if kind == "array":
        return f"list[{_items(schema, quoted)}]"
    if kind == "object":
        more = schema.get("additionalProperties")
        return f"dict[str, {type_of(more, quoted) if isinstance(more, Mapping) else 'Any'}]"
    return _SIMPLE.get(str(kind), "Any")


def _items(schema: Schema, quoted: str) -> str:
    if "prefixItems" in schema:
        kinds = dict.fromkeys(type_of(one, quoted) for one in schema["prefixItems"])
        return " | ".join(kinds)
    items = schema.get("items")
    return type_of(items, quoted) if isinstance(items, Mapping) else "Any"


# ------------------------------------------------------------------------------- operations


def operations_module(contract: Schema) -> str:
    """Text of the module of methods: one for each operation."""
    methods = [
        "\n".join(_method(verb, path, operation))
        for path, operations in contract["paths"].items()
        for verb, operation in operations.items()
    ]
    head = (
        '"""Every operation of the contract as a method."""\n',
        _MADE,
        "from __future__ import annotations\n",
        "from collections.abc import Iterable, Iterator, Mapping",
        "from typing import Any, Literal\n",
        "from api.client import types",
        "from api.client.transport import Event, Reply, Transport, quoted\n\n",
        "class Operations:",
        '    """Calls over a transport."""\n',
        "    def __init__(self, transport: Transport) -> None:",
        "        self.transport = transport\n",
    )
    return "\n".join(head) + "\n" + "\n\n".join(methods) + "\n"


def _method(verb: str, path: str, operation: Schema) -> Iterator[str]:
    parameters = [p for p in operation.get("parameters", ()) if "name" in p]
    places = [p for p in parameters if p["in"] == "path"]
    query = [p for p in parameters if p["in"] == "query"]
    headers = [p for p in parameters if p["in"] == "header"]
    media_type, body = _body(operation)
    answers = _answers(operation)
    lines = media_type == NDJSON
    events = EVENTS in answers
    yield f"    def {operation['operationId']}("
    yield "        self,"
    for p in sorted(places, key=lambda p: path.index("{" + p["name"] + "}")):
        yield f"        {python_name(p['name'])}: {type_of(p['schema'], 'types.')},"
    if media_type:
        kind = "Iterable[Mapping[str, Any]]" if lines else body
        yield f"        body: {kind},"
    if query or headers:
        yield "        *,"
    for p in sorted((*query, *headers), key=lambda p: not p.get("required", False)):
        yield f"        {python_name(p['name'])}: {_annotated(p)},"
    yield f"    ) -> {_returned(operation, lines, events)}:"
    yield _docstring(operation.get("summary") or operation["operationId"], "        ")
    yield from _call(verb, path, query, headers, media_type, lines, events)


def _call(
    verb: str,
    path: str,
    query: list[Schema],
    headers: list[Schema],
    media_type: str,
    lines: bool,
    events: bool,
) -> Iterator[str]:
    address = _address(path)
    told = ", ".join(f'"{h["name"]}": {python_name(h["name"])}' for h in headers)
    if lines:
        yield f"        return self.transport.lines({address}, body, {{{told}}})"
        return
    if events:
        yield f"        return self.transport.events({address}, {{{told}}})"
        return
    yield "        return self.transport.call("
    yield f'            "{verb.upper()}",'
    yield f"            {address},"
    if query:
        asked = ", ".join(f'"{q["name"]}": {python_name(q["name"])}' for q in query)
        yield f"            query={{{asked}}},"
    if headers:
        yield f"            headers={{{told}}},"
    if media_type:
        yield "            body=body,"
        yield f'            media_type="{media_type}",'
    if any(h["name"].lower() == KEY_HEADER for h in headers):
        yield "            keyed=True,"
    yield "        )"


def _address(path: str) -> str:
    if "{" not in path:
        return f'"{path}"'
    parts = path.split("{")
    text = parts[0]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        text += f"{{quoted({python_name(name)})}}{rest}"
    return f'f"{text}"'


def _annotated(parameter: Schema) -> str:
    kind = type_of(parameter["schema"], "types.")
    if parameter.get("required", False):
        return kind
    return f"{kind} = None" if kind.endswith("None") else f"{kind} | None = None"


def _body(operation: Schema) -> tuple[str, str]:
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return "", ""
    media_type, told = next(iter(content.items()))
    kind = type_of(told.get("schema", {}), "types.") if media_type == JSON else "bytes"
    if not operation["requestBody"].get("required", False):
        return media_type, f"{kind} | None = None"
    return media_type, kind


def _answers(operation: Schema) -> dict[str, Schema]:
    return {
        media_type: told
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for media_type, told in response.get("content", {}).items()
    }


def _returned(operation: Schema, lines: bool, events: bool) -> str:
    if lines:
        return "Iterator[Any]"
    if events:
        return "Iterator[Event]"
    kinds: dict[str, None] = {}
    for status, response in operation["responses"].items():
        if not status.startswith("2"):
            continue
        for media_type, told in response.get("content", {}).items():
            json_kind = type_of(told.get("schema", {}), "types.")
            kinds[json_kind if media_type == JSON else "bytes"] = None
        if not response.get("content") and status == "204":
            kinds["None"] = None
    return f"Reply[{' | '.join(kinds) or 'None'}]"


def python_name(name: str) -> str:
    """Name of an argument: ``If-Match`` → ``if_match``, ``from`` → ``from_``."""
    plain = name.lower().replace("-", "_")
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def _docstring(text: str, indent: str) -> str:
    first = " ".join(text.split("\n\n")[0].split()).replace("\\", "\\\\").replace('"""', "'''")
    return f'{indent}"""{first.rstrip(".")}."""'


if __name__ == "__main__":
    main()
