import type { Parameter } from './parameter.ts';

/** Those by which the variants differ: their places are wherever the variants do. */
export const variantParameters: readonly Parameter[] = [
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
