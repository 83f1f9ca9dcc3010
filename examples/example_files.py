"""Writes the files that every example has beside its model.

rows.json      the input rows and, from the library that trained the model, its output for each of them
input.json     a V1 request of the first few rows;  expected.json: the answer to it
input-v2.json  the same rows as a V2 (Open Inference Protocol) request
"""

import json
from pathlib import Path

import numpy as np

SHOWN_ROWS = 4


def shortest(values):
    """Nested lists of Python numbers; a float32 becomes the shortest decimal that reads back as the same float32."""
    array = np.asarray(values)
    if array.dtype == np.float32:
        return np.array([float(str(v)) for v in array.ravel()]).reshape(array.shape).tolist()
    return array.tolist()


def write_example(folder, rows, predictions, library, datatype, input_name="input-0", extra=None):
    """rows: [rows, features]; predictions: what a V1 answer holds for each row; extra: further keys of rows.json."""
    folder = Path(folder)
    instances = shortest(rows)
    shown = shortest(np.asarray(rows)[:SHOWN_ROWS])
    answers = predictions if isinstance(predictions, list) else shortest(predictions)
    assert len(instances) == len(answers) >= 100

    table = {"library": library, "instances": instances, "predictions": answers, **(extra or {})}
    (folder / "rows.json").write_text(json.dumps(table, separators=(",", ":")) + "\n")
    write_pretty(folder / "input.json", {"instances": shown})
    write_pretty(folder / "expected.json", {"predictions": answers[:SHOWN_ROWS]})
    flat = [value for row in shown for value in row]
    tensor = {"name": input_name, "shape": [len(shown), len(shown[0])], "datatype": datatype, "data": flat}
    write_pretty(folder / "input-v2.json", {"inputs": [tensor]})


def write_pretty(path, value):
    """JSON with one row of numbers per line."""
    path.write_text(pretty(value) + "\n")


def pretty(value, indent=""):
    inner = indent + "  "
    if isinstance(value, dict):
        body = ",\n".join(f"{inner}{json.dumps(k)}: {pretty(v, inner)}" for k, v in value.items())
        return "{\n" + body + "\n" + indent + "}"
    if isinstance(value, list) and any(isinstance(v, (list, dict)) for v in value):
        return "[\n" + ",\n".join(inner + pretty(v, inner) for v in value) + "\n" + indent + "]"
    return json.dumps(value)
