import type { Parameter } from './parameter.ts';

/** Those by which the variants differ: their places are wherever the variants do. */
export const variantParameters: readonly Parameter[] = [
  {
    path: 'watchNamespaces',
    description:
      'Namespaces whose services are served, each with a Role for the operator; empty: all, by a ClusterRole.',
    schema: { type: 'array', items: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' } },
    default: [],
  },
  {
    path: 'clusterScoped',
    description:
      'Of an operator for some namespaces: whether it reads what has no namespace. `false` renders namespaced objects only; the administrator installs webhook configurations.',
    schema: { type: 'boolean' },
    default: true,
  },
  {
    path: 'webhooks.enabled',
    description: 'Whether objects are defaulted, checked and converted before they are stored.',
    schema: { type: 'boolean' },
    default: true,
  },
  {
    path: 'certificates.mode',
    description: 'Who issues the certificate of the webhooks: the operator (self-managed), or cert-manager.',
    schema: { enum: ['self-managed', 'cert-manager'] },
    default: 'self-managed',
  },
];
