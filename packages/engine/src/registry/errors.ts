import { StatusError } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { qualifiedName, type ServedResource } from './served-resource.ts';

type Named = Pick<ServedResource, 'group' | 'plural' | 'kind'>;

// Messages are worded as the API server of Kubernetes words them: clients match on them.

export function notFound(resource: Named, name: string): StatusError {
  return new StatusError('NotFound', `${qualifiedName(resource)} "${name}" not found`, {
    details: details(resource, name),
  });
}

export function alreadyExists(resource: Named, name: string): StatusError {
  return new StatusError('AlreadyExists', `${qualifiedName(resource)} "${name}" already exists`, {
    details: details(resource, name),
  });
}

export function conflict(resource: Named, name: string, why: string): StatusError {
  return new StatusError('Conflict', `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${why}`, {
    details: details(resource, name),
  });
}

export const objectModified =
  'the object has been modified; please apply your changes to the latest version and try again';

export function invalid(resource: Named, name: string, errors: FieldError[]): StatusError {
  const texts = errors.map((error) => (error.path ? `${error.path}: ${error.message}` : error.message));
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  return new StatusError('Invalid', `${kind} "${name}" is invalid: ${list}`, {
    details: {
      name,
      ...(resource.group ? { group: resource.group } : {}),
      kind: resource.kind,
      causes: errors.map(({ path, reason, message }) => ({ reason, message, field: path })),
    },
  });
}

export function forbidden(resource: Named, name: string, why: string): StatusError {
  return new StatusError('Forbidden', `${qualifiedName(resource)} "${name}" is forbidden: ${why}`, {
    details: details(resource, name),
  });
}

export function methodNotAllowed(what: string): StatusError {
  return new StatusError('MethodNotAllowed', what);
}

export function badRequest(message: string, cause?: unknown): StatusError {
  return new StatusError('BadRequest', message, { cause });
}

function details(resource: Named, name: string) {
  return { name, ...(resource.group ? { group: resource.group } : {}), kind: resource.plural };
}
