import { type Container, quantityToNumber } from '@serval/kube/objects';

/** GPUs that a container asks for, of whatever kind among `names`. */
export function gpusOf({ resources }: Pick<Container, 'resources'>, names: readonly string[]): number {
  const name = names.find((known) => asked(resources, known) > 0);
  return name === undefined ? 0 : asked(resources, name);
}

/** The container with that many GPUs, of the kind that it asks for already or NVIDIA's (KServe). */
export function withGpus(container: Container, count: number, names: readonly string[]): Container {
  const { resources } = container;
  const name = names.find((known) => asked(resources, known) > 0) ?? 'nvidia.com/gpu';
  return {
    ...container,
    resources: {
      ...resources,
      requests: { ...resources?.requests, [name]: String(count) },
      limits: { ...resources?.limits, [name]: String(count) },
    },
  };
}

/** The API server takes the one for the other where one of them is missing. */
function asked(resources: Container['resources'], name: string): number {
  const written = resources?.requests?.[name] ?? resources?.limits?.[name];
  return written === undefined ? 0 : quantityToNumber(written);
}
