"""Breast cancer, malignant or benign, XGBoost (binary:logistic), saved as JSON."""

import sys
from pathlib import Path

import numpy as np
import xgboost
from sklearn.datasets import load_breast_cancer

sys.path.append(str(Path(__file__).parents[1]))
from example_files import write_example

here = Path(__file__).parent
data = load_breast_cancer()
rows = data.data.astype(np.float32)
matrix = xgboost.DMatrix(rows, label=data.target)
parameters = {"objective": "binary:logistic", "max_depth": 3, "eta": 0.2, "seed": 1, "nthread": 1, "tree_method": "exact"}
booster = xgboost.train(parameters, matrix, num_boost_round=30)

(here / "model").mkdir(exist_ok=True)
booster.save_model(here / "model" / "model.json")
shown = slice(0, 569, 4)
write_example(
    here, rows[shown], booster.predict(xgboost.DMatrix(rows[shown])), f"xgboost {xgboost.__version__}", "FP32"
)
