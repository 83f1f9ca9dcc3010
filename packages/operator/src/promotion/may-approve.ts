import { pipelines } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { defineResource, type KubeObject } from '@serval/kube/objects';
import type { RequestUser } from '../webhooks/admission-review.ts';

interface LocalSubjectAccessReview extends KubeObject {
  spec: {
    user?: string;
    uid?: string;
    groups?: string[];
    extra?: Record<string, string[]>;
    resourceAttributes: Record<string, string>;
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

/** What a Role names for those who decide on promotions of a pipeline. No role of Kubernetes or Serval contains it. */
export const approveVerb = 'approve';

/** Asks the API server whether a user may decide on promotions of a pipeline: `approve` on `pipelines`, by its name. */
export async function mayApprove(
  client: Client,
  user: RequestUser,
  pipeline: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<boolean> {
  const review: LocalSubjectAccessReview = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: localSubjectAccessReviews.kind,
    metadata: { namespace: pipeline.namespace },
    spec: {
      ...(user.username ? { user: user.username } : {}),
      ...(user.uid ? { uid: user.uid } : {}),
      ...(user.groups ? { groups: user.groups } : {}),
      ...(user.extra ? { extra: user.extra } : {}),
      resourceAttributes: {
        verb: approveVerb,
        group: pipelines.group,
        version: pipelines.version,
        resource: pipelines.plural,
        ...pipeline,
      },
    },
  };
  const { status } = await client.create(localSubjectAccessReviews, review, { signal });
  return status?.allowed === true && status.denied !== true;
}
