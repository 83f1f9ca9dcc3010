import { isDeepStrictEqual } from 'node:util';
import { servalKinds } from '@serval/api';
import type { AnyObject } from '@serval/kube/objects';
import { defaultingPath, validatingPath, webhookPaths } from '@serval/operator/declarations';
import { objectKey } from '../../objects/object-key.ts';
import type { Variant } from '../../variant.ts';
import { type Check, eachRender, Tally } from '../check.ts';

const served: ReadonlySet<string> = new Set([
  ...Object.values(webhookPaths),
  ...servalKinds.flatMap((kind) => [defaultingPath(kind), validatingPath(kind)]),
]);

interface Reference {
  namespace?: string;
  name?: string;
  port?: number;
  path?: string;
}

export const webhooks: Check = {
  name: 'webhooks',
  about: 'webhooks and conversions lead to a Service, a Pod and a path that answers',
  run(evidence) {
    const tally = new Tally();
    eachRender(evidence, (objects, variant) => {
      for (const object of objects) {
        for (const { at, service } of referencesOf(object)) {
          tally.look();
          const key = objectKey(object);
          tally.expect(variant.webhooks, key, at, 'must not be there without webhooks');
          if (variant.webhooks) checkReference(tally, key, at, service, objects);
        }
      }
      for (const object of objects) checkSelectors(tally, object, variant);
      const configured = objects.filter(({ kind }) => kind.endsWith('WebhookConfiguration')).length;
      const wanted = variant.webhooks && variant.restricted?.clusterScoped !== false ? 2 : 0;
      tally.expect(configured === wanted, 'webhook configurations', '', `there are ${configured}, not ${wanted}`);
    });
    return tally.verdict();
  },
};

/** API servers ask a restricted operator about its own namespaces only, and any other about all. */
function checkSelectors(tally: Tally, object: AnyObject, { restricted, namespace }: Variant): void {
  if (!object.kind.endsWith('WebhookConfiguration')) return;
  const asked = (object['webhooks'] ?? []) as {
    name?: string;
    namespaceSelector?: { matchExpressions?: Record<string, unknown>[] };
  }[];
  for (const [index, { name, namespaceSelector }] of asked.entries()) {
    // The configuration is in the operator's own namespace, served or not.
    const wanted = restricted && (name?.startsWith('configuration.') ? [namespace] : restricted.watchNamespaces);
    const expected = wanted && [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...wanted] }];
    const isRight = isDeepStrictEqual(namespaceSelector?.matchExpressions, expected);
    const path = `webhooks[${index}].namespaceSelector`;
    tally.expect(isRight, objectKey(object), path, `must select ${wanted?.join(', ') ?? 'all namespaces'}`);
  }
}

function referencesOf(object: AnyObject): { at: string; service: Reference | undefined }[] {
  if (object.kind.endsWith('WebhookConfiguration')) {
    const list = (object['webhooks'] ?? []) as { clientConfig?: { service?: Reference } }[];
    return list.map(({ clientConfig }, index) => ({
      at: `webhooks[${index}].clientConfig.service`,
      service: clientConfig?.service,
    }));
  }
  const config =
    object.kind === 'CustomResourceDefinition' ? object['spec']?.conversion?.webhook?.clientConfig : undefined;
  return config ? [{ at: 'spec.conversion.webhook.clientConfig.service', service: config.service }] : [];
}

function checkReference(
  tally: Tally,
  key: string,
  at: string,
  { namespace, name, port = 443, path }: Reference = {},
  objects: readonly AnyObject[],
): void {
  tally.expect(served.has(path ?? ''), key, `${at}.path`, `the operator answers nothing at ${path}`);
  const service = objects.find(
    ({ kind, metadata }) => kind === 'Service' && metadata.namespace === namespace && metadata.name === name,
  );
  tally.expect(service !== undefined, key, at, `Service ${namespace}/${name} is not installed`);
  if (!service) return;
  const ports = (service['spec']?.ports ?? []) as { port?: number; targetPort?: string | number }[];
  const found = ports.find((entry) => entry.port === port);
  tally.expect(found !== undefined, key, `${at}.port`, `Service ${namespace}/${name} has no port ${port}`);
  const selector = Object.entries((service['spec']?.selector ?? {}) as Record<string, string>);
  const deployment = objects.find(({ kind, metadata, spec }) => {
    const labels = spec?.template?.metadata?.labels ?? {};
    return (
      kind === 'Deployment' &&
      metadata.namespace === namespace &&
      selector.every(([label, value]) => labels[label] === value)
    );
  });
  const serviceKey = objectKey(service);
  tally.expect(
    deployment !== undefined && selector.length > 0,
    serviceKey,
    'spec.selector',
    'selects no Pod that is installed',
  );
  const containers = (deployment?.['spec']?.template?.spec?.containers ?? []) as {
    ports?: { name?: string; containerPort?: number }[];
  }[];
  const reached = containers.some(({ ports: own = [] }) =>
    own.some((entry) => entry.name === found?.targetPort || entry.containerPort === found?.targetPort),
  );
  tally.expect(reached, serviceKey, 'spec.ports', `no container has the port ${found?.targetPort}`);
}
