import type { AnyObject } from '@serval/kube/objects';

interface MetricValue {
  type?: string;
  averageUtilization?: number;
  averageValue?: string;
  value?: string;
}
interface Metric {
  type?: string;
  resource?: { name?: string; target?: MetricValue; current?: MetricValue };
  containerResource?: { name?: string; target?: MetricValue; current?: MetricValue };
  pods?: { target?: MetricValue; current?: MetricValue };
  object?: { target?: MetricValue; current?: MetricValue };
  external?: { target?: MetricValue; current?: MetricValue };
}

const shown = 2;

/** `cpu: 12%/80%`, as `kubectl get hpa` shows targets. */
export function autoscalerTargets(object: AnyObject): string {
  const targets: Metric[] = object['spec']?.metrics ?? [];
  const current: Metric[] = object['status']?.currentMetrics ?? [];
  if (targets.length === 0) return '<none>';
  const texts = targets.slice(0, shown).map((target, index) => metricText(target, current[index]));
  return targets.length > shown ? `${texts.join(', ')} + ${targets.length - shown} more...` : texts.join(', ');
}

function metricText(target: Metric, current: Metric | undefined): string {
  const source = sourceOf(target);
  const now = current && sourceOf(current);
  const text = `${valueText(now?.current, source?.target)}/${valueText(source?.target, source?.target)}`;
  return target.resource || target.containerResource ? `${source?.name}: ${text}` : text;
}

function sourceOf(metric: Metric): { name?: string; target?: MetricValue; current?: MetricValue } | undefined {
  return metric.resource ?? metric.containerResource ?? metric.pods ?? metric.object ?? metric.external;
}

function valueText(value: MetricValue | undefined, target: MetricValue | undefined): string {
  if (target?.averageUtilization !== undefined) {
    return value?.averageUtilization === undefined ? '<unknown>' : `${value.averageUtilization}%`;
  }
  if (target?.averageValue !== undefined)
    return value?.averageValue === undefined ? '<unknown>' : `${value.averageValue} (avg)`;
  return value?.value ?? '<unknown>';
}
