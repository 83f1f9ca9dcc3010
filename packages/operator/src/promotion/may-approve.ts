import { pipelines } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { may } from '../access/may.ts';
import type { RequestUser } from '../webhooks/admission-review.ts';

/** What a Role names for those who decide on promotions of a pipeline. No role of Kubernetes or Serval contains it. */
export const approveVerb = 'approve';

/** Asks the API server whether a user may decide on promotions of a pipeline: `approve` on `pipelines`, by its name. */
export async function mayApprove(
  client: Client,
  user: RequestUser,
  pipeline: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<boolean> {
  const { group, plural: resource } = pipelines;
  return await may(client, user, { verb: approveVerb, group, resource, ...pipeline }, signal);
}
