import type { Client } from '@serval/kube/client';
import { defineResource, type KubeObject } from '@serval/kube/objects';
import type { RequestUser } from '../webhooks/admission-review.ts';

/** What somebody wants to do, in the words of RBAC. */
export interface WantedAccess {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  /** Absent for what has none yet. */
  readonly name?: string;
}

interface LocalSubjectAccessReview extends KubeObject {
  spec: {
    user?: string;
    uid?: string;
    groups?: string[];
    extra?: Record<string, string[]>;
    resourceAttributes: WantedAccess;
  };
  status?: { allowed?: boolean; denied?: boolean };
}

/** In a namespace, so that an operator which serves a few of them needs no right beyond these. */
const localSubjectAccessReviews = defineResource<LocalSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'localsubjectaccessreviews',
  kind: 'LocalSubjectAccessReview',
  namespaced: true,
});

/** Asks the API server whether a user may do something. */
export async function may(
  client: Client,
  user: RequestUser,
  wanted: WantedAccess,
  signal: AbortSignal,
): Promise<boolean> {
  const review: LocalSubjectAccessReview = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: localSubjectAccessReviews.kind,
    metadata: { namespace: wanted.namespace },
    spec: {
      ...(user.username ? { user: user.username } : {}),
      ...(user.uid ? { uid: user.uid } : {}),
      ...(user.groups ? { groups: user.groups } : {}),
      ...(user.extra ? { extra: user.extra } : {}),
      resourceAttributes: { ...wanted },
    },
  };
  const { status } = await client.create(localSubjectAccessReviews, review, { signal });
  return status?.allowed === true && status.denied !== true;
}
