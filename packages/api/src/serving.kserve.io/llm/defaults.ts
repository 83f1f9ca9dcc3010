import type { KubeObject } from '@serval/kube/objects';
import { readObject, readText } from '../../schema/lenient.ts';
import type { LlmRouter } from './spec.ts';

/** On services that share a route, so that they can be found by their group. */
const routingGroupLabel = 'internal.serving.kserve.io/routing-group';

/** The object as the rules know it, in either version. */
interface AnyLlm extends KubeObject {
  spec?: { model?: { name?: string }; router?: LlmRouter };
}

/** The name of the model, and the label of the group that shares a route (KServe's SetDefaults). */
export function defaultLlmService<T extends KubeObject>(service: T): T {
  const result = structuredClone(service) as T & AnyLlm;
  const model = readObject(readObject(result.spec)?.model);
  if (model && (model.name === undefined || model.name === '') && result.metadata.name)
    model.name = result.metadata.name;
  const group = readText(readObject(readObject(readObject(result.spec)?.router)?.route)?.group);
  const labels = readObject(result.metadata.labels);
  if (group) result.metadata.labels = { ...labels, [routingGroupLabel]: group };
  else if (labels && routingGroupLabel in labels) delete labels[routingGroupLabel];
  return result;
}
