import type { Pod } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import { deliverAccount } from '../credentials/account/deliver-account.ts';
import { createLookup, type Known, type Reference } from '../credentials/lookup.ts';
import { joinParts } from '../credentials/part.ts';
import type { AgentRequest } from './agent-request.ts';
import { defaultLoggerAccount } from './names.ts';
import type { AgentCredentials } from './with-agent.ts';

export type AgentDecision =
  | { readonly state: 'delivered'; readonly credentials: AgentCredentials }
  /** Messages that name objects, and repeat no value of a Secret. */
  | { readonly state: 'refused'; readonly problems: readonly string[] }
  /** Cannot be said before these are read. */
  | { readonly state: 'unknown'; readonly references: readonly Reference[] };

const nothing: AgentCredentials = { env: [], volumes: [], volumeMounts: [] };

/**
 * What opens the store that an agent writes reports to: the Secrets of the logger's account, and after them those of the Pod's (KServe).
 * Nothing is given to an agent that stores nothing.
 */
export function decideAgentCredentials(
  pod: Pod,
  namespace: string,
  { logger }: AgentRequest,
  known: Known,
  config: ServingConfig,
): AgentDecision {
  const storage = logger?.store.storage;
  if (!storage) return { state: 'delivered', credentials: nothing };
  const lookup = createLookup(known);
  const accounts = [storage.serviceAccountName || defaultLoggerAccount, pod.spec.serviceAccountName || 'default'];
  const parts = [...new Set(accounts)].flatMap((serviceAccountName) => {
    const { annotations = {} } = pod.metadata;
    return deliverAccount({ namespace, serviceAccountName, annotations, sources: [], listed: false }, lookup, config);
  });
  if (lookup.unknown.length > 0) return { state: 'unknown', references: lookup.unknown };
  const problems = parts.flatMap((part) => part.problems ?? []);
  return problems.length > 0
    ? { state: 'refused', problems: [...new Set(problems)] }
    : { state: 'delivered', credentials: joinParts(parts) };
}
