import type { CredentialGrant, CredentialUse } from '@serval/api';
import type { Secret } from '@serval/kube/objects';
import type { ReadReference } from '../../credentials/resolve-delivery.ts';
import { grantFor } from '../grants.ts';
import type { Layer, LayerName, SecretReference } from '../layers.ts';
import { type MatchKind, placeEntries } from '../place-entries.ts';
import { readOrRefusal } from '../read-secret.ts';
import { nameOfSecret } from '../resolution.ts';
import type { StageOf } from '../stage-layers.ts';
import type { FailedSource, Source } from './source.ts';
import type { SourceCache } from './source-cache.ts';

/** Credentials of one kind, and what their Secrets hold. */
export interface SourceKind<Scope, Content> {
  readonly matches: MatchKind<Scope>;
  /** What a grant must name. */
  readonly use: CredentialUse;
  readonly parse: (secret: Secret) => Source<Content>;
}

export interface SourceContext {
  readonly of: StageOf | undefined;
  readonly credentialNamespace: string;
  readonly grants: readonly CredentialGrant[];
}

/**
 * Reads every Secret that the layers name and may name, so that resolving needs nothing more. What may not be referred to is never read,
 * nor what a nearer layer takes the place of as a whole.
 *
 * @throws what the API server answers when it cannot be read: then nothing is known, and nothing is to change.
 */
export async function readSources<Scope, Content>(
  layers: readonly Layer[],
  kind: SourceKind<Scope, Content>,
  context: SourceContext,
  read: ReadReference,
  cache: SourceCache<Content>,
  signal: AbortSignal,
): Promise<(secret: SecretReference, of: LayerName) => Source<Content>> {
  const sources = new Map<string, Source<Content>>();
  const wanted = placeEntries(layers, kind.matches).flatMap(({ source, entries }) =>
    entries.flatMap(({ entry, scope, mask }) => (scope && !mask ? [{ secretRef: entry.secretRef, source }] : [])),
  );
  await Promise.all(
    wanted.map(async ({ secretRef, source }) => {
      sources.set(keyOf(secretRef, source), await readSource(secretRef, source, kind, context, read, cache, signal));
    }),
  );
  return (secret, of) => sources.get(keyOf(secret, of)) ?? notFound(secret);
}

async function readSource<Content>(
  secretRef: SecretReference,
  layer: LayerName,
  { use, parse }: Pick<SourceKind<unknown, Content>, 'use' | 'parse'>,
  context: SourceContext,
  read: ReadReference,
  cache: SourceCache<Content>,
  signal: AbortSignal,
): Promise<Source<Content>> {
  const permitted = permissionFor(secretRef, layer, use, context);
  if ('refusal' in permitted) return { state: 'failed', reason: 'RefNotPermitted', message: permitted.refusal };
  const object = await readOrRefusal(secretRef, read, signal);
  if (object && 'refusal' in object) return { state: 'failed', reason: 'SecretForbidden', message: object.refusal };
  if (!object || object.metadata.deletionTimestamp) return notFound(secretRef);
  const source = cache.sourceOf(object, parse);
  return source.state === 'ready' ? { ...source, ...permitted } : source;
}

/** Within the own namespace, all; in another one, what a grant there allows; for the platform, its own namespace alone. */
function permissionFor(
  secret: SecretReference,
  layer: LayerName,
  use: CredentialUse,
  { of, credentialNamespace, grants }: SourceContext,
): { grantedBy?: string } | { refusal: string } {
  const name = nameOfSecret(secret);
  if (layer === 'Platform') {
    if (secret.namespace === credentialNamespace) return {};
    return {
      refusal: `${name} is not in ${credentialNamespace}, the only namespace that PlatformDefaults may refer to`,
    };
  }
  if (!of || secret.namespace === of.pipeline.metadata.namespace) return {};
  const { namespace = '', name: pipeline = '' } = of.pipeline.metadata;
  const referrer = { pipeline: { namespace, name: pipeline }, stage: of.stage.name };
  const grant = grantFor(grants, secret, referrer, use);
  if (grant) return { grantedBy: `${grant.metadata.namespace}/${grant.metadata.name}` };
  return {
    refusal: `no CredentialGrant in ${secret.namespace} lets Pipeline ${namespace}/${pipeline}, stage ${of.stage.name}, use ${name} to ${use}`,
  };
}

function notFound(secret: SecretReference): FailedSource {
  return { state: 'failed', reason: 'SecretNotFound', message: `${nameOfSecret(secret)} does not exist` };
}

function keyOf({ namespace, name }: SecretReference, layer: LayerName): string {
  return `${layer}/${namespace}/${name}`;
}
