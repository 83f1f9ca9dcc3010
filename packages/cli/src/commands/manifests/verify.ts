import type { CheckReport } from '@serval/manifests';
import { type Command, jsonOption, textOption } from '../../command/command.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'prove that Kustomize and Helm install the same, and that it is sound',
  details: [
    'Renders the folder both ways, for two namespaces, with and without webhooks, and for both ways of certificates, and compares every',
    'field. Uses the renders of Serval itself; `npm run test:manifests` compares these with the released tools. Needs no server.',
  ].join(' '),
  options: [{ flags: '--deploy <folder>', help: 'what to verify', default: 'deploy' }, jsonOption],
  async run({ options, out, signal }) {
    const { readFolder, variants, verifyDeploy } = await import('@serval/manifests');
    const folder = textOption(options, 'deploy') ?? 'deploy';
    const reports = await verifyDeploy(await readFolder(folder, signal), { signal });
    const findings = reports.flatMap(({ name, findings: found }) =>
      found.map((finding) => ({ check: name, ...finding })),
    );
    if (options['json'] === true) {
      out.json({ folder, variants: variants.length, sound: findings.length === 0, checks: reports });
      return findings.length === 0 ? 0 : 1;
    }
    out.table(reports.map(row), {
      name: 'CHECK',
      objects: 'OBJECTS',
      fields: 'FIELDS',
      result: 'RESULT',
      about: 'HOLDS',
    });
    for (const { check, object, path, message } of findings) {
      out.print(`\n${check}: ${object}${path ? `: ${path}` : ''}\n  ${message}`);
    }
    out.note(
      findings.length === 0
        ? `${folder}: ${variants.length} variants are the same by Kustomize and by Helm, as Serval renders them`
        : `serval: ${folder}: ${findings.length} findings`,
    );
    return findings.length === 0 ? 0 : 1;
  },
};

function row({ name, about, objects, fields, findings }: CheckReport): Record<string, unknown> {
  return { name, about, objects, fields, result: findings.length === 0 ? 'ok' : `${findings.length} found` };
}
