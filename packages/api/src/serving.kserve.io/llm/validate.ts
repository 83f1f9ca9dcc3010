import { checkLabelValue, type KubeObject } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../schema/field-errors.ts';
import { readNumber, readObject, readObjects, readText, readTexts } from '../../schema/lenient.ts';
import { validateCache } from './validate-cache.ts';
import { validateDeviceAnnotations } from './validate-device-annotations.ts';
import { validateModel } from './validate-model.ts';
import { validateRoute } from './validate-route.ts';
import { type Fields, parallelSize, validateWorkload } from './validate-workload.ts';

/**
 * Every error of an LLMInferenceService of either version that a schema cannot tell (KServe's validation of v1alpha2). `old` is the stored
 * object of an update.
 */
export function validateLlmService(service: KubeObject, old?: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = specOf(service);
  if (!spec) {
    errors.required('spec', 'must say what to serve, for example model: {uri: hf://owner/name}');
    return errors.list;
  }
  validateDeviceAnnotations(readTexts(service.metadata.annotations), errors);
  validateModel(readObject(spec['model'] as object), readText(service.metadata.name), errors);
  validateWorkload('spec', spec, errors);
  validateCache('spec.kvCacheOffloading', readObject(spec['kvCacheOffloading'] as object), errors);
  const prefill = readObject(spec['prefill'] as object) as Fields | undefined;
  if (prefill) {
    validateWorkload('spec.prefill', prefill, errors);
    validateCache('spec.prefill.kvCacheOffloading', readObject(prefill['kvCacheOffloading'] as object), errors);
    validateSameActuator(spec, prefill, errors);
  }
  validateRoute(readObject(spec['router'] as object), errors);
  validateScheduler(spec, errors);
  validateImmutable(spec, specOf(old), errors);
  return errors.list;
}

/** Every error of an LLMInferenceServiceConfig: a part of a service, so little is asked of it. */
export function validateLlmConfig(config: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = specOf(config);
  if (!spec) return errors.list;
  if (readObjects(spec['baseRefs'] as object[]).length > 0) {
    errors.forbidden('spec.baseRefs', 'must not be set: configurations are laid over no others');
  }
  validateSchedulerReplicas(schedulerOf(spec), errors);
  return errors.list;
}

function specOf(object: KubeObject | undefined): Fields | undefined {
  return readObject((object as { spec?: object } | undefined)?.spec) as Fields | undefined;
}

function schedulerOf(spec: Fields): Fields | undefined {
  return readObject(readObject(spec['router'] as Fields)?.['scheduler'] as object) as Fields | undefined;
}

/** One metric pipeline serves both, so both must be scaled by the same means. */
function validateSameActuator(spec: Fields, prefill: Fields, errors: FieldErrors): void {
  const actuator = (workload: Fields) => {
    const wva = readObject(readObject(workload['scaling'] as Fields)?.['wva'] as object) as Fields | undefined;
    if (!wva) return undefined;
    return readObject(wva['hpa'] as object) ? 'hpa' : readObject(wva['keda'] as object) ? 'keda' : undefined;
  };
  const [decode, other] = [actuator(spec), actuator(prefill)];
  if (decode && other && decode !== other) {
    errors.invalid('spec.prefill.scaling.wva', `must scale by ${decode}, as spec.scaling.wva does; it has ${other}`);
  }
}

function validateSchedulerReplicas(scheduler: Fields | undefined, errors: FieldErrors): void {
  const replicas = readNumber(scheduler?.['replicas']);
  if (replicas !== undefined && replicas <= 0) {
    errors.invalid('spec.router.scheduler.replicas', `must be more than 0, got ${replicas}`);
  }
}

function validateScheduler(spec: Fields, errors: FieldErrors): void {
  const scheduler = schedulerOf(spec);
  if (!scheduler) return;
  validateSchedulerReplicas(scheduler, errors);
  const path = 'spec.router.scheduler';
  const config = readObject(scheduler['config'] as object) as Fields | undefined;
  if (config) {
    const [inline, ref] = [
      readObject(config['inline'] as object),
      readObject(config['ref'] as object) as Fields | undefined,
    ];
    if (!inline && !ref) errors.required(`${path}.config`, 'must have inline or ref');
    if (inline && ref) errors.invalid(`${path}.config`, 'must have one of inline and ref, not both');
    if (inline && Object.keys(inline).length === 0) errors.invalid(`${path}.config.inline`, 'must not be empty');
    if (ref && !readText(ref['name'])) errors.required(`${path}.config.ref.name`, 'must name a ConfigMap');
  }
  const pool = readObject(readObject(scheduler['pool'] as Fields)?.['spec'] as object) as Fields | undefined;
  if (pool) validatePool(`${path}.pool.spec`, pool, errors);
}

/** The bounds of InferencePools, which the schemas leave out so that both versions take what the other one takes. */
function validatePool(path: string, pool: Fields, errors: FieldErrors): void {
  const port = (at: string, value: unknown) => {
    const number = readNumber(value);
    if (number !== undefined && (number < 1 || number > 65_535))
      errors.invalid(at, `must be from 1 to 65535, got ${number}`);
  };
  port(`${path}.targetPortNumber`, pool['targetPortNumber']);
  for (const [index, target] of readObjects(pool['targetPorts'] as Fields[])) {
    port(`${path}.targetPorts[${index}].number`, target['number']);
  }
  const selector = readObject(pool['selector'] as object) as Fields | undefined;
  const nested = readObject(selector?.['matchLabels'] as object);
  const at = nested ? `${path}.selector.matchLabels` : `${path}.selector`;
  for (const [label, value] of Object.entries(readTexts(nested ?? selector))) {
    const problem = checkLabelValue(value);
    if (problem) errors.invalid(`${at}.${label}`, `${problem}; got ${JSON.stringify(value)}`);
  }
}

/** Ranks of a group know their number from the start. */
function validateImmutable(spec: Fields, old: Fields | undefined, errors: FieldErrors): void {
  if (!old) return;
  const check = (path: string, workload: Fields | undefined, before: Fields | undefined) => {
    const [size, was] = [parallelSize(workload), parallelSize(before)];
    if (size !== was) {
      errors.forbidden(
        `${path}.parallelism`,
        `must stay of size ${was}, got ${size}; delete the service and make it anew`,
      );
    }
  };
  check('spec', spec, old);
  const [prefill, before] = [spec, old].map((of) => readObject(of['prefill'] as object) as Fields | undefined);
  if (prefill && before) check('spec.prefill', prefill, before);
}
