import type { AnyObject } from '@serval/kube/objects';

const cpuTarget = 'targetCPUUtilizationPercentage';
// Where v1 keeps what it has no fields for (`pkg/apis/autoscaling/annotations.go`).
const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics';
const behaviorAnnotation = 'autoscaling.alpha.kubernetes.io/behavior';

/** HorizontalPodAutoscaler between autoscaling v1 and v2. */
export function convertAutoscaler(object: AnyObject, apiVersion: string): AnyObject {
  return apiVersion === 'autoscaling/v1' ? toV1(object) : toV2(object);
}

type Metric = { type?: string; resource?: { name?: string; target?: { averageUtilization?: number } } };

function isCpuUtilization(metric: Metric): boolean {
  return (
    metric.type === 'Resource' &&
    metric.resource?.name === 'cpu' &&
    metric.resource.target?.averageUtilization !== undefined
  );
}

function toV1(object: AnyObject): AnyObject {
  const { metrics = [], behavior, ...spec } = object['spec'] ?? {};
  const cpu = (metrics as Metric[]).find(isCpuUtilization);
  const others = (metrics as Metric[]).filter((metric) => metric !== cpu);
  const annotations = {
    ...object.metadata.annotations,
    ...(others.length > 0 ? { [metricsAnnotation]: JSON.stringify(others) } : {}),
    ...(behavior ? { [behaviorAnnotation]: JSON.stringify(behavior) } : {}),
  };
  const { conditions: _conditions, currentMetrics = [], ...status } = object['status'] ?? {};
  const current = (
    (currentMetrics ?? []) as {
      type?: string;
      resource?: { name?: string; current?: { averageUtilization?: number } };
    }[]
  ).find(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu')?.resource?.current
    ?.averageUtilization;
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: { ...object.metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: { ...spec, ...(cpu ? { [cpuTarget]: cpu.resource?.target?.averageUtilization } : {}) },
    status: { ...status, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) },
  };
}

function toV2(object: AnyObject): AnyObject {
  const { [cpuTarget]: percentage, ...spec } = object['spec'] ?? {};
  const {
    [metricsAnnotation]: metricsText,
    [behaviorAnnotation]: behaviorText,
    ...annotations
  } = object.metadata.annotations ?? {};
  const cpu: Metric[] =
    percentage === undefined
      ? []
      : [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percentage } as object },
          },
        ];
  const metrics = [...cpu, ...parseList(metricsText)];
  const behavior = parseObject(behaviorText);
  const { currentCPUUtilizationPercentage: _current, ...status } = object['status'] ?? {};
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: { ...object.metadata, annotations },
    spec: { ...spec, ...(metrics.length > 0 ? { metrics } : {}), ...(behavior ? { behavior } : {}) },
    status,
  };
}

// Annotations are anybody's to write; what cannot be read is left out.
function parseList(text: string | undefined): Metric[] {
  const value = parse(text);
  return Array.isArray(value) ? value : [];
}

function parseObject(text: string | undefined): object | undefined {
  const value = parse(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
