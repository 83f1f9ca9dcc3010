import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readNumber, readObject, readObjects, readText } from '../../../../schema/lenient.ts';
import { autoscalerClassAnnotation, deploymentModeAnnotation, presentModeName } from '../annotations.ts';
import type { ComponentSpec } from '../types.ts';
import { validateKedaMetrics } from './keda-metrics.ts';

/** Whose rules the scaling fields of a service obey; `any` where nobody of Serval's reads them. */
export type Autoscaler = 'hpa' | 'keda' | 'knative' | 'any';

const resourceMetrics: readonly string[] = ['cpu', 'memory'];
const knativeMetrics: readonly string[] = ['concurrency', 'rps'];
const knativeClassAnnotation = 'autoscaling.knative.dev/class';

/** Where no class is written, it is hpa, but then KServe asks for less. */
export function autoscalerOf(annotations: Readonly<Record<string, string>>): Autoscaler | undefined {
  const mode = presentModeName(annotations[deploymentModeAnnotation] ?? 'Standard');
  if (mode === 'Standard') {
    const autoscaler = annotations[autoscalerClassAnnotation];
    if (autoscaler === 'hpa' || autoscaler === 'keda') return autoscaler;
    return autoscaler === undefined ? undefined : 'any';
  }
  if (annotations[knativeClassAnnotation] === 'hpa.autoscaling.knative.dev') return 'hpa';
  return mode === 'Knative' ? 'knative' : 'any';
}

/** Which metrics and targets a component may have under its autoscaler (KServe's validateAutoScalingCompExtension). */
export function validateAutoscaling(
  path: string,
  component: ComponentSpec,
  autoscaler: Autoscaler | undefined,
  errors: FieldErrors,
): void {
  const metric = readText(component.scaleMetric);
  switch (autoscaler) {
    case 'keda':
      if (metric !== undefined) {
        errors.forbidden(
          `${path}.scaleMetric`,
          `must not be set under class keda, which takes autoScaling.metrics; got ${metric}`,
        );
      }
      validateKedaMetrics(`${path}.autoScaling.metrics`, component, errors);
      return;
    case 'knative':
      if (component.deploymentStrategy !== undefined) {
        errors.forbidden(
          `${path}.deploymentStrategy`,
          'must not be set in Knative mode, which replaces revisions as a whole',
        );
      }
      if (metric !== undefined && !knativeMetrics.includes(metric)) {
        errors.unsupported(`${path}.scaleMetric`, metric, knativeMetrics);
      }
      return;
    case 'hpa':
      if (metric !== undefined && !resourceMetrics.includes(metric)) {
        errors.unsupported(`${path}.scaleMetric`, metric, resourceMetrics);
      }
      validatePercentage(path, component, errors);
      validateHpaMetrics(`${path}.autoScaling.metrics`, component, errors);
      return;
    case undefined:
      if (metric === undefined || metric === 'cpu') validatePercentage(path, component, errors);
      return;
    case 'any':
  }
}

function validatePercentage(path: string, component: ComponentSpec, errors: FieldErrors): void {
  const target = readNumber(component.scaleTarget);
  if (target === undefined || target <= 100) return;
  if (component.scaleMetricType !== undefined && component.scaleMetricType !== 'Utilization') return;
  errors.invalid(
    `${path}.scaleTarget`,
    `must be a percentage from 1 to 100 for ${component.scaleMetric ?? 'cpu'}, got ${target}`,
  );
}

function validateHpaMetrics(path: string, component: ComponentSpec, errors: FieldErrors): void {
  for (const [index, metric] of readObjects(readObject(component.autoScaling)?.metrics)) {
    if (metric.type !== 'Resource') {
      errors.invalid(`${path}[${index}].type`, `must be Resource under class hpa, got ${JSON.stringify(metric.type)}`);
    } else if (!readObject(metric.resource)) {
      errors.required(`${path}[${index}].resource`, 'must be set for type Resource');
    }
  }
}
