"""Small models of every kind that the readers know, with the library's own predictions (see ../src/libraries.test.ts).

Needs what examples/requirements.txt lists. Writes the models beside itself, and cases.json: for each its rows and predictions.
"""

import json
from pathlib import Path

import lightgbm
import numpy as np
import xgboost

here = Path(__file__).parent
random = np.random.default_rng(7)
rows = random.normal(size=(60, 5)).astype(np.float32).round(3)
rows[:, 4] = random.integers(0, 9, size=60)
signal = rows[:, 0] * 2 - rows[:, 1] + (rows[:, 4] % 3) + rows[:, 2] * rows[:, 3]
rows[random.random(rows.shape) < 0.15] = np.nan
rows[:, 4] = np.abs(rows[:, 4])
rows[::7, 1] = 0
positive = np.exp(signal / 4)
binary = (signal > 0.5).astype(int)
classes = np.digitize(signal, [-0.5, 1.5])
cases = []


def numbers(array):
    array = np.asarray(array)
    flat = [None if np.isnan(v) else float(str(v)) for v in array.ravel()]
    return np.array(flat, dtype=object).reshape(array.shape).tolist()


def with_xgboost(name, label, suffix="json", feature_types=None, **parameters):
    matrix = xgboost.DMatrix(rows, label=label, feature_types=feature_types, enable_categorical=bool(feature_types))
    if parameters.get("objective", "").startswith("rank:"):
        matrix.set_group([20, 20, 20])
    if parameters.get("objective") == "survival:aft":
        matrix.set_float_info("label_lower_bound", label)
        matrix.set_float_info("label_upper_bound", label)
    rounds = parameters.pop("rounds", 4)
    booster = xgboost.train({"max_depth": 3, "seed": 1, "nthread": 1, **parameters}, matrix, num_boost_round=rounds)
    file = f"xgboost-{name}.{suffix}"
    booster.save_model(here / file)
    cases.append({"file": file, "predictions": numbers(booster.predict(matrix))})


def with_lightgbm(name, label, categorical=None, dataset=None, **parameters):
    data = lightgbm.Dataset(
        rows.astype(float), label=label, categorical_feature=categorical or [], params={"verbose": -1, **(dataset or {})}
    )
    if parameters.get("objective") in ("lambdarank", "rank_xendcg"):
        data.set_group([20, 20, 20])
    common = {"num_leaves": 6, "min_data_in_leaf": 3, "seed": 1, "deterministic": True, "num_threads": 1, "verbose": -1}
    categories = {"min_data_per_group": 2, "cat_smooth": 1, "cat_l2": 1, "max_cat_to_onehot": 2}
    booster = lightgbm.train({**common, **categories, **(dataset or {}), **parameters}, data, num_boost_round=4)
    file = f"lightgbm-{name}.txt"
    text = booster.model_to_string()
    # What training was told is no part of the model.
    start, end = text.index("parameters:"), text.index("end of parameters") + len("end of parameters\n")
    (here / file).write_text(text[:start] + text[end:])
    cases.append({"file": file, "predictions": numbers(booster.predict(rows.astype(float)))})


with_xgboost("squared-error", signal, objective="reg:squarederror", base_score=0.25)
with_xgboost("logistic-regression", binary, objective="reg:logistic")
with_xgboost("binary", binary, suffix="ubj", objective="binary:logistic")
with_xgboost("binary-base-score", binary, objective="binary:logistic", base_score=0.2)
with_xgboost("raw-logit", binary, objective="binary:logitraw", base_score=0.3)
with_xgboost("hinge", binary, objective="binary:hinge")
with_xgboost("poisson", positive.round(), objective="count:poisson", base_score=1.5)
with_xgboost("gamma", positive, objective="reg:gamma")
with_xgboost("tweedie", positive, objective="reg:tweedie", tweedie_variance_power=1.3)
with_xgboost("absolute-error", signal, objective="reg:absoluteerror")
with_xgboost("pseudo-huber", signal, objective="reg:pseudohubererror")
with_xgboost("quantile", signal, objective="reg:quantileerror", quantile_alpha=0.6)
with_xgboost("aft", positive, objective="survival:aft")
with_xgboost("cox", positive, objective="survival:cox")
with_xgboost("softmax", classes, objective="multi:softmax", num_class=3)
with_xgboost("softprob", classes, suffix="ubj", objective="multi:softprob", num_class=3, base_score=0.4)
with_xgboost("pairwise", binary, objective="rank:pairwise")
with_xgboost("ndcg", binary, objective="rank:ndcg")
with_xgboost("two-targets", np.stack([signal, positive], axis=1), objective="reg:squarederror")
with_xgboost("forest", signal, objective="reg:squarederror", rounds=1, num_parallel_tree=5, subsample=0.6, eta=1)
with_xgboost("dart", binary, objective="binary:logistic", booster="dart", rate_drop=0.5, rounds=6)
types = ["q", "q", "q", "q", "c"]
with_xgboost("category-one-hot", signal, feature_types=types, objective="reg:squarederror", max_cat_to_onehot=50)
with_xgboost("category-sets", signal, suffix="ubj", feature_types=types, objective="reg:squarederror", max_cat_to_onehot=1)

with_lightgbm("regression", signal, objective="regression")
with_lightgbm("binary", binary, objective="binary", sigmoid=1.7)
with_lightgbm("multiclass", classes, objective="multiclass", num_class=3)
with_lightgbm("one-versus-all", classes, objective="multiclassova", num_class=3)
with_lightgbm("poisson", positive.round(), objective="poisson")
with_lightgbm("tweedie", positive, objective="tweedie")
with_lightgbm("cross-entropy", binary, objective="cross_entropy")
with_lightgbm("cross-entropy-lambda", binary, objective="cross_entropy_lambda")
with_lightgbm("square-root", signal, objective="regression", reg_sqrt=True)
with_lightgbm("quantile", signal, objective="quantile", alpha=0.7)
with_lightgbm("ranking", binary, objective="lambdarank")
with_lightgbm("forest", signal, objective="regression", boosting="rf", bagging_freq=1, bagging_fraction=0.6)
with_lightgbm("forest-binary", binary, objective="binary", boosting="rf", bagging_freq=1, bagging_fraction=0.6)
with_lightgbm("dart", signal, objective="regression", boosting="dart", drop_rate=0.5)
with_lightgbm("zero-as-missing", signal, dataset={"zero_as_missing": True}, objective="regression")
with_lightgbm("without-missing", signal, dataset={"use_missing": False}, objective="regression")
with_lightgbm("categories", signal, categorical=[4], objective="regression")
with_lightgbm("constant", np.ones(60), objective="regression")

table = {"xgboost": xgboost.__version__, "lightgbm": lightgbm.__version__, "rows": numbers(rows), "cases": cases}
(here / "cases.json").write_text(json.dumps(table, separators=(",", ":")) + "\n")
