import type { Origin, Resolution } from '../resolution.ts';
import type { ProjectedContent, ProjectedShape } from './plan-projection.ts';
import type { ProjectedSecrets } from './projected-secrets.ts';
import type { WriteRefusals } from './write-refusals.ts';

export type AnyResolution = Resolution<Origin & { readonly key: string }>;

/** One kind of credentials that is brought into namespaces, as one Secret of a fixed name. */
export interface Projection<Resolved extends AnyResolution> {
  readonly shape: ProjectedShape;
  readonly projected: ProjectedSecrets;
  /** Namespaces in which it cannot be written. */
  readonly refusals: WriteRefusals;
  /** What holds in a namespace. */
  resolve(namespace: string, signal: AbortSignal): Promise<Resolved>;
  /** What the Secret of the namespace is to hold; undefined where none of what runs there needs one. */
  contentFor(resolved: Resolved, namespace: string, signal: AbortSignal): Promise<ProjectedContent | undefined>;
}
