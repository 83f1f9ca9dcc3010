import { componentOwnFields, modelOwnFields, runtimeOwnFields, workerOwnFields } from '@serval/api';
import type { Container, PodSpec } from '@serval/kube/objects';

/**
 * The PodSpec inside a component's spec. Everything that is not the component's own is Pod: a cluster may know fields
 * that this release does not, and they reach the Pod untouched.
 */
export function podSpecOfComponent(spec: object): Partial<PodSpec> {
  return withoutFields(spec, componentOwnFields);
}

/** The same of a runtime's spec. */
export function podSpecOfRuntime(spec: object): Partial<PodSpec> {
  return withoutFields(spec, runtimeOwnFields);
}

/** The same of a `workerSpec`, of a runtime or a predictor. */
export function podSpecOfWorker(spec: object): Partial<PodSpec> {
  return withoutFields(spec, workerOwnFields);
}

/** The container inside a `model`. */
export function containerOfModel(model: object): Partial<Container> {
  return withoutFields(model, modelOwnFields);
}

function withoutFields(spec: object, own: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(spec).filter(([field, value]) => !own.has(field) && value !== undefined));
}
