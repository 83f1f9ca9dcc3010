import type { ClusterStorageContainer, StorageContainerSpec } from '@serval/api';
import { compilePattern } from '@serval/kube/schema';

type Chosen = { readonly spec: StorageContainerSpec | undefined } | { readonly problem: string };

/**
 * The storage container that fetches from an address (KServe): of those that are not disabled and are for Pods, the first by
 * name with a format that fits. With a name, that one alone, and it must fit.
 */
export function chooseStorageContainer(
  uri: string,
  name: string | undefined,
  containers: readonly ClusterStorageContainer[],
): Chosen {
  if (name) return namedContainer(uri, name, containers);
  const inOrder = containers.toSorted((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  for (const container of inOrder.filter((one) => unfit(one) === undefined)) {
    const fits = accepts(container, uri);
    if (typeof fits === 'string') return { problem: fits };
    if (fits) return { spec: container.spec };
  }
  return { spec: undefined };
}

function namedContainer(uri: string, name: string, containers: readonly ClusterStorageContainer[]): Chosen {
  const called = `ClusterStorageContainer ${name}, which spec.predictor.storageContainerName names,`;
  const container = containers.find(({ metadata }) => metadata.name === name);
  if (!container) return { problem: `${called} does not exist` };
  const problem = unfit(container);
  if (problem) return { problem: `${called} ${problem}` };
  const fits = accepts(container, uri);
  if (typeof fits === 'string') return { problem: fits };
  return fits ? { spec: container.spec } : { problem: `${called} does not fetch from ${uri}` };
}

function unfit({ disabled, spec }: ClusterStorageContainer): string | undefined {
  if (disabled) return 'is disabled';
  const { workloadType = 'initContainer' } = spec;
  return workloadType === 'initContainer' ? undefined : `is for the workload ${workloadType}`;
}

/** A prefix hides the expression beside it. An expression that does not compile stops the search, as nobody knows what it meant. */
function accepts({ metadata, spec }: ClusterStorageContainer, uri: string): boolean | string {
  for (const [index, { prefix, regex }] of spec.supportedUriFormats.entries()) {
    if (prefix) {
      if (uri.startsWith(prefix)) return true;
      continue;
    }
    if (!regex) continue;
    try {
      if (compilePattern(regex)(uri)) return true;
    } catch (error) {
      const path = `spec.supportedUriFormats[${index}].regex`;
      return `ClusterStorageContainer ${metadata.name}, ${path}: ${(error as Error).message}`;
    }
  }
  return false;
}
