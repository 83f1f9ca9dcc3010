import type { Json } from '@serval/kube/objects';

/** The steps of a path as errors have it: `spec.ports[0].name` has four. A key in brackets may hold dots and slashes. */
export function pathSteps(path: string): string[] {
  const steps: string[] = [];
  for (const [, plain, bracketed] of path.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) steps.push(plain ?? bracketed ?? '');
  return steps;
}

/** What stands at a path of an object; undefined where there is nothing. */
export function valueAt(object: unknown, path: string): Json | undefined {
  let value = object as Json | undefined;
  for (const step of pathSteps(path)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, Json>)[step];
  }
  return value;
}
