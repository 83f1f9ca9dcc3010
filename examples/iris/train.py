"""Iris flowers, three classes, XGBoost (multi:softprob). Two versions that differ in their hyper-parameters."""

import sys
from pathlib import Path

import numpy as np
import xgboost
from sklearn.datasets import load_iris

sys.path.append(str(Path(__file__).parents[1]))
from example_files import shortest, write_example

here = Path(__file__).parent
data = load_iris()
rows = data.data.astype(np.float32)
matrix = xgboost.DMatrix(rows, label=data.target)


def train(rounds, **parameters):
    common = {"objective": "multi:softprob", "num_class": 3, "seed": 1, "nthread": 1, "tree_method": "exact"}
    return xgboost.train({**common, **parameters}, matrix, num_boost_round=rounds)


first = train(20, max_depth=3, eta=0.3)
second = train(40, max_depth=4, eta=0.15, min_child_weight=0.5, reg_lambda=2)

for folder, name, booster in [
    ("model", "model.ubj", first),
    ("model-json", "model.json", first),
    ("model-v2", "model.ubj", second),
]:
    (here / folder).mkdir(exist_ok=True)
    booster.save_model(here / folder / name)

write_example(
    here,
    rows,
    first.predict(matrix),
    f"xgboost {xgboost.__version__}",
    "FP32",
    extra={"predictionsOfVersion2": shortest(second.predict(matrix))},
)
