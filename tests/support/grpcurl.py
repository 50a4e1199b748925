"""What grpcurl prints, taken apart."""

import json


def messages(printed):
    """The JSON messages that stand one after another in grpcurl's output."""
    decoder, rest, found = json.JSONDecoder(), printed.strip(), []
    while rest:
        message, end = decoder.raw_decode(rest)
        found.append(message)
        rest = rest[end:].strip()
    return found
