import { isStatusError } from '@serval/kube/objects';

/** Namespaces whose API server takes no projected Secret, and why: told in the status of pipelines while it is tried again. */
export interface WriteRefusals {
  get(namespace: string): string | undefined;
  /** Undefined where there is nothing to write any more, or it was written. */
  set(namespace: string, refusal: string | undefined): void;
  /** Called with the namespace whose refusal is another now. */
  onChange(listener: (namespace: string) => void): () => void;
}

export function createWriteRefusals(): WriteRefusals {
  const refusals = new Map<string, string>();
  const listeners = new Set<(namespace: string) => void>();
  return {
    get: (namespace) => refusals.get(namespace),
    set(namespace, refusal) {
      if (refusals.get(namespace) === refusal) return;
      if (refusal === undefined) refusals.delete(namespace);
      else refusals.set(namespace, refusal);
      for (const listener of [...listeners]) listener(namespace);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

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
