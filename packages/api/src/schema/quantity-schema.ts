import type { StructuralSchema } from '@serval/kube/schema';

/** An integer or a text in the notation of quantities: sign, digits, and a decimal or binary suffix or an exponent. */
const quantityPattern =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';

const anyOf: StructuralSchema[] = [{ type: 'integer' }, { type: 'string' }];

const schemas = {
  definitions: {
    quantity: { anyOf, pattern: quantityPattern, 'x-kubernetes-int-or-string': true },
    intOrString: { anyOf, 'x-kubernetes-int-or-string': true },
  },
  // The same without saying it twice: the walker knows what a quantity is, and says it in better words than a pattern.
  checks: {
    quantity: { format: 'quantity', 'x-kubernetes-int-or-string': true },
    intOrString: { 'x-kubernetes-int-or-string': true },
  },
} satisfies Record<string, Record<string, StructuralSchema>>;

/** A quantity such as 500m, 2 or 1.5Gi, as API servers want it written in a CRD. */
export function quantitySchema(purpose: keyof typeof schemas): StructuralSchema {
  return schemas[purpose].quantity;
}

/** A number or a text, such as a port or its name. */
export function intOrStringSchema(purpose: keyof typeof schemas): StructuralSchema {
  return schemas[purpose].intOrString;
}
