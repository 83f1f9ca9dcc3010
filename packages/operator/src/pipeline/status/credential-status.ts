import type { PipelineStageStatus } from '@serval/api';
import type { Origin, Resolution } from '../resolution.ts';

type Entries = Required<Pick<PipelineStageStatus, 'effective' | 'masked'>>;

/** What holds and what does not, as it may be shown: where everything is from, and nothing of what it is. */
export function credentialStatus({
  effective,
  dropped,
  problems,
}: Resolution<Origin & { readonly key: string }>): Entries {
  return {
    effective: [
      ...effective.map(({ key, source, sourceRef, uid, revision, grantedBy }) => ({
        match: key,
        source,
        sourceRef: { ...sourceRef, uid },
        revision,
        ...(grantedBy ? { grantedBy } : {}),
      })),
      ...problems.map(({ match, source, sourceRef, reason, message }) => ({
        match,
        source,
        sourceRef: { ...sourceRef },
        reason,
        message,
      })),
    ],
    masked: dropped.map(({ key, source, sourceRef, maskedBy }) => ({
      match: key,
      source,
      sourceRef: { ...sourceRef },
      maskedBy: maskedBy.match,
    })),
  };
}
