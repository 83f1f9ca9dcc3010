import type { Restriction, Variant } from '../variant.ts';
import { and, call, type Expression, empty, literal, not, or, value } from './expression.ts';
import type { ConditionOf } from './merge-variants.ts';
import { probeWatched } from './watched-namespaces.ts';

type VariantKind = Omit<Variant, 'namespace'>;

/** Of the definitions, which are the same for every operator. */
export const certificateKinds: readonly VariantKind[] = [
  { webhooks: true, certificates: 'self-managed' },
  { webhooks: true, certificates: 'cert-manager' },
  { webhooks: false, certificates: 'self-managed' },
];

const restrictions: readonly (Restriction | undefined)[] = [
  undefined,
  { watchNamespaces: [probeWatched], clusterScoped: true },
  { watchNamespaces: [probeWatched], clusterScoped: false },
];

/** What distinguishes the variants that a chart can be rendered to, apart from their namespace. */
export const variantKinds: readonly VariantKind[] = restrictions.flatMap((restricted) =>
  certificateKinds.map((kind) => (restricted ? { ...kind, restricted } : kind)),
);

const webhooksEnabled = value('webhooks.enabled');
const certManagerEnabled = and(webhooksEnabled, call('eq', value('certificates.mode'), literal('cert-manager')));
const selfManaged = and(webhooksEnabled, call('eq', value('certificates.mode'), literal('self-managed')));

/** By the positions in `certificateKinds`. */
const certificateConditions: Readonly<Record<string, Expression | undefined>> = {
  '0': selfManaged,
  '1': certManagerEnabled,
  '2': not(webhooksEnabled),
  '0,1': webhooksEnabled,
  '0,2': not(certManagerEnabled),
  '1,2': not(selfManaged),
  '0,1,2': undefined,
};

const watched = value('watchNamespaces');
const clusterScoped = value('clusterScoped');

/** By the positions in `restrictions`. */
const restrictionConditions: Readonly<Record<string, Expression | undefined>> = {
  '0': empty(watched),
  '1': and(watched, clusterScoped),
  '2': and(watched, not(clusterScoped)),
  '0,1': or(empty(watched), clusterScoped),
  '0,2': or(empty(watched), not(clusterScoped)),
  '1,2': watched,
  '0,1,2': undefined,
};

/** Positions are those in `certificateKinds`. */
export const certificateCondition: ConditionOf = (variants) =>
  certificateConditions[variants.join(',')] ??
  or(...variants.map((variant) => certificateConditions[variant] as Expression));

function conjuncts(condition: Expression | undefined): readonly Expression[] {
  if (condition === undefined) return [];
  return condition.op === 'call' && condition.name === 'and' ? condition.args : [condition];
}

/** Restrictions whose variants are the same ones of the certificates are told together. */
export const variantCondition: ConditionOf = (variants) => {
  const count = certificateKinds.length;
  const certificatesOf = (restriction: number) =>
    variants
      .filter((variant) => Math.floor(variant / count) === restriction)
      .map((variant) => variant % count)
      .join(',');
  const byCertificates = Map.groupBy(restrictions.keys(), certificatesOf);
  byCertificates.delete('');
  return or(
    ...[...byCertificates].map(([kinds, restricted]) => {
      const parts = [restrictionConditions[restricted.join(',')], certificateConditions[kinds]];
      return and(...parts.flatMap(conjuncts));
    }),
  );
};
