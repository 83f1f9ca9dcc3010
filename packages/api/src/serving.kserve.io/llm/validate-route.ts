import type { FieldErrors } from '../../schema/field-errors.ts';
import { readObject, readObjects, readText } from '../../schema/lenient.ts';
import type { Fields } from './validate-workload.ts';

/** A route that somebody else made cannot be changed by us, and two sayings about the same thing must agree. */
export function validateRoute(router: object | undefined, errors: FieldErrors): void {
  const { gateway, ingress, route } = (router ?? {}) as Record<'gateway' | 'ingress' | 'route', unknown>;
  const fields = readObject(route as object) as Fields | undefined;
  if (!fields) return;
  const path = 'spec.router.route';
  const http = readObject(fields['http'] as object) as Fields | undefined;
  const refs = readObjects(http?.['refs'] as Fields[]);
  const spec = readObject(http?.['spec'] as object) as Fields | undefined;
  const gatewayFields = readObject(gateway as object) as Fields | undefined;
  const gatewayRefs = readObjects(gatewayFields?.['refs'] as Fields[]);
  if (refs.length > 0 && spec) errors.invalid(`${path}.http`, 'must have one of refs and spec, not both');
  if (refs.length > 0 && gatewayFields && gatewayRefs.length === 0) {
    errors.invalid(
      `${path}.http.refs`,
      'must not be set beside a gateway without refs: routes that are there hang on a Gateway already',
    );
  }
  const parents = readObjects(spec?.['parentRefs'] as Fields[]);
  if (parents.length > 0 && gatewayRefs.length > 0 && keysOf(parents) !== keysOf(gatewayRefs)) {
    errors.invalid(
      `${path}.http.spec.parentRefs`,
      'must name the same Gateways as spec.router.gateway.refs; best leave them out',
    );
  }
  validateGroup(
    path,
    fields,
    { isIngress: readObject(ingress as object) !== undefined, hasRefs: refs.length > 0 },
    errors,
  );
}

function keysOf(references: [number, Fields][]): string {
  const keys = references.map(([, of]) =>
    ['namespace', 'name', 'sectionName'].map((field) => readText(of[field]) ?? '').join('/'),
  );
  return keys.sort().join(' ');
}

/** Sharing a route by weight needs a route of ours. */
function validateGroup(
  path: string,
  { group, weight }: Fields,
  { isIngress, hasRefs }: { isIngress: boolean; hasRefs: boolean },
  errors: FieldErrors,
): void {
  if (group === undefined && weight === undefined) return;
  if (isIngress) {
    errors.invalid(`${path}.group`, 'must not be set beside spec.router.ingress: only HTTPRoutes are shared');
    return;
  }
  if (group === undefined) errors.required(`${path}.group`, 'must be set beside weight');
  if (weight === undefined) errors.required(`${path}.weight`, 'must be set beside group');
  if (hasRefs) errors.invalid(`${path}.group`, 'must not be set beside http.refs: the route must be ours');
}
