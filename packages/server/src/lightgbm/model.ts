import { ModelError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { above64, below64 } from '../trees/neighbours.ts';
import { packForest } from '../trees/packed.ts';
import { createTreeModel } from '../trees/tree-model.ts';
import { averaged, finishOf } from './objectives.ts';
import { parseModelText } from './text.ts';
import { readTree } from './trees.ts';

/** A saved `Booster` in LightGBM's text format. Throws `ModelError`. */
export function loadLightgbm(bytes: Uint8Array): Model {
  const { header, trees } = parseModelText(new TextDecoder().decode(bytes));
  const featureCount = header.count('max_feature_idx') + 1;
  const perRound = header.count('num_tree_per_iteration', 1);
  const outputs = Math.max(perRound, 1);
  if (trees.length % outputs !== 0 || outputs > Math.max(trees.length, 1)) {
    throw new ModelError(
      'ModelInvalid',
      `num_tree_per_iteration is ${perRound}, but the file has ${trees.length} trees`,
    );
  }
  const finish = finishOf(header.text('objective'));
  const isAverage = header.text('average_output') !== undefined && trees.length > 0;
  return createTreeModel({
    format: 'lightgbm',
    platform: 'lightgbm_text',
    datatype: 'FP64',
    featureCount,
    columns: columnNames(header.text('feature_names'), featureCount),
    forest: packForest(
      trees.map((section, index) => readTree(section, index % outputs)),
      { featureCount, above: above64, below: below64 },
    ),
    sum: { base: new Float64Array(outputs), single: false },
    finish: isAverage ? averaged(trees.length / outputs, finish) : finish,
    keepOutputAxis: false,
  });
}

function columnNames(text: string | undefined, featureCount: number): string[] {
  const names = text?.split(' ') ?? [];
  return names.length === featureCount ? names : [];
}
