import type { ServedResource } from '../registry/served-resource.ts';
import { handleFinalize } from './finalize.ts';
import { handleBinding, handleEviction } from './pod-actions.ts';
import { handleLog } from './pod-log.ts';
import { handleScale } from './scale.ts';
import type { SubresourceHandler } from './subresource.ts';
import { handleTokenRequest } from './token-request.ts';

const handlers: Record<string, SubresourceHandler> = {
  'pods/log': handleLog,
  'pods/binding': handleBinding,
  'pods/eviction': handleEviction,
  'namespaces/finalize': handleFinalize,
  'serviceaccounts/token': handleTokenRequest,
};

/** The handler of `/scale`, `/log` and the like; `undefined` when the resource has no such subresource. */
export function findSubresource(resource: ServedResource, subresource: string): SubresourceHandler | undefined {
  if (subresource === 'scale') return resource.scale ? handleScale : undefined;
  return resource.group === '' ? handlers[`${resource.plural}/${subresource}`] : undefined;
}
