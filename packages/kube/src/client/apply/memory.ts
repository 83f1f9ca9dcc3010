import { createHash } from 'node:crypto';
import type { KubeObject } from '../../objects/meta.ts';

/** What was applied last to each object, and what came of it. */
export interface AppliedMemory {
  /** Was exactly this applied to the object when it looked as it looks now? */
  settled(live: KubeObject, desired: KubeObject): boolean;
  /** @param result the server's answer to applying `desired`. */
  remember(result: KubeObject, desired: KubeObject): void;
}

/** Forgetting costs one write that changes nothing. */
const maxEntries = 20_000;

export function createAppliedMemory(): AppliedMemory {
  const entries = new Map<string, { desired: string; result: string }>();
  return {
    settled(live, desired) {
      const entry = entries.get(live.metadata.uid ?? '');
      return entry !== undefined && entry.desired === digest(desired) && entry.result === digest(contentOf(live));
    },
    remember(result, desired) {
      const uid = result.metadata.uid ?? '';
      entries.delete(uid);
      entries.set(uid, { desired: digest(desired), result: digest(contentOf(result)) });
      const [oldest] = entries.keys();
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
    },
  };
}

/** Without what changes by itself. */
function contentOf(object: KubeObject): object {
  const { status: _, ...content } = object as KubeObject & { status?: unknown };
  const { managedFields: _m, resourceVersion: _v, generation: _g, ...metadata } = object.metadata;
  return { ...content, metadata };
}

/** Independent of the order of fields, which differs between a list and the answer to a write. */
function digest(value: unknown): string {
  const sorted = JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
  return createHash('sha1').update(sorted).digest('base64');
}
