import { isStatusError } from '@serval/kube/objects';

const webhookName = /^(?:Internal error occurred: )?(?:admission webhook|failed calling webhook) "([^"\s]{1,253})"/;
const policyName = /ValidatingAdmissionPolicy '([^'\s]{1,253})'/;
const quotaName = /exceeded quota: ([^\s,]{1,253}),/;

/**
 * Why an API server did not take a Secret, in words of our own: what a webhook or a policy says may quote what it was shown. Undefined
 * where the write was not refused: somebody else wrote meanwhile, or nobody answered.
 */
export function refusalOf(error: unknown): string | undefined {
  if (!isStatusError(error) || error.reason === 'Conflict') return undefined;
  const { message, code, reason } = error;
  const by = (what: string, name: string | undefined) => (name ? [`${what} ${name}`] : []);
  const [who] = [
    ...by('webhook', webhookName.exec(message)?.[1]),
    ...by('policy', policyName.exec(message)?.[1]),
    ...by('quota', quotaName.exec(message)?.[1]),
  ];
  return `the API server answered ${code} ${reason}${who ? ` (${who})` : ''}`;
}
