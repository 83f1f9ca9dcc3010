import { credentialGrants, pipelines, platformDefaults, platformDefaultsName } from '@serval/api';
import { isStatusError } from '@serval/kube/objects';
import { credentialNamespaceOf } from '@serval/operator/credentials';
import { type Command, jsonOption } from '../../command/command.ts';
import {
  credentialColumns,
  credentialRows,
  credentialUses,
  idleStages,
  unusedGrants,
} from '../../credential-check/credential-rows.ts';
import { lookAtSecrets, unnamedSecrets } from '../../credential-check/look-at-secrets.ts';
import { problemLines } from '../../pipeline/rows.ts';

export const checkCredentialsCommand: Command = {
  name: 'check',
  summary: 'every credential of pipelines and the platform: who uses it, and what is wrong, expiring or unused',
  details: [
    'Reads PlatformDefaults, Pipelines and CredentialGrants of all namespaces, and of the Secrets that they name only when they end: by the annotation',
    'platform.serval.dev/expires-at, else by what tokens say of themselves. Where you may not read one, it says so. No value is shown.',
    'Exit code 1: an entry gives nothing, or a credential in use has ended. What ends within 30 days, and what is unused, is told and is no error.',
    '',
    'Example:',
    '  serval credentials check --json',
  ].join('\n'),
  options: [jsonOption],
  async run({ options, out, connect, signal }) {
    const { client } = await connect();
    const [{ items: found }, { items: grants }, defaults] = await Promise.all([
      client.list(pipelines, { signal }),
      client.list(credentialGrants, { signal }),
      client.get(platformDefaults, { name: platformDefaultsName }, { signal }).catch((error: unknown) => {
        if (isStatusError(error, 'NotFound')) return undefined;
        throw error;
      }),
    ]);
    const uses = credentialUses(found, defaults);
    const names = uses.map(({ secret }) => secret);
    const looks = await lookAtSecrets(client, names, Date.now(), signal);
    const rows = credentialRows(uses, looks);
    const home = credentialNamespaceOf(defaults);
    const unnamed = await unnamedSecrets(client, home, new Set(names), signal);
    const ending = (age: string, verb: string): string[] =>
      [...looks].flatMap(([secret, look]) =>
        look.state === 'read' && look.age === age ? [`Secret ${secret} ${verb} on ${look.endsOn}`] : [],
      );
    const problems = [
      ...found.flatMap((pipeline) => {
        const { namespace, name } = pipeline.metadata;
        return problemLines(pipeline, undefined).map((line) => `${namespace}/${name}, ${line}`);
      }),
      ...ending('ended', 'expired'),
    ];
    const expiring = ending('endsSoon', 'expires');
    const idle = unusedGrants(grants, found);
    const notLookedAt = [...looks].flatMap(([secret, { state }]) => (state === 'refused' ? [secret] : []));
    const stages = idleStages(found);
    if (options['json'] === true) {
      const unused = { unusedGrants: idle, unusedSecrets: unnamed ?? [], idleStages: stages };
      const unseen = [...notLookedAt, ...(unnamed ? [] : [`${home}/*`])];
      out.json({ credentials: rows, problems, expiring, ...unused, notLookedAt: unseen });
    } else {
      if (rows.length > 0) out.table(rows, credentialColumns);
      const lines = [
        ...problems,
        ...expiring,
        ...idle.map((grant) => `CredentialGrant ${grant} is used by no pipeline`),
        ...(unnamed ?? []).map((secret) => `Secret ${secret} is named by nothing`),
        ...stages.map((stage) => `${stage}: no image there needs one of its credentials`),
        ...(notLookedAt.length > 0
          ? [`not looked at, as you may not read them: Secrets ${notLookedAt.join(', ')}`]
          : []),
        ...(unnamed ? [] : [`not looked at, as you may not list them: Secrets of namespace ${home}`]),
      ];
      if (lines.length > 0) out.print(`\n${lines.join('\n')}`);
      out.note(
        `${rows.length} in use, ${problems.length} problems, ${expiring.length} expiring, ${idle.length} unused grants`,
      );
    }
    return problems.length > 0 ? 1 : 0;
  },
};
