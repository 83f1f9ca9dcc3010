import type { AnyObject } from '@serval/kube/objects';
import { multiVersionCrdNames, webhookServiceName } from '@serval/operator/declarations';
import { injectAnnotation } from '../../objects/certificates.ts';
import { objectKey } from '../../objects/object-key.ts';
import { type Check, eachRender, Tally } from '../check.ts';

export const certificates: Check = {
  name: 'certificates',
  about: 'every reference to a certificate leads to one, which names the Service that is called',
  run(evidence) {
    const tally = new Tally();
    eachRender(evidence, (objects, { webhooks, certificates: mode, namespace }) => {
      const trusting = objects.filter(callsWebhooks);
      for (const object of trusting) {
        tally.look();
        const from = object.metadata.annotations?.[injectAnnotation];
        const isWanted = webhooks && mode === 'cert-manager';
        const path = `metadata.annotations[${injectAnnotation}]`;
        if (!isWanted)
          tally.expect(from === undefined, objectKey(object), path, 'must not be there without cert-manager');
        else checkInjection(tally, object, from, objects, namespace);
      }
      checkMount(tally, objects);
    });
    return tally.verdict();
  },
};

/** Webhook configurations, and definitions that are converted. */
function callsWebhooks({ kind, metadata, spec }: AnyObject): boolean {
  if (kind === 'CustomResourceDefinition') {
    return multiVersionCrdNames().includes(metadata.name ?? '') && spec?.conversion?.strategy === 'Webhook';
  }
  return kind.endsWith('WebhookConfiguration');
}

function checkInjection(
  tally: Tally,
  object: AnyObject,
  from: string | undefined,
  objects: readonly AnyObject[],
  namespace: string,
): void {
  const path = `metadata.annotations[${injectAnnotation}]`;
  const certificate = objects.find(
    ({ kind, metadata }) => kind === 'Certificate' && `${metadata.namespace}/${metadata.name}` === from,
  );
  tally.expect(
    certificate !== undefined,
    objectKey(object),
    path,
    `leads to ${from ?? 'nothing'}, which is not installed`,
  );
  if (!certificate) return;
  const { dnsNames = [], issuerRef = {}, secretName } = certificate['spec'] ?? {};
  const called = `${webhookServiceName}.${namespace}.svc`;
  const key = objectKey(certificate);
  tally.expect(dnsNames.includes(called), key, 'spec.dnsNames', `must have ${called}, by which API servers call`);
  for (const [index, name] of (dnsNames as string[]).entries()) {
    const isOurs = name === called || name.startsWith(`${called}.`);
    tally.expect(
      isOurs,
      key,
      `spec.dnsNames[${index}]`,
      `${name} is not the Service ${namespace}/${webhookServiceName}`,
    );
  }
  const issuer = objects.some(
    ({ kind, metadata }) =>
      kind === issuerRef.kind &&
      metadata.name === issuerRef.name &&
      metadata.namespace === certificate.metadata.namespace,
  );
  tally.expect(issuer, key, 'spec.issuerRef.name', `${issuerRef.kind} ${issuerRef.name} is not installed`);
  const mounts = objects.some(
    ({ kind, metadata, spec }) =>
      kind === 'Deployment' &&
      metadata.namespace === certificate.metadata.namespace &&
      (spec?.template?.spec?.volumes ?? []).some((volume: { secret?: object }) => secretOf(volume) === secretName),
  );
  tally.expect(mounts, key, 'spec.secretName', `no Deployment mounts Secret ${secretName}`);
}

/** What is mounted must be made by somebody. */
function checkMount(tally: Tally, objects: readonly AnyObject[]): void {
  for (const object of objects.filter(({ kind }) => kind === 'Deployment')) {
    tally.look();
    const volumes = (object['spec']?.template?.spec?.volumes ?? []) as { secret?: { secretName?: string } }[];
    for (const [index, volume] of volumes.entries()) {
      const secret = secretOf(volume);
      if (secret === undefined) continue;
      const made = objects.some(({ kind, spec }) => kind === 'Certificate' && spec?.secretName === secret);
      const path = `spec.template.spec.volumes[${index}].secret.secretName`;
      tally.expect(made, objectKey(object), path, `nobody makes Secret ${secret}`);
    }
  }
}

function secretOf(volume: { secret?: { secretName?: string } }): string | undefined {
  return volume.secret?.secretName;
}
