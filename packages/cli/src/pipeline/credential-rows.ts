import type { CredentialGrant, Pipeline } from '@serval/api';

export const credentialColumns = {
  secret: 'SECRET',
  match: 'MATCH',
  layer: 'LAYER',
  grant: 'GRANTED BY',
  users: 'USED BY',
};

/** Each Secret with each of its keys once, and the stages that have it. */
export function credentialRows(pipelines: readonly Pipeline[]) {
  const uses = pipelines.flatMap(({ metadata, status }) =>
    (status?.stages ?? []).flatMap(({ name, effective = [] }) =>
      effective
        .filter(({ reason }) => reason === undefined)
        .map(({ match = '', source = '', sourceRef, grantedBy = '' }) => ({
          secret: `${sourceRef?.namespace}/${sourceRef?.name}`,
          match,
          layer: source as string,
          grant: grantedBy,
          user: `${metadata.namespace}/${metadata.name}:${name}`,
        })),
    ),
  );
  const byUse = Map.groupBy(uses, ({ user: _user, ...use }) => JSON.stringify(use));
  return [...byUse.values()]
    .map((same) => {
      const { user: _user, ...use } = same[0] as (typeof uses)[number];
      return { ...use, users: same.map(({ user }) => user).join(', ') };
    })
    .sort((a, b) => (`${a.secret} ${a.match}` < `${b.secret} ${b.match}` ? -1 : 1));
}

/** Grants by which no stage gets anything, as far as was observed. */
export function unusedGrants(grants: readonly CredentialGrant[], pipelines: readonly Pipeline[]): string[] {
  const used = new Set(
    pipelines.flatMap(({ status }) =>
      (status?.stages ?? []).flatMap(({ effective = [] }) => effective.flatMap(({ grantedBy }) => grantedBy ?? [])),
    ),
  );
  return grants.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).filter((name) => !used.has(name));
}
