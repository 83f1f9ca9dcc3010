import type { AnyObject } from '@serval/kube/objects';
import { services } from '@serval/kube/objects';
import { discover, resourceOfObject } from '../resources/discovery.ts';
import type { ApplyOptions } from './apply-installation.ts';
import { ignoringAbsence } from './handover.ts';

/**
 * Definitions that go on being converted by another operator of Serval, where one does: any of them converts for all, and the one that
 * came first stays in charge of it while its Service is there.
 */
export async function convertedAsBefore(
  definitions: readonly AnyObject[],
  { client, namespace, signal }: ApplyOptions,
): Promise<AnyObject[]> {
  const resources = await discover(client, signal);
  const kept: AnyObject[] = [];
  for (const definition of definitions) {
    const resource = resourceOfObject(resources, definition, 'installation');
    const before = await ignoringAbsence(client.get(resource, { name: definition.metadata.name ?? '' }, { signal }));
    const conversion = before?.['spec']?.conversion;
    const { caBundle: _, ...clientConfig } = conversion?.webhook?.clientConfig ?? {};
    const { service } = clientConfig;
    const isOthers =
      service?.name === definition['spec']?.conversion?.webhook?.clientConfig?.service?.name &&
      service !== undefined &&
      service.namespace !== namespace &&
      (await ignoringAbsence(client.get(services, service, { signal }))) !== undefined;
    kept.push(
      isOthers
        ? withConversion(definition, { ...conversion, webhook: { ...conversion.webhook, clientConfig } })
        : definition,
    );
  }
  return kept;
}

function withConversion(definition: AnyObject, conversion: object): AnyObject {
  return { ...definition, spec: { ...definition['spec'], conversion } };
}
