import type { JsonPatchOperation, KubeObject } from '@serval/kube/objects';
import { clientConfigsOf, type FoundClientConfig } from './client-configs.ts';

/** The Service that the operator's webhooks are behind. */
export interface OwnService {
  readonly namespace: string;
  readonly name: string;
}

/**
 * What changes `caBundle` to `bundle` (PEM) wherever the object leads to our Service: nothing when it is so already. Each change is
 * tied to the entry that was looked at, so that a list that another has changed meanwhile is not patched in the wrong place.
 */
export function bundlePatch(object: KubeObject, service: OwnService, bundle: string): JsonPatchOperation[] {
  const caBundle = Buffer.from(bundle).toString('base64');
  return ownConfigs(object, service)
    .filter(({ clientConfig }) => clientConfig.caBundle !== caBundle)
    .flatMap(({ pointer, clientConfig }): JsonPatchOperation[] => [
      { op: 'test', path: `${pointer}/service/name`, value: service.name },
      { op: 'test', path: `${pointer}/service/path`, value: clientConfig.service?.path ?? null },
      { op: 'add', path: `${pointer}/caBundle`, value: caBundle },
    ]);
}

function ownConfigs(object: KubeObject, service: OwnService): FoundClientConfig[] {
  return clientConfigsOf(object).filter(
    ({ clientConfig }) =>
      clientConfig.service?.namespace === service.namespace &&
      clientConfig.service.name === service.name &&
      clientConfig.service.path !== undefined,
  );
}
