import { ModelError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { above32, below32 } from '../trees/neighbours.ts';
import { packForest } from '../trees/packed.ts';
import { createTreeModel } from '../trees/tree-model.ts';
import { countAt, listAt, numbersAt, objectAt, textAt } from './fields.ts';
import { objectiveNamed } from './objectives.ts';
import { readTree } from './trees.ts';
import { parseUbjson } from './ubjson.ts';

/** A saved `Booster`, JSON or UBJSON. Throws `ModelError`. */
export function loadXgboost(bytes: Uint8Array, encoding: 'json' | 'ubjson'): Model {
  return modelFromDocument(parse(bytes, encoding), encoding);
}

function parse(bytes: Uint8Array, encoding: 'json' | 'ubjson'): unknown {
  try {
    return encoding === 'json' ? JSON.parse(new TextDecoder().decode(bytes)) : parseUbjson(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError('ModelInvalid', `not valid ${encoding === 'json' ? 'JSON' : 'UBJSON'}: ${reason}`, { cause });
  }
}

function modelFromDocument(document: unknown, encoding: 'json' | 'ubjson'): Model {
  const learner = objectAt(document, 'learner', 'model');
  const booster = objectAt(learner, 'gradient_booster', 'learner');
  const { trees: container, weights } = treeContainer(booster);
  const parameters = objectAt(learner, 'learner_model_param', 'learner');
  const featureCount = countAt(parameters, 'num_feature', 'learner_model_param');
  const classes = countAt(parameters, 'num_class', 'learner_model_param', 0);
  const targets = countAt(parameters, 'num_target', 'learner_model_param', 1);
  const outputs = Math.max(classes, targets, 1);
  const objective = objectiveNamed(textAt(objectAt(learner, 'objective', 'learner'), 'name', 'learner.objective'));

  const trees = listAt(container, 'trees', 'gradient_booster.model');
  const groups = numbersAt(container, 'tree_info', 'gradient_booster.model', trees.length);
  if (outputs > Math.max(trees.length, 1)) {
    throw new ModelError('ModelInvalid', `the model names ${outputs} outputs but has only ${trees.length} trees`);
  }
  if (weights && weights.length !== trees.length) {
    throw new ModelError(
      'ModelInvalid',
      `gradient_booster.weight_drop has ${weights.length} entries for ${trees.length} trees`,
    );
  }
  const read = trees.map((tree, index) => {
    const group = groups[index]!;
    if (!(group >= 0 && group < outputs)) {
      throw new ModelError('ModelInvalid', `tree_info[${index}] is ${group}, the model has ${outputs} outputs`);
    }
    return readTree(tree as Record<string, unknown>, `trees[${index}]`, group, Math.fround(weights?.[index] ?? 1));
  });
  const base = baseScores(parameters['base_score'], outputs).map((score) => Math.fround(objective.toMargin(score)));
  return createTreeModel({
    format: 'xgboost',
    platform: `xgboost_${encoding}`,
    datatype: 'FP32',
    featureCount,
    columns: columnNames(learner['feature_names'], featureCount),
    forest: packForest(read, { featureCount, above: above32, below: below32 }),
    sum: { base, single: true },
    finish: objective.finish,
    // Booster.predict gives [rows, classes] for multi:softprob even when a class stands alone.
    keepOutputAxis: classes > 1 && objective.finish.perRow === 'all',
  });
}

/** The trees of `gbtree`, or of the `gbtree` inside `dart` with the weights of its trees. */
function treeContainer(booster: Record<string, unknown>) {
  const name = textAt(booster, 'name', 'gradient_booster');
  if (name === 'gbtree') return { trees: objectAt(booster, 'model', 'gradient_booster') };
  if (name === 'dart') {
    const inner = objectAt(booster, 'gbtree', 'gradient_booster');
    return {
      trees: objectAt(inner, 'model', 'gradient_booster.gbtree'),
      weights: numbersAt(booster, 'weight_drop', 'gradient_booster'),
    };
  }
  throw new ModelError('ModelUnsupported', `booster "${name}" is not supported; supported are gbtree and dart`);
}

/** `base_score` is one number as text, or since XGBoost 3.1 a list of one per output, as text too: `[1E0,2E0]`. */
function baseScores(value: unknown, outputs: number): Float64Array {
  const scores =
    typeof value === 'string'
      ? value
          .replace(/^\[|\]$/g, '')
          .split(',')
          .map(Number)
      : [Number.NaN];
  if (scores.some((score) => !Number.isFinite(score)) || (scores.length !== 1 && scores.length !== outputs)) {
    throw new ModelError(
      'ModelInvalid',
      `learner_model_param.base_score: expected one number or ${outputs}, got ${JSON.stringify(value)}`,
    );
  }
  return Float64Array.from({ length: outputs }, (_, output) => Math.fround(scores[scores.length === 1 ? 0 : output]!));
}

function columnNames(value: unknown, featureCount: number): string[] {
  const isList =
    Array.isArray(value) && value.length === featureCount && value.every((name) => typeof name === 'string');
  return isList ? value : [];
}
