import type { Client } from '@serval/kube/client';
import type { KubeObject } from '@serval/kube/objects';
import { may, type WantedAccess } from '../access/may.ts';
import { wantedAccess } from '../pipeline/wanted-access.ts';
import { refused } from './admission-review.ts';
import type { WebhookHandler } from './handlers.ts';

/** More are told nobody: the first ones say what is missing. */
const maxTold = 5;

/**
 * Checks an object by `check`, and then whether who writes it may have used what it refers to. It is asked here and not where credentials
 * are projected, as only a request tells who made it.
 */
export function useHandler(client: Client, check: WebhookHandler): WebhookHandler {
  return async (request, signal) => {
    const answer = await check(request, signal);
    const given = request.object as KubeObject | null | undefined;
    if (!answer.allowed || !given || given.metadata.deletionTimestamp) return answer;
    const { namespace = given.metadata.namespace } = request;
    const object = { ...given, metadata: { ...given.metadata, ...(namespace ? { namespace } : {}) } };
    const wanted = wantedAccess(object, (request.oldObject ?? undefined) as KubeObject | undefined);
    const user = request.userInfo ?? {};
    const answers = await Promise.all(wanted.map((one) => may(client, user, one, signal)));
    const denied = wanted.filter((_, index) => !answers[index]);
    if (denied.length === 0) return answer;
    const told = denied.slice(0, maxTold).map(describe).join(', ');
    const more = denied.length > maxTold ? ` and ${denied.length - maxTold} more` : '';
    return refused(request.uid, `UseDenied: ${JSON.stringify(user.username)} may not ${told}${more}`);
  };
}

function describe({ verb, resource, group, namespace, name }: WantedAccess): string {
  const kind = group ? `${resource}.${group}` : resource;
  return `${verb} ${kind}${name ? ` "${name}"` : ''} in namespace ${namespace}`;
}
