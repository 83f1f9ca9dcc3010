import type { KubeObject } from '@serval/kube/objects';
import type { Conversion } from '../../conversion/conversion.ts';
import { readNumber, readObject, readObjects, readText } from '../../schema/lenient.ts';
import type { Fields } from './validate-workload.ts';

/** Where KServe keeps the criticality of a v1alpha1 object in v1alpha2, so that either controller reads what the other one wrote. */
const criticalityAnnotation = 'internal.serving.kserve.io/model-criticality';
const criticalities = ['Critical', 'Standard', 'Sheddable'];

/** LLMInferenceService and its configuration: v1alpha1 to v1alpha2, which is stored, and back. */
export const llmConversion: Conversion = {
  annotations: [criticalityAnnotation],
  toHub(object) {
    const model = objectAt(object, 'spec', 'model');
    const criticality = readText(model?.['criticality']);
    if (model && criticality !== undefined) {
      object.metadata.annotations = { ...object.metadata.annotations, [criticalityAnnotation]: criticality };
      delete model['criticality'];
    }
    const pool = poolOf(object);
    if (pool) poolToHub(pool);
  },
  fromHub(object) {
    const model = objectAt(object, 'spec', 'model');
    const { annotations } = object.metadata;
    const criticality = annotations?.[criticalityAnnotation];
    if (model && annotations && criticality !== undefined && criticalities.includes(criticality)) {
      model['criticality'] = criticality;
      delete annotations[criticalityAnnotation];
      if (Object.keys(annotations).length === 0) delete object.metadata.annotations;
    }
    remove(model, 'confidential');
    remove(objectAt(object, 'spec'), 'kvCacheOffloading');
    remove(objectAt(object, 'spec', 'prefill'), 'kvCacheOffloading');
    const pool = poolOf(object);
    if (pool) poolFromHub(pool);
    statusFromHub(object);
  },
};

function poolOf(object: KubeObject): Fields | undefined {
  return objectAt(object, 'spec', 'router', 'scheduler', 'pool', 'spec');
}

/** InferencePool v1alpha2 of the extension's first group becomes v1 of its present one. */
function poolToHub(pool: Fields): void {
  if (readObject(pool['selector'] as object)) pool['selector'] = { matchLabels: pool['selector'] };
  rename(pool, 'targetPortNumber', 'targetPorts', (number) => [{ number }]);
  const picker = readObject(pool['extensionRef'] as object) as Fields | undefined;
  if (picker) rename(picker, 'portNumber', 'port', (number) => ({ number }));
  rename(pool, 'extensionRef', 'endpointPickerRef', (value) => value);
}

function poolFromHub(pool: Fields): void {
  const labels = readObject(readObject(pool['selector'] as Fields)?.['matchLabels'] as object);
  if (labels) pool['selector'] = labels;
  // One port is what the older form has room for.
  const [first] = readObjects(pool['targetPorts'] as Fields[]);
  if (readNumber(first?.[1]['number']) !== undefined) {
    rename(pool, 'targetPorts', 'targetPortNumber', () => first?.[1]['number']);
  }
  remove(pool, 'appProtocol');
  const picker = readObject(pool['endpointPickerRef'] as object) as Fields | undefined;
  const port = readObject(picker?.['port'] as object) as Fields | undefined;
  if (picker && port) rename(picker, 'port', 'portNumber', () => port['number']);
  rename(pool, 'endpointPickerRef', 'extensionRef', (value) => value);
}

function statusFromHub(object: KubeObject): void {
  const status = objectAt(object, 'status');
  for (const name of ['appliedConfigs', 'workloads', 'referencedBy']) remove(status, name);
  remove(objectAt(object, 'status', 'router'), 'group');
  for (const [, address] of readObjects(status?.['addresses'] as Fields[])) {
    remove(address, 'models');
    remove(address, 'origin');
  }
}

function objectAt(object: KubeObject, ...path: string[]): Fields | undefined {
  let found: unknown = object;
  for (const name of path) found = (readObject(found as object) as Fields | undefined)?.[name];
  return readObject(found as object) as Fields | undefined;
}

function remove(object: Fields | undefined, name: string): void {
  if (object) delete object[name];
}

function rename(object: Fields, from: string, to: string, change: (value: unknown) => unknown): void {
  if (object[from] === undefined) return;
  const value = change(object[from]);
  delete object[from];
  object[to] = value;
}
