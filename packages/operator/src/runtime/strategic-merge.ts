/** By which field the items of a list in a Pod are told apart (the `patchMergeKey`s of k8s.io/api core/v1). */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  ports: 'containerPort',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  volumes: 'name',
  imagePullSecrets: 'name',
  hostAliases: 'ip',
  topologySpreadConstraints: 'topologyKey',
};

/**
 * `overrides` laid over `base` as a strategic merge patch does it: objects merge, lists of named things merge by name,
 * other lists and values are replaced. New items come first, as in apimachinery's merge. Neither argument is changed.
 */
export function strategicMerge<T extends object>(base: T, overrides: object): T {
  const result: Record<string, unknown> = { ...(base as Record<string, unknown>) };
  for (const [key, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    if (value === null) delete result[key];
    else result[key] = mergeValue(key, result[key], value);
  }
  return result as T;
}

function mergeValue(field: string, base: unknown, value: unknown): unknown {
  if (Array.isArray(value)) {
    const key = mergeKeys[field];
    return key && Array.isArray(base) ? mergeLists(base as Item[], value as Item[], key) : value;
  }
  if (isObject(value) && isObject(base)) {
    // One volume source or value source takes the place of another (`retainKeys`).
    return field === 'valueFrom' ? value : strategicMerge(base, value);
  }
  return value;
}

type Item = Record<string, unknown>;

function mergeLists(base: readonly Item[], overrides: readonly Item[], key: string): Item[] {
  const merged = base.map((item) => {
    const override = overrides.find((candidate) => candidate[key] === item[key]);
    if (!override) return item;
    return key === 'name' && ('valueFrom' in override || 'value' in override)
      ? override
      : strategicMerge(item, override);
  });
  const added = overrides.filter((item) => !base.some((candidate) => candidate[key] === item[key]));
  return [...added, ...merged];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
