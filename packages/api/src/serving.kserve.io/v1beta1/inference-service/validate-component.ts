import type { FieldErrors } from '../../../schema/field-errors.ts';
import type { ComponentSpec } from './types.ts';

const loggerModes = ['all', 'request', 'response'] as const;

/** The rules that predictor, transformer and explainer share (KServe's ComponentExtensionSpec.Validate). */
export function validateComponent(path: string, component: ComponentSpec, errors: FieldErrors): void {
  const atLeast = (
    field: 'minReplicas' | 'maxReplicas' | 'containerConcurrency' | 'timeout' | 'scaleTarget',
    least: number,
  ) => {
    const value = component[field];
    if (typeof value === 'number' && value < least) {
      errors.invalid(`${path}.${field}`, `must be at least ${least}, got ${value}`);
    }
  };
  atLeast('minReplicas', 0);
  atLeast('maxReplicas', 0);
  atLeast('containerConcurrency', 0);
  atLeast('timeout', 0);
  atLeast('scaleTarget', 1);
  const least = component.minReplicas ?? 1;
  const most = component.maxReplicas ?? 0;
  if (most > 0 && least > most) {
    errors.invalid(`${path}.minReplicas`, `must be at most maxReplicas (${most}), got ${least}`);
  }
  if (
    typeof component.scaleTarget === 'number' &&
    component.scaleTarget > 100 &&
    (component.scaleMetric === undefined || component.scaleMetric === 'cpu') &&
    component.scaleMetricType !== 'AverageValue'
  ) {
    errors.invalid(`${path}.scaleTarget`, `must be a percentage from 1 to 100 for cpu, got ${component.scaleTarget}`);
  }
  const share = component.canaryTrafficPercent;
  if (typeof share === 'number' && (share < 0 || share > 100)) {
    errors.invalid(`${path}.canaryTrafficPercent`, `must be from 0 to 100, got ${share}`);
  }
  const mode = component.logger?.['mode'];
  if (typeof mode === 'string' && !(loggerModes as readonly string[]).includes(mode)) {
    errors.unsupported(`${path}.logger.mode`, mode, loggerModes);
  }
  validateContainerNames(path, component, errors);
}

function validateContainerNames(path: string, component: ComponentSpec, errors: FieldErrors): void {
  const containers = Array.isArray(component.containers) ? component.containers : [];
  const seen = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const name = container?.name;
    if (!name) {
      if (containers.length > 1)
        errors.required(`${path}.containers[${index}].name`, 'must name each of several containers');
    } else if (seen.has(name)) {
      errors.duplicate(`${path}.containers[${index}].name`, `must be unique, ${JSON.stringify(name)} is there twice`);
    } else {
      seen.add(name);
    }
  }
}
