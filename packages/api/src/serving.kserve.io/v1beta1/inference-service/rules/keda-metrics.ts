import { compareQuantities, isQuantity } from '@serval/kube/objects';
import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readNumber, readObject, readObjects } from '../../../../schema/lenient.ts';
import { type MetricTarget, metricSourceTypes, type ScalingMetric } from '../autoscaling-fields.ts';
import type { ComponentSpec } from '../types.ts';

/** Metrics of class keda: each with its source, a target of a type that fits it, and that target's value (KServe's rules). */
export function validateKedaMetrics(path: string, component: ComponentSpec, errors: FieldErrors): void {
  for (const [index, metric] of readObjects(readObject(component.autoScaling)?.metrics)) {
    const at = `${path}[${index}]`;
    switch (metric.type) {
      case 'Resource':
        validateResource(`${at}.resource`, metric.resource, errors);
        break;
      case 'External':
        validateQuery(`${at}.external`, metric.external, errors);
        break;
      case 'PodMetric':
        validateQuery(`${at}.podmetric`, metric.podmetric, errors);
        break;
      default:
        errors.unsupported(`${at}.type`, String(metric.type), metricSourceTypes);
    }
  }
}

function validateResource(path: string, given: ScalingMetric['resource'], errors: FieldErrors): void {
  const resource = readObject(given);
  if (!resource) {
    errors.required(path, 'must be set for type Resource');
    return;
  }
  const target = readObject(resource.target) ?? {};
  const allowed = resource.name === 'memory' ? ['AverageValue', 'Utilization'] : ['Utilization'];
  if (!allowed.includes(target.type ?? '')) {
    errors.unsupported(`${path}.target.type`, String(target.type ?? ''), allowed);
    return;
  }
  const average = target.averageValue;
  if (target.type === 'AverageValue' && isQuantity(average) && compareQuantities(average, '1Mi') < 0) {
    errors.invalid(`${path}.target.averageValue`, `must be at least 1Mi for memory, got ${average}`);
  }
  validateTarget(`${path}.target`, target, errors);
}

function validateQuery(
  path: string,
  given: { metric?: { query?: string }; target?: MetricTarget } | undefined,
  errors: FieldErrors,
): void {
  const source = readObject(given);
  if (!source) {
    errors.required(path, 'must be set for this type of metric');
    return;
  }
  if (!readObject(source.metric)?.query)
    errors.required(`${path}.metric.query`, 'must say what to ask the metrics system');
  const target = readObject(source.target) ?? {};
  if (target.value === undefined) errors.required(`${path}.target.value`, 'must be the value to aim at');
  else validateTarget(`${path}.target`, target, errors);
}

function validateTarget(path: string, target: MetricTarget, errors: FieldErrors): void {
  if (target.type === 'Utilization') {
    const share = readNumber(target.averageUtilization);
    if (share === undefined) errors.required(`${path}.averageUtilization`, 'must be set for type Utilization');
    else if (share < 1 || share > 100) {
      errors.invalid(`${path}.averageUtilization`, `must be a percentage from 1 to 100, got ${share}`);
    }
  }
  if (target.type === 'AverageValue' && target.averageValue === undefined) {
    errors.required(`${path}.averageValue`, 'must be set for type AverageValue');
  }
  if (target.type === 'Value' && target.value === undefined) {
    errors.required(`${path}.value`, 'must be set for type Value');
  }
}
