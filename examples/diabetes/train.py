"""Progression of diabetes after one year, LightGBM (regression), saved as text."""

import sys
from pathlib import Path

import lightgbm
from sklearn.datasets import load_diabetes

sys.path.append(str(Path(__file__).parents[1]))
from example_files import write_example

here = Path(__file__).parent
data = load_diabetes(scaled=False)
parameters = {
    "objective": "regression",
    "num_leaves": 12,
    "learning_rate": 0.1,
    "min_data_in_leaf": 10,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}
columns = list(data.feature_names)
booster = lightgbm.train(
    parameters, lightgbm.Dataset(data.data, label=data.target, feature_name=columns), num_boost_round=50
)

(here / "model").mkdir(exist_ok=True)
booster.save_model(here / "model" / "model.txt")
rows = data.data[::2]
write_example(here, rows, booster.predict(rows), f"lightgbm {lightgbm.__version__}", "FP64")
