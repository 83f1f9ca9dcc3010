import type { CredentialGrant } from '@serval/api';
import type { Secret } from '@serval/kube/objects';
import type { Reference } from '../../credentials/lookup.ts';
import { ReferenceRefused } from '../../credentials/read-reference.ts';
import type { ReadReference } from '../../credentials/resolve-delivery.ts';
import { grantFor } from '../grants.ts';
import type { StageOf } from '../stage-layers.ts';
import type { Layer, LayerName, SecretReference } from './layers.ts';
import { placeEntries } from './place-entries.ts';
import { readPullSecret, type Source } from './source-secret.ts';

export interface SourceContext {
  readonly of: StageOf | undefined;
  readonly credentialNamespace: string;
  readonly grants: readonly CredentialGrant[];
}

/** Read Secrets, kept as long as they are the same object in the same version. */
export type SourceCache = Map<string, Source>;

/** Secrets of 1,000 pipelines with a few each. */
const maxKept = 4_000;

/**
 * Reads every Secret that the layers name and may name, so that resolving needs nothing more. What may not be referred to is never read,
 * nor what a nearer layer takes the place of as a whole.
 *
 * @throws what the API server answers when it cannot be read: then nothing is known, and nothing is to change.
 */
export async function readSources(
  layers: readonly Layer[],
  context: SourceContext,
  read: ReadReference,
  cache: SourceCache,
  signal: AbortSignal,
): Promise<(secret: SecretReference, of: LayerName) => Source> {
  const sources = new Map<string, Source>();
  const wanted = placeEntries(layers).flatMap(({ source, entries }) =>
    entries.flatMap(({ entry, scope, mask }) => (scope && !mask ? [{ secretRef: entry.secretRef, source }] : [])),
  );
  await Promise.all(
    wanted.map(async ({ secretRef, source }) => {
      sources.set(keyOf(secretRef, source), await readSource(secretRef, source, context, read, cache, signal));
    }),
  );
  return (secret, of) => sources.get(keyOf(secret, of)) ?? notFound(secret);
}

async function readSource(
  secretRef: SecretReference,
  layer: LayerName,
  context: SourceContext,
  read: ReadReference,
  cache: SourceCache,
  signal: AbortSignal,
): Promise<Source> {
  const permitted = permissionFor(secretRef, layer, context);
  if ('refusal' in permitted) return { state: 'failed', reason: 'RefNotPermitted', message: permitted.refusal };
  const object = await readOrRefusal({ kind: 'Secret', ...secretRef }, read, signal);
  if (object instanceof ReferenceRefused) {
    return { state: 'failed', reason: 'SecretForbidden', message: object.message };
  }
  if (!object || object.metadata.deletionTimestamp) return notFound(secretRef);
  const key = `${object.metadata.uid}/${object.metadata.resourceVersion}`;
  const source = cache.get(key) ?? readPullSecret(object);
  cache.set(key, source);
  if (cache.size > maxKept) cache.delete(cache.keys().next().value ?? '');
  return source.state === 'ready' ? { ...source, ...permitted } : source;
}

async function readOrRefusal(
  reference: Reference,
  read: ReadReference,
  signal: AbortSignal,
): Promise<Secret | ReferenceRefused | undefined> {
  try {
    return (await read(reference, signal)) as Secret | undefined;
  } catch (error) {
    if (error instanceof ReferenceRefused) return error;
    throw error;
  }
}

/** Within the own namespace, all; in another one, what a grant there allows; for the platform, its own namespace alone. */
function permissionFor(
  secret: SecretReference,
  layer: LayerName,
  { of, credentialNamespace, grants }: SourceContext,
): { grantedBy?: string } | { refusal: string } {
  const name = `Secret ${secret.namespace}/${secret.name}`;
  if (layer === 'Platform') {
    if (secret.namespace === credentialNamespace) return {};
    return {
      refusal: `${name} is not in ${credentialNamespace}, the only namespace that PlatformDefaults may refer to`,
    };
  }
  if (!of || secret.namespace === of.pipeline.metadata.namespace) return {};
  const { namespace = '', name: pipeline = '' } = of.pipeline.metadata;
  const referrer = { pipeline: { namespace, name: pipeline }, stage: of.stage.name };
  const grant = grantFor(grants, secret, referrer, 'pull');
  if (grant) return { grantedBy: `${grant.metadata.namespace}/${grant.metadata.name}` };
  return {
    refusal: `no CredentialGrant in ${secret.namespace} lets Pipeline ${namespace}/${pipeline}, stage ${of.stage.name}, use ${name} to pull`,
  };
}

function notFound({ namespace, name }: SecretReference): Source {
  return { state: 'failed', reason: 'SecretNotFound', message: `Secret ${namespace}/${name} does not exist` };
}

function keyOf({ namespace, name }: SecretReference, layer: LayerName): string {
  return `${layer}/${namespace}/${name}`;
}
