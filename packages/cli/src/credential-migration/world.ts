import type { CredentialGrant, CredentialUse as GrantedUse, Pipeline, PlatformDefaults } from '@serval/api';
import { grantFor, holderOf, type LayerName, type SecretReference, type StageOf } from '@serval/operator/credentials';

/** What holds in a cluster, or will. */
export interface World {
  defaults: PlatformDefaults | undefined;
  pipelines: readonly Pipeline[];
  grants: readonly CredentialGrant[];
}

/** The stage that decides over a namespace, found without looking at all pipelines each time. */
export function createHolders(pipelines: readonly Pipeline[]): (namespace: string) => StageOf | undefined {
  const pairs = pipelines.flatMap((pipeline) => pipeline.spec.stages.map(({ namespace }) => ({ namespace, pipeline })));
  const byNamespace = Map.groupBy(pairs, ({ namespace }) => namespace);
  return (namespace) =>
    holderOf(
      namespace,
      (byNamespace.get(namespace) ?? []).map(({ pipeline }) => pipeline),
    );
}

/** Whether an entry may refer to a Secret: one of its own namespace, or one that is granted. */
export function mayRefer(
  { grants }: World,
  of: StageOf | undefined,
  secret: SecretReference,
  layer: LayerName,
  use: GrantedUse,
): boolean {
  if (layer === 'Platform' || !of) return true;
  const { namespace = '', name = '' } = of.pipeline.metadata;
  if (secret.namespace === namespace) return true;
  return grantFor(grants, secret, { pipeline: { namespace, name }, stage: of.stage.name }, use) !== undefined;
}
