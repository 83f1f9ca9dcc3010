import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readNumber, readObject, readObjects, readText } from '../../../../schema/lenient.ts';
import { loggerModes } from '../logger-fields.ts';
import type { ComponentSpec } from '../types.ts';

/** Least values of fields that are counts. */
const leastValues = { minReplicas: 0, maxReplicas: 0, containerConcurrency: 0, timeout: 0, scaleTarget: 1 } as const;
const leastBatchValues = { maxBatchSize: 1, maxLatency: 1, timeout: 0 } as const;
/** As Go writes a duration, which is how the agent reads it. */
const durationPattern = /^[-+]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/;

/** The rules that predictor, transformer and explainer share (KServe's ComponentExtensionSpec.Validate). */
export function validateComponent(path: string, component: ComponentSpec, errors: FieldErrors): void {
  atLeast(path, component, leastValues, errors);
  const least = readNumber(component.minReplicas) ?? 1;
  const most = readNumber(component.maxReplicas) ?? 0;
  if (most > 0 && least > most) {
    errors.invalid(`${path}.minReplicas`, `must be at most maxReplicas (${most}), got ${least}`);
  }
  const share = readNumber(component.canaryTrafficPercent);
  if (share !== undefined && (share < 0 || share > 100)) {
    errors.invalid(`${path}.canaryTrafficPercent`, `must be from 0 to 100, got ${share}`);
  }
  validateLogger(`${path}.logger`, component, errors);
  const batcher = readObject(component.batcher);
  if (batcher) atLeast(`${path}.batcher`, batcher, leastBatchValues, errors);
  validateContainerNames(path, component, errors);
}

function atLeast(
  path: string,
  object: Readonly<Record<string, unknown>>,
  leasts: Readonly<Record<string, number>>,
  errors: FieldErrors,
): void {
  for (const [field, least] of Object.entries(leasts)) {
    const value = readNumber(object[field]);
    if (value !== undefined && value < least) {
      errors.invalid(`${path}.${field}`, `must be at least ${least}, got ${value}`);
    }
  }
}

function validateLogger(path: string, component: ComponentSpec, errors: FieldErrors): void {
  const logger = readObject(component.logger);
  if (!logger) return;
  const mode = readText(logger.mode);
  if (mode !== undefined && !(loggerModes as readonly string[]).includes(mode)) {
    errors.unsupported(`${path}.mode`, mode, loggerModes);
  }
  const storage = readObject(logger.storage);
  for (const field of storage ? (['path', 'parameters', 'key'] as const) : []) {
    if (storage?.[field] === undefined) {
      errors.required(
        `${path}.storage.${field}`,
        'must be set: the logger needs key, path and parameters of its storage',
      );
    }
  }
  atLeast(path, logger, { batchSize: 1 }, errors);
  const interval = readText(logger.batchInterval);
  if (interval !== undefined && !durationPattern.test(interval)) {
    errors.invalid(`${path}.batchInterval`, `must be a duration such as 5s or 100ms, got ${JSON.stringify(interval)}`);
  }
}

function validateContainerNames(path: string, component: ComponentSpec, errors: FieldErrors): void {
  const containers = readObjects(component.containers);
  const seen = new Set<string>();
  for (const [index, { name }] of containers) {
    const at = `${path}.containers[${index}].name`;
    if (!name) {
      if (containers.length > 1) errors.required(at, 'must name each of several containers');
    } else if (seen.has(name)) {
      errors.duplicate(at, `must be unique, ${JSON.stringify(name)} is there twice`);
    } else {
      seen.add(name);
    }
  }
}
