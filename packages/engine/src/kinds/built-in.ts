import type { RuleChecker } from '@serval/kube/cel';
import type { Authorizer, ServiceAccountTokens } from '../access/index.ts';
import type { NameConflict } from '../crd/strategy.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { coreRows } from './core.ts';
import { customResourceDefinitions } from './custom-resource-definitions.ts';
import { defineKind, type KindRow, type LoadSchema } from './define.ts';
import { coreEvents, eventColumns } from './events.ts';
import { networkRows } from './network.ts';
import { pods } from './pods.ts';
import { policyRows } from './policy.ts';
import { reviewRows } from './reviews.ts';
import { storageRows } from './storage.ts';
import { autoscalerRow, workloadRows } from './workloads.ts';

const rows: readonly KindRow[] = [...coreRows, pods, ...storageRows, ...workloadRows, ...networkRows, ...policyRows];

/** Every kind that is served from the start. */
export function builtInResources(
  loadSchema: LoadSchema,
  nameConflict: NameConflict,
  rules: RuleChecker,
  authorizer: Authorizer,
  tokens: ServiceAccountTokens,
): ServedResource[] {
  const define = (row: KindRow) => defineKind(row, loadSchema);
  const event = define(coreEvents);
  const autoscaler = define(autoscalerRow);
  return [
    ...[...rows, ...reviewRows(authorizer, tokens)].map(define),
    define(customResourceDefinitions(nameConflict, rules)),
    { ...event, columns: eventColumns },
    { ...define({ ...coreEvents, group: 'events.k8s.io', stored: event.stored }), columns: eventColumns },
    autoscaler,
    define({ ...autoscalerRow, version: 'v1', stored: autoscaler.stored }),
  ];
}
