import type { AnyObject } from '@serval/kube/objects';

/** Current objects by resource and key. */
export function createCurrentState() {
  const resources = new Map<string, { objects: Map<string, AnyObject>; sorted: string[] | undefined }>();

  function put(resource: string, key: string, object: AnyObject): void {
    let table = resources.get(resource);
    if (!table) {
      table = { objects: new Map(), sorted: undefined };
      resources.set(resource, table);
    }
    if (!table.objects.has(key)) table.sorted = undefined;
    table.objects.set(key, object);
  }

  function remove(resource: string, key: string): void {
    const table = resources.get(resource);
    if (table?.objects.delete(key)) table.sorted = undefined;
  }

  function get(resource: string, key: string): AnyObject | undefined {
    return resources.get(resource)?.objects.get(key);
  }

  /** Sorted by key. Keys are sorted when first asked for after one came or went. */
  function list(resource: string, namespace = ''): AnyObject[] {
    const table = resources.get(resource);
    if (!table) return [];
    table.sorted ??= [...table.objects.keys()].sort();
    const prefix = `${namespace}/`;
    const keys = namespace === '' ? table.sorted : table.sorted.filter((key) => key.startsWith(prefix));
    return keys.map((key) => table.objects.get(key)!);
  }

  return { put, remove, get, list };
}
