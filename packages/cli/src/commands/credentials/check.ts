import { credentialGrants, pipelines } from '@serval/api';
import { type Command, jsonOption } from '../../command/command.ts';
import { credentialColumns, credentialRows, unusedGrants } from '../../pipeline/credential-rows.ts';
import { problemLines } from '../../pipeline/rows.ts';

export const checkCredentialsCommand: Command = {
  name: 'check',
  summary: 'every credential of pipelines and the platform: who uses it, and what is wrong or unused',
  details: [
    'Reads Pipelines and CredentialGrants of all namespaces, and no Secret. Exit code 1: an entry gives nothing. A grant that nothing uses is told and is no error.',
    '',
    'Example:',
    '  serval credentials check --json',
  ].join('\n'),
  options: [jsonOption],
  async run({ options, out, connect, signal }) {
    const { client } = await connect();
    const [{ items: found }, { items: grants }] = await Promise.all([
      client.list(pipelines, { signal }),
      client.list(credentialGrants, { signal }),
    ]);
    const rows = credentialRows(found);
    const problems = found.flatMap((pipeline) => {
      const { namespace, name } = pipeline.metadata;
      return problemLines(pipeline, undefined).map((line) => `${namespace}/${name}, ${line}`);
    });
    const unused = unusedGrants(grants, found);
    if (options['json'] === true) out.json({ credentials: rows, problems, unusedGrants: unused });
    else {
      if (rows.length > 0) out.table(rows, credentialColumns);
      const lines = [...problems, ...unused.map((grant) => `CredentialGrant ${grant} is used by no pipeline`)];
      if (lines.length > 0) out.print(`\n${lines.join('\n')}`);
      out.note(`${rows.length} in use, ${problems.length} problems, ${unused.length} unused grants`);
    }
    return problems.length > 0 ? 1 : 0;
  },
};
