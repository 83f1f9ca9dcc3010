"""Handwritten digits, ten classes, a scikit-learn pipeline (StandardScaler, MLPClassifier) exported to ONNX.

Exported in double precision, as scikit-learn computes, so that the exported model's probabilities are the library's on every
processor.
"""

import sys
import warnings
from pathlib import Path

import sklearn
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

sys.path.append(str(Path(__file__).parents[1]))
from example_files import write_example

here = Path(__file__).parent
data = load_digits()
rows = data.data
network = MLPClassifier(hidden_layer_sizes=(32,), max_iter=60, alpha=0.01, random_state=1)
pipeline = make_pipeline(StandardScaler(), network)
with warnings.catch_warnings():
    # Sixty rounds are enough to show serving.
    warnings.simplefilter("ignore", ConvergenceWarning)
    pipeline.fit(rows, data.target)

exported = convert_sklearn(
    pipeline,
    name="digits",
    initial_types=[("pixels", DoubleTensorType([None, rows.shape[1]]))],
    options={id(network): {"zipmap": False}},
    target_opset=18,
)
(here / "model").mkdir(exist_ok=True)
(here / "model" / "model.onnx").write_bytes(exported.SerializeToString())

shown = rows[::12]
labels = pipeline.predict(shown)
probabilities = pipeline.predict_proba(shown)
predictions = [
    {"label": int(label), "probabilities": row} for label, row in zip(labels, probabilities.tolist(), strict=True)
]
write_example(here, shown, predictions, f"scikit-learn {sklearn.__version__}", "FP64", input_name="pixels")
