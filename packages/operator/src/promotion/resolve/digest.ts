import { createHash } from 'node:crypto';
import type { KeptService, PromotionStatus } from '@serval/api';

type Content = NonNullable<PromotionStatus['content']>;

/**
 * Digest of all that is promoted: the service with its labels and annotations, every image, and the model's revision. The same in every
 * stage that it goes through: fields in any order, and absent ones as if not written, make no other digest.
 */
export function promotionDigest(service: KeptService, content: Content): string {
  const { images, modelRevision } = content;
  return `sha256:${createHash('sha256').update(canonical({ service, images, modelRevision })).digest('hex')}`;
}

/** JSON with sorted fields. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
