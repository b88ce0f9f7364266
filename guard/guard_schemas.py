"""A tool's schema is checked once, not at every call.

`jsonschema.validate` holds each schema against its meta-schema before it looks at the value; the
MCP SDK calls it for the arguments of a call and again for its result: a twelfth of what a call
costs LiteLLM. The value is looked at each time as before.
"""

import json

import jsonschema
from mcp.client import session
from referencing import Registry

import guard_seams

# Schemas that were found good; a client's words never come here, only what servers list.
MOST = 4096
_good = {}


def once_front(original):
    def validate(instance, schema, *args, **kwargs):
        if args or kwargs:
            return original(instance, schema, *args, **kwargs)
        name = json.dumps(schema)
        validator = _good.get(name)
        if validator is None:
            kind = jsonschema.validators.validator_for(schema)
            kind.check_schema(schema)
            if len(_good) >= MOST:
                _good.clear()
            # An empty registry: a reference to an address is not followed.
            validator = _good[name] = kind(json.loads(name), registry=Registry())
        error = jsonschema.exceptions.best_match(validator.iter_errors(instance))
        if error is not None:
            raise error
        return None

    return validate


def install():
    guard_seams.put_in_front(jsonschema, "validate", once_front)
    guard_seams.put_in_front(session, "validate", once_front)
