import type { Secret } from '@serval/kube/objects';
import type { Source } from './source.ts';

/** Of credentials of one kind. */
export interface SourceCache<Content> {
  /** What a Secret is as a source; parsed once as long as it is the same object in the same version. */
  sourceOf(secret: Secret, parse: (secret: Secret) => Source<Content>): Source<Content>;
  size(): number;
}

export interface SourceCacheOptions {
  /** Secrets that are kept, of which the one that was asked for longest ago goes first. Default 4,000: of 1,000 pipelines, a few each. */
  readonly limit?: number;
  readonly count?: (outcome: 'kept' | 'read') => void;
}

/** Knows no Secret by its name: whoever asks has read it, and of one that cannot be read nothing is used that was kept. */
export function createSourceCache<Content>({
  limit = 4_000,
  count = () => {},
}: SourceCacheOptions = {}): SourceCache<Content> {
  const kept = new Map<string, Source<Content>>();
  return {
    sourceOf(secret, parse) {
      const { uid, resourceVersion } = secret.metadata;
      const key = `${uid}/${resourceVersion}`;
      const known = kept.get(key);
      count(known ? 'kept' : 'read');
      const source = known ?? parse(secret);
      kept.delete(key);
      kept.set(key, source);
      if (kept.size > limit) kept.delete(kept.keys().next().value ?? '');
      return source;
    },
    size: () => kept.size,
  };
}
