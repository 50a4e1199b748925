"""What schemathesis must be told beside the document, because a schema cannot say it."""

import itertools
import re

import schemathesis
from schemathesis import GenerationMode

_numbers = itertools.count(1)


@schemathesis.serializer("application/x-ndjson", "application/ndjson", "application/jsonl")
def as_it_is(ctx, value):
    """The document describes the body as a text."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def before_call(ctx, case, kwargs):
    headers = case.headers if case.headers is not None else {}
    # Ids of records that stateful tests hand on as header values are numbers.
    for name, value in list(headers.items()):
        if isinstance(value, int):
            headers[name] = str(value)
    # A key is for one request: with another one it is refused. See test_idempotency.py.
    key = headers.get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,255}", key):
        headers["Idempotency-Key"] = f"schemathesis-{next(_numbers)}"
    # A page token is of one query: with another one it is refused. See test_paging.py.
    if (
        case.operation.definition.raw.get("operationId") == "listRecords"
        and case.meta
        and case.meta.generation.mode == GenerationMode.POSITIVE
        and case.query
    ):
        case.query.pop("page_token", None)
