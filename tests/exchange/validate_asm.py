# Validates ASM documents against the qPCR schema; what that schema refers to in others is stated here.
"""validate_asm.py SCHEMA FOLDER: exit status 1 and one line a fault when a *.json of the folder is not valid."""
import json
import pathlib
import sys

import jsonschema

PURL = "http://purl.allotrope.org/json-schemas/"


def either(kind):
    """A plain value, or one that names its type."""
    return {"anyOf": [{"type": kind}, {"type": "object", "required": ["@type", "value"]}]}


def unit(symbol):
    return {"properties": {"unit": {"const": symbol}}, "required": ["unit"]}


def array_of(*kinds):
    return {"type": "array", "items": {"type": list(kinds)}}


def an_object(required, **properties):
    named = {name.replace("_", " "): schema for name, schema in properties.items()}
    return {"type": "object", "required": required, "properties": named}


TEXT = either("string")
QUANTITY = {
    "type": "object",
    "required": ["value", "unit"],
    "properties": {"value": {"type": "number"}, "unit": {"type": "string"}},
}
CORE = {
    "asm": {"properties": {"$asm.manifest": {"type": "string"}}},
    "tQuantityValue": QUANTITY,
    "tStringValue": TEXT,
    "tBooleanValue": either("boolean"),
    "tClass": {"type": "string"},
    "orderedItem": {"properties": {"@index": {"type": "integer", "minimum": 1}}},
}
COMPONENT = {
    "type": "object",
    "required": ["@componentDatatype", "concept"],
    "properties": {"@componentDatatype": {"enum": ["double", "float", "integer", "string"]}, "concept": {"type": "string"}},
}
CUBE = {
    "tDatacube": {
        "type": "object",
        "properties": {
            "label": {"type": "string"},
            "cube-structure": {
                "type": "object",
                "required": ["dimensions", "measures"],
                "properties": {
                    "dimensions": {"type": "array", "uniqueItems": True, "items": COMPONENT},
                    "measures": {"type": "array", "uniqueItems": True, "minItems": 1, "items": COMPONENT},
                },
            },
            "data": {
                "required": ["dimensions", "measures"],
                "properties": {
                    "dimensions": {"type": "array", "items": array_of("number")},
                    "measures": {"type": "array", "items": array_of("number", "null")},
                },
            },
        },
    }
}
CUSTOM = an_object(
    ["custom information document"],
    custom_information_document={
        "type": "array",
        "items": {
            "type": "object",
            "required": ["datum label"],
            "properties": {"datum label": TEXT, "scalar string datum": TEXT, "scalar double datum": either("number")},
            "oneOf": [{"required": ["scalar string datum"]}, {"required": ["scalar double datum"]}],
        },
    },
)
CALCULATED = an_object(
    ["calculated data document"],
    calculated_data_document={
        "type": "array",
        "minItems": 1,
        "items": an_object(
            ["calculated data name", "calculated result"], calculated_data_name=TEXT, calculated_result=QUANTITY
        ),
    },
)
PROCESSED = an_object(
    ["processed data document"],
    processed_data_document={
        "type": "array",
        "minItems": 1,
        "items": an_object([], data_processing_document={"type": "object"}, custom_information_aggregate_document=CUSTOM),
    },
)
ROLES = [
    "control sample role", "standard sample role", "validation sample role", "experiment sample role", "sample role",
    "spiked sample role", "blank role", "unknown sample role", "calibration sample role", "unspiked sample role",
    "specimen role", "quality control sample role", "reference sample role",
]
MEASUREMENT = an_object(
    ["sample document", "device control aggregate document"],
    measurement_identifier=TEXT,
    measurement_time=TEXT,
    calculated_data_aggregate_document=CALCULATED,
    custom_information_aggregate_document=CUSTOM,
    processed_data_aggregate_document=PROCESSED,
    error_aggregate_document=an_object(
        [], error_document={"type": "array", "items": an_object(["error"], error=TEXT, error_feature=TEXT)}
    ),
    sample_document=an_object(
        ["sample identifier"],
        sample_identifier=TEXT,
        sample_role_type={"enum": ROLES},
        custom_information_aggregate_document=CUSTOM,
    ),
    device_control_aggregate_document=an_object(
        ["device control document"],
        device_control_document={"type": "array", "minItems": 1, "items": an_object(["device type"], device_type=TEXT)},
    ),
)
HIERARCHY = {
    "techniqueAggregateDocument": an_object(
        [],
        data_system_document={
            "type": "object",
            "required": ["ASM file identifier", "data system instance identifier"],
            "oneOf": [{"required": ["UNC path", "file name"]}, {"required": ["database primary key"]}],
            "additionalProperties": TEXT,
        },
        device_system_document={"type": "object", "additionalProperties": TEXT},
    ),
    "techniqueDocument": an_object(
        ["measurement aggregate document"],
        analyst=TEXT,
        measurement_aggregate_document=an_object(
            ["measurement document"],
            custom_information_aggregate_document=CUSTOM,
            measurement_document={"type": "array", "minItems": 1, "items": MEASUREMENT},
        ),
    ),
}
UNITS = {"#": unit("#"), "μL": unit("μL"), "(unitless)": unit("(unitless)"), "degC": unit("degC"), "s": unit("s"), "pg/mL": unit("pg/mL")}


def main():
    schema_path, folder = sys.argv[1:]
    schema = json.loads(pathlib.Path(schema_path).read_text())
    store = {
        PURL + "adm/core/REC/2024/09/core.schema": {"$defs": CORE},
        PURL + "adm/core/REC/2024/09/cube.schema": {"$defs": CUBE},
        PURL + "adm/core/REC/2024/09/hierarchy.schema": {"$defs": HIERARCHY},
        PURL + "qudt/REC/2024/09/units.schema": {"$defs": UNITS},
    }
    resolver = jsonschema.RefResolver(base_uri=schema["$id"], referrer=schema, store=store)
    validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
    files = sorted(pathlib.Path(folder).glob("*.json"))
    faults = 0 if files else 1
    for file in files:
        for error in validator.iter_errors(json.loads(file.read_text())):
            faults += 1
            print(file.name, "/".join(map(str, error.absolute_path)), error.message[:200], file=sys.stderr)
            break
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
