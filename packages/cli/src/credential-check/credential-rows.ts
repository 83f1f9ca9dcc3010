import type { CredentialGrant, Pipeline, PipelineStageStatus, PlatformDefaults } from '@serval/api';
import { credentialNamespaceOf } from '@serval/operator/credentials';
import type { Look } from './look-at-secrets.ts';

export const credentialColumns = {
  secret: 'SECRET',
  match: 'MATCH',
  layer: 'LAYER',
  grant: 'GRANTED BY',
  users: 'USED BY',
  expires: 'EXPIRES',
};

export interface CredentialUse {
  /** `NAMESPACE/NAME`. */
  secret: string;
  match: string;
  layer: string;
  grant: string;
  /** `NAMESPACE/PIPELINE:STAGE`, separated by commas; empty for what only namespaces have that are no stage. */
  users: string;
}

/** Each Secret with each of its keys once, and the stages that have it; entries of the platform also where no stage has them. */
export function credentialUses(
  pipelines: readonly Pipeline[],
  defaults: PlatformDefaults | undefined,
): CredentialUse[] {
  const uses = pipelines.flatMap(({ metadata, status }) =>
    (status?.stages ?? []).flatMap((stage) =>
      inForce(stage).map(({ match = '', source = '', sourceRef, grantedBy = '' }) => ({
        secret: `${sourceRef?.namespace}/${sourceRef?.name}`,
        match,
        layer: source as string,
        grant: grantedBy,
        user: `${metadata.namespace}/${metadata.name}:${stage.name}`,
      })),
    ),
  );
  const byUse = Map.groupBy(uses, ({ user: _user, ...use }) => JSON.stringify(use));
  const rows = [...byUse.values()].map((same) => {
    const { user: _user, ...use } = same[0] as (typeof uses)[number];
    return { ...use, users: same.map(({ user }) => user).join(', ') };
  });
  const platform = platformEntries(defaults).filter(
    ({ secret, layer }) => !rows.some((row) => row.secret === secret && row.layer === layer),
  );
  return [...rows, ...platform].sort((a, b) => (`${a.secret} ${a.match}` < `${b.secret} ${b.match}` ? -1 : 1));
}

/** Rows for people: when a credential ends, or that nobody could look. */
export function credentialRows(uses: readonly CredentialUse[], looks: ReadonlyMap<string, Look>) {
  return uses.map((use) => {
    const look = looks.get(use.secret);
    if (look?.state === 'refused') return { ...use, expires: 'not looked at' };
    return { ...use, expires: look?.state === 'read' ? (look.endsOn ?? '') : '' };
  });
}

/** Grants by which no stage gets anything, as far as was observed. */
export function unusedGrants(grants: readonly CredentialGrant[], pipelines: readonly Pipeline[]): string[] {
  const used = new Set(
    pipelines.flatMap(({ status }) =>
      (status?.stages ?? []).flatMap((stage) => allOf(stage).flatMap(({ grantedBy }) => grantedBy ?? [])),
    ),
  );
  return grants.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).filter((name) => !used.has(name));
}

/** Stages that have credentials for images, and no image that needs one of them. */
export function idleStages(pipelines: readonly Pipeline[]): string[] {
  return pipelines.flatMap(({ metadata, status }) =>
    (status?.stages ?? [])
      .filter(
        ({ effective = [], projected, reason }) => !reason && !projected && effective.some((each) => !each.reason),
      )
      .map(({ name }) => `${metadata.namespace}/${metadata.name}, ${name}`),
  );
}

function inForce(stage: PipelineStageStatus) {
  return allOf(stage).filter(({ reason }) => reason === undefined);
}

function allOf({ effective = [], effectiveStorage = [] }: PipelineStageStatus) {
  return [...effective, ...effectiveStorage];
}

function platformEntries(defaults: PlatformDefaults | undefined): CredentialUse[] {
  const { registryCredentials, storageCredentials } = defaults?.spec ?? {};
  const home = credentialNamespaceOf(defaults);
  return [...(registryCredentials?.entries ?? []), ...(storageCredentials?.entries ?? [])].map(
    ({ match, secretRef }) => ({
      secret: `${secretRef.namespace ?? home}/${secretRef.name}`,
      match,
      layer: 'Platform',
      grant: '',
      users: '',
    }),
  );
}
