import { compareQuantities, isQuantity } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readObject, readText } from '../../../schema/lenient.ts';
import type { LocalModelNamespaceCache } from '../local-model-namespace-cache/types.ts';
import type { LocalModelNodeGroup } from '../local-model-node-group/types.ts';
import type { LocalModelCache } from './types.ts';

type Cache = LocalModelCache | LocalModelNamespaceCache;

/** What is known of other objects; what is absent is not checked against. */
export interface CacheSurroundings {
  /** All caches of the cluster's scope: two of one source would fight over who serves it (KServe's webhook). */
  caches?: readonly LocalModelCache[];
  /** All groups of the cluster. */
  nodeGroups?: readonly LocalModelNodeGroup[];
}

/** Every error of a cache that a schema cannot tell. `old` is the stored object of an update. */
export function validateLocalModelCache(cache: Cache, old?: Cache, around: CacheSurroundings = {}): FieldError[] {
  const errors = new FieldErrors();
  const spec = readObject(cache.spec);
  const uri = readText(spec?.sourceModelUri);
  const before = readText(readObject(old?.spec)?.sourceModelUri);
  if (uri !== undefined) {
    if (before !== undefined && uri !== before) {
      errors.forbidden(
        'spec.sourceModelUri',
        'must not be changed: nodes hold the model of before. Make another cache',
      );
    } else if (!/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(uri) && !/^file:\/\/\/./i.test(uri)) {
      errors.invalid(
        'spec.sourceModelUri',
        'must be a URI with a scheme, such as hf://ORGANISATION/MODEL or s3://BUCKET/PATH',
      );
    }
    const twin = around.caches?.find(
      (other) => other.metadata.name !== cache.metadata.name && other.spec?.sourceModelUri === uri,
    );
    if (twin) {
      errors.duplicate('spec.sourceModelUri', `must be that of one LocalModelCache; ${twin.metadata.name} has it too`);
    }
  }
  const size = spec?.modelSize;
  if (isQuantity(size) && compareQuantities(size, 0) <= 0) {
    errors.invalid('spec.modelSize', `must be more than 0, got ${size}`);
  }
  validateNodeGroups(spec?.nodeGroups, size, around.nodeGroups, errors);
  return errors.list;
}

function validateNodeGroups(
  names: unknown,
  size: unknown,
  groups: readonly LocalModelNodeGroup[] | undefined,
  errors: FieldErrors,
): void {
  for (const [index, name] of (Array.isArray(names) ? names : []).entries()) {
    const path = `spec.nodeGroups[${index}]`;
    if (name === '') errors.required(path, 'must name a LocalModelNodeGroup');
    if (!groups || typeof name !== 'string' || name === '') continue;
    const group = groups.find(({ metadata }) => metadata.name === name);
    if (!group) {
      errors.invalid(path, `must be a LocalModelNodeGroup of the cluster; there is no ${JSON.stringify(name)}`);
      continue;
    }
    const limit = group.spec?.storageLimit;
    if (isQuantity(size) && isQuantity(limit) && compareQuantities(size, limit) > 0) {
      errors.invalid('spec.modelSize', `must be at most ${limit}, the storageLimit of node group ${name}; got ${size}`);
    }
  }
}
