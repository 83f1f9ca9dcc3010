import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from './platform.ts';

interface XgboostModel {
  learner: {
    gradient_booster: {
      model: {
        gbtree_model_param: { num_trees: string };
        iteration_indptr?: number[];
        tree_info: number[];
        trees: { id: number }[];
      };
    };
  };
}

/**
 * Writes an XGBoost JSON model of at least `sizeBytes`: the trees of the iris example, repeated. Answers what a V1 request for
 * it looks like.
 */
export async function writeLargeModel(folder: string, name: string, sizeBytes: number): Promise<string> {
  const text = await readFile(join(repository, 'examples/iris/model-json/model.json'), 'utf8');
  const model = JSON.parse(text) as XgboostModel;
  const booster = model.learner.gradient_booster.model;
  const rounds = Math.ceil(sizeBytes / text.length);
  const trees = Array.from({ length: rounds }, () => booster.trees).flat();
  const classes = new Set(booster.tree_info).size;
  booster.tree_info = Array.from({ length: rounds }, () => booster.tree_info).flat();
  booster.trees = trees.map((tree, id) => ({ ...tree, id }));
  booster.gbtree_model_param.num_trees = `${trees.length}`;
  booster.iteration_indptr = Array.from({ length: trees.length / classes + 1 }, (_, index) => index * classes);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), JSON.stringify(model));
  return JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });
}
