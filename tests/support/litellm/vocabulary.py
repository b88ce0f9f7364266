"""The names that LiteLLM reads from a request, out of its own source: `vocabulary.py DIRECTORY`.

DIRECTORY is the package's. Prints {name: a file that reads it}. Whatever is looked up by a literal
name in a mapping that carries a request's fields, every parameter of the functions that are called
with a request's fields as keywords, and the fields of the types that such keywords are put into.
"""

import ast
import json
import os
import sys

# What LiteLLM calls the mappings that a request's fields travel in.
MAPPINGS = set(
    """
    _body _data _kwargs _litellm_params _metadata _request_body additional_args args all_params
    body body_dict call_kwargs completion_args completion_kwargs data dynamic_params extra_body
    generation_config hidden_params inference_params input_kwargs json_data kwargs
    litellm_completion_request litellm_metadata litellm_params litellm_params_dict local_args
    local_vars metadata model_call_dict model_kwargs new_kwargs non_default_params
    optional_param_args optional_params optional_request_params original_kwargs params
    parsed_body passed_params provider_specific_params query_params request request_body
    request_data request_dict request_kwargs request_metadata request_params
    response_api_optional_params responses_api_request responses_api_request_params
    special_params standard_callback_dynamic_params updated_kwargs user_config
    """.split()
)
# Called with a request's fields as keywords.
FUNCTIONS = {
    "main.py": {"completion", "acompletion", "mock_completion"},
    "router.py": {
        "_acompletion",
        "_completion",
        "acompletion",
        "completion",
        "schedule_acompletion",
    },
    "utils.py": {"get_optional_params", "function_setup", "pre_process_optional_params"},
    "responses/main.py": {"responses", "aresponses", "aresponses_api_with_mcp"},
    "litellm_core_utils/get_litellm_params.py": {"get_litellm_params"},
    "litellm_core_utils/streaming_handler.py": {"__init__"},
    "litellm_core_utils/litellm_logging.py": {"__init__", "update_environment_variables"},
    "proxy/route_llm_request.py": {"route_request"},
}
# Types of keywords, and lists of their names.
TYPES = {
    "ConfigurableClientsideParamsCustomAuth",
    "CredentialLiteLLMParams",
    "CustomPricingLiteLLMParams",
    "GenericLiteLLMParams",
    "LiteLLMParamsTypedDict",
    "LiteLLM_Params",
    "MockRouterTestingParams",
    "ResponsesAPIOptionalRequestParams",
    "StandardCallbackDynamicParams",
}
LISTS = {
    "all_litellm_params",
    "DEFAULT_CHAT_COMPLETION_PARAM_VALUES",
    "OPENAI_CHAT_COMPLETION_PARAMS",
}


def literal(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def mapping(node):
    name = (
        node.id
        if isinstance(node, ast.Name)
        else node.attr
        if isinstance(node, ast.Attribute)
        else None
    )
    return name in MAPPINGS


def strings(node):
    return [one for one in map(literal, ast.walk(node)) if one is not None]


def looked_up(node):
    """The names that one node of a syntax tree looks up in such a mapping."""
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args
    if is_method and node.func.attr in ("get", "pop", "setdefault") and mapping(node.func.value):
        return [literal(node.args[0])]
    if isinstance(node, ast.Subscript) and mapping(node.value):
        return [literal(node.slice)]
    if isinstance(node, ast.Compare) and any(mapping(one) for one in node.comparators):
        return [literal(node.left)]
    return []


def declared(node, file):
    """The names that a function's parameters, a type or a list declare."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in FUNCTIONS.get(
        file, ()
    ):
        return [one.arg for one in node.args.args + node.args.kwonlyargs if one.arg != "self"]
    if isinstance(node, ast.ClassDef) and node.name in TYPES:
        return [
            one.target.id
            for one in node.body
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        ]
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if (
            any(isinstance(one, ast.Name) and one.id in LISTS for one in targets)
            and node.value is not None
        ):
            return strings(node.value)
    return []


def vocabulary(root):
    found = {}
    for directory, folders, files in os.walk(root):
        folders.sort()
        for file in sorted(files):
            if not file.endswith(".py"):
                continue
            path = os.path.join(directory, file)
            relative = os.path.relpath(path, root)
            with open(path, encoding="utf-8") as source:
                tree = ast.parse(source.read())
            for node in ast.walk(tree):
                for name in looked_up(node) + declared(node, relative):
                    if name:
                        found.setdefault(name, relative)
    return found


if __name__ == "__main__":
    print(json.dumps(vocabulary(sys.argv[1])))
