import { type Container, isQuantity, type Pod, parseQuantity } from '@serval/kube/objects';
import { containersOf } from '../container/environment.ts';

/** `Guaranteed`, `Burstable` or `BestEffort` (k8s qos.ComputePodQOS): from cpu and memory only. */
export function qosClassOf(pod: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = containersOf(pod);
  const anything = containers.some(({ resources }) =>
    (['requests', 'limits'] as const).some((kind) =>
      ['cpu', 'memory'].some((name) => amount(resources?.[kind]?.[name]) > 0n),
    ),
  );
  if (!anything) return 'BestEffort';
  return containers.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

function isGuaranteed({ resources }: Container): boolean {
  return ['cpu', 'memory'].every((name) => {
    const limit = amount(resources?.limits?.[name]);
    const request = resources?.requests?.[name];
    return limit > 0n && (request === undefined || amount(request) === limit);
  });
}

function amount(quantity: string | number | undefined): bigint {
  return isQuantity(quantity) ? parseQuantity(quantity).nano : 0n;
}
