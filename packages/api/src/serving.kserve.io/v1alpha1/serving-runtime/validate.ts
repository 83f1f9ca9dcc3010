import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readObject, readObjects, readTexts } from '../../../schema/lenient.ts';
import { validateEnvironments } from '../../blocked-environment.ts';
import { gpuResourcesOf, validateHeadContainer, validateWorkerSpec } from '../../multi-node.ts';
import { validateOwnPriorities } from './priorities.ts';
import type { ClusterServingRuntime, ServingRuntime, ServingRuntimeSpec } from './types.ts';

type Runtime = ServingRuntime | ClusterServingRuntime;

/** The container that serves; those beside it are helpers. */
const servingContainerName = 'kserve-container';

/**
 * Every error of a runtime that a schema cannot tell (the rules of KServe's runtime webhook). `old` is the stored object of an
 * update, for what may not change. What other runtimes make invalid is `validatePrioritiesAmong`'s business. Reads fields
 * leniently and never throws.
 */
export function validateServingRuntime(runtime: Runtime, old?: Runtime): FieldError[] {
  const errors = new FieldErrors();
  const spec = readObject(runtime.spec);
  validateContainers('spec.containers', spec?.containers, errors);
  const worker = readObject(spec?.workerSpec);
  if (worker) validateContainers('spec.workerSpec.containers', worker.containers, errors);
  // Nobody gets a disabled runtime, so it may be unfinished.
  if (!spec || spec.disabled === true) return errors.list;
  validateOwnPriorities(spec, errors);
  validateMultiNode(spec, readObject(old?.spec), errors);
  validateEnvironments('spec.containers', spec.containers, errors);
  validateEnvironments('spec.workerSpec.containers', worker?.containers, errors);
  return errors.list;
}

function validateContainers(
  path: string,
  containers: ServingRuntimeSpec['containers'] | undefined,
  errors: FieldErrors,
): void {
  const items = readObjects(containers);
  if (items.length === 0) errors.required(path, 'must have the container that serves models');
  const seen = new Set<string>();
  for (const [index, { name }] of items) {
    if (!name) errors.required(`${path}[${index}].name`, 'must be set');
    else if (seen.has(name)) {
      errors.duplicate(`${path}[${index}].name`, `must be unique, ${JSON.stringify(name)} is there twice`);
    }
    seen.add(name);
  }
}

function validateMultiNode(spec: ServingRuntimeSpec, old: ServingRuntimeSpec | undefined, errors: FieldErrors): void {
  const worker = readObject(spec.workerSpec);
  if (!worker) {
    if (readObject(old?.workerSpec)) {
      errors.forbidden('spec.workerSpec', 'must not be taken away: services of several nodes may run by it');
    }
    return;
  }
  const gpus = gpuResourcesOf(readTexts(spec.annotations), errors, 'spec.annotations');
  validateWorkerSpec('spec.workerSpec', worker, gpus, errors);
  for (const [index, container] of readObjects(spec.containers)) {
    if (container.name === servingContainerName) {
      validateHeadContainer(`spec.containers[${index}]`, container, gpus, errors);
    }
  }
}
