"""Breast cancer, malignant or benign, LightGBM (binary), saved as text."""

import sys
from pathlib import Path

import lightgbm
from sklearn.datasets import load_breast_cancer

sys.path.append(str(Path(__file__).parents[1]))
from example_files import write_example

here = Path(__file__).parent
data = load_breast_cancer()
parameters = {
    "objective": "binary",
    "num_leaves": 8,
    "learning_rate": 0.15,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}
booster = lightgbm.train(parameters, lightgbm.Dataset(data.data, label=data.target), num_boost_round=30)

(here / "model").mkdir(exist_ok=True)
booster.save_model(here / "model" / "model.txt")
rows = data.data[::4]
write_example(here, rows, booster.predict(rows), f"lightgbm {lightgbm.__version__}", "FP64")
