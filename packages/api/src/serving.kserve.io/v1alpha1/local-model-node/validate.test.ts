import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateLocalModelNodeGroup } from '../local-model-node-group/index.ts';
import { type LocalModelNode, validateLocalModelNode } from './index.ts';

const paths = (localModels: unknown) =>
  validateLocalModelNode({
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'LocalModelNode',
    metadata: { name: 'node-1' },
    spec: { localModels } as LocalModelNode['spec'],
  }).map(({ path }) => path);
const model = { modelName: 'llama', sourceModelUri: 'hf://meta/llama' };

test('one name stands for one source', () => {
  assert.deepEqual(
    paths([model, { ...model, namespace: 'a' }, { ...model, sourceModelUri: 'hf://meta/b', nodeGroup: 'b' }]),
    [],
  );
  assert.deepEqual(paths([model, { ...model, sourceModelUri: 'hf://meta/b' }]), ['spec.localModels[1].modelName']);
  assert.deepEqual(paths([{ modelName: '', sourceModelUri: '' }]), [
    'spec.localModels[0].modelName',
    'spec.localModels[0].sourceModelUri',
  ]);
});

test('nodes and groups of any shape are answered', () => {
  for (const models of [null, 'x', [null, 3, {}]]) paths(models);
  const group = { apiVersion: 'serving.kserve.io/v1alpha1', kind: 'LocalModelNodeGroup', metadata: { name: 'gpu' } };
  assert.deepEqual(validateLocalModelNodeGroup({ ...group, spec: null as never }), []);
  const [error] = validateLocalModelNodeGroup({ ...group, spec: { storageLimit: '-1Gi' } as never });
  assert.equal(error?.path, 'spec.storageLimit');
});
