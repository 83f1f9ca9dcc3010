import type { Variant } from '../variant.ts';
import { and, call, type Expression, literal, not, or, value } from './expression.ts';
import type { ConditionOf } from './merge-variants.ts';

/** What distinguishes the variants that a chart can be rendered to, apart from their namespace. */
export const variantKinds: readonly Omit<Variant, 'namespace'>[] = [
  { webhooks: true, certificates: 'self-managed' },
  { webhooks: true, certificates: 'cert-manager' },
  { webhooks: false, certificates: 'self-managed' },
];

const webhooksEnabled = value('webhooks.enabled');
const certManagerEnabled = and(webhooksEnabled, call('eq', value('certificates.mode'), literal('cert-manager')));
const selfManaged = and(webhooksEnabled, call('eq', value('certificates.mode'), literal('self-managed')));

/** By the positions in `variantKinds`. */
const conditions: Readonly<Record<string, Expression>> = {
  '0': selfManaged,
  '1': certManagerEnabled,
  '2': not(webhooksEnabled),
  '0,1': webhooksEnabled,
  '0,2': not(certManagerEnabled),
  '1,2': not(selfManaged),
};

export const variantCondition: ConditionOf = (variants) => {
  const known = conditions[variants.join(',')];
  return known ?? or(...variants.map((variant) => conditions[variant] as Expression));
};
