import type { FieldErrors } from '../../schema/field-errors.ts';
import { readNumber, readObject } from '../../schema/lenient.ts';

/** An object of which nothing is known yet. */
export type Fields = Record<string, unknown>;

/** How a workload is spread, and scaled. `path` is `spec` or `spec.prefill`. */
export function validateWorkload(path: string, workload: Fields, errors: FieldErrors): void {
  validateParallelism(path, workload, errors);
  validateScaling(path, workload, errors);
}

function parallelismOf(workload: Fields | undefined): Fields | undefined {
  return readObject(workload?.['parallelism'] as object) as Fields | undefined;
}

/** How many nodes a group takes (KServe's ParallelismSpec.GetSize). */
export function parallelSize(workload: Fields | undefined): number {
  const parallelism = parallelismOf(workload);
  const [pipeline, data, local] = ['pipeline', 'data', 'dataLocal'].map((name) => readNumber(parallelism?.[name]));
  if (data !== undefined || local !== undefined) return Math.max(Math.floor((data ?? 1) / Math.max(local ?? 1, 1)), 1);
  return pipeline ?? 1;
}

function validateParallelism(path: string, workload: Fields, errors: FieldErrors): void {
  const parallelism = parallelismOf(workload);
  const isSet = (name: string) => readNumber(parallelism?.[name]) !== undefined;
  const isData = isSet('data') || isSet('dataLocal');
  if (readObject(workload['worker'] as object) && !isData && !isSet('pipeline')) {
    errors.required(`${path}.parallelism`, 'must have pipeline, or data and dataLocal, where there is a worker');
  }
  if (isData && isSet('pipeline')) {
    errors.invalid(`${path}.parallelism`, 'must have one of pipeline and data, not both');
  }
  if (isSet('data') && !isSet('dataLocal')) errors.required(`${path}.parallelism.dataLocal`, 'must be set beside data');
  if (isSet('dataLocal') && !isSet('data')) errors.required(`${path}.parallelism.data`, 'must be set beside dataLocal');
}

function validateScaling(path: string, workload: Fields, errors: FieldErrors): void {
  const scaling = readObject(workload['scaling'] as object) as Fields | undefined;
  if (!scaling) return;
  const at = `${path}.scaling`;
  if (readNumber(workload['replicas']) !== undefined) errors.invalid(at, 'must not be set beside replicas');
  const [least, most] = [readNumber(scaling['minReplicas']), readNumber(scaling['maxReplicas'])];
  if (least !== undefined && most !== undefined && least > most) {
    errors.invalid(`${at}.minReplicas`, `must be at most maxReplicas (${most}), got ${least}`);
  }
  const wva = readObject(scaling['wva'] as object) as Fields | undefined;
  if (!wva) {
    errors.required(`${at}.wva`, 'must be set: it says by what to scale');
    return;
  }
  const [hpa, keda] = [readObject(wva['hpa'] as object), readObject(wva['keda'] as object) as Fields | undefined];
  if (hpa && keda) errors.invalid(`${at}.wva`, 'must have one of hpa and keda, not both');
  if (!hpa && !keda) errors.required(`${at}.wva`, 'must have hpa or keda');
  if (keda) validateKeda(at, keda, least, errors);
}

function validateKeda(at: string, keda: Fields, least: number | undefined, errors: FieldErrors): void {
  const path = `${at}.wva.keda`;
  const idle = readNumber(keda['idleReplicaCount']);
  if (idle !== undefined && least === undefined) {
    errors.required(`${at}.minReplicas`, `must be set beside wva.keda.idleReplicaCount (${idle}), and be more`);
  } else if (idle !== undefined && least !== undefined && idle >= least) {
    errors.invalid(`${path}.idleReplicaCount`, `must be less than minReplicas (${least}), got ${idle}`);
  }
  const advanced = readObject(keda['advanced'] as object) as Fields | undefined;
  const modifiers = readObject(advanced?.['scalingModifiers'] as object);
  if (modifiers && Object.values(modifiers).some((value) => value !== '')) {
    errors.forbidden(`${path}.advanced.scalingModifiers`, 'must not be set: the autoscaler decides on the metric');
  }
  const config = readObject(advanced?.['horizontalPodAutoscalerConfig'] as object) as Fields | undefined;
  if (config?.['name']) {
    errors.forbidden(`${path}.advanced.horizontalPodAutoscalerConfig.name`, 'must not be set: the controller names it');
  }
}
