import { foldedRegistryMatch, registryMatchProblem } from '@serval/api';
import type { Secret } from '@serval/kube/objects';
import type { Notes } from './note.ts';
import { textOf, valuesOf } from './values.ts';

export interface ImportedRegistry {
  match: string;
  secret: Secret;
}

/**
 * User and password of a pipeline's registry, which Kubero has in plain text, as a pull Secret. Only `createSecret: create`, the
 * default, makes Kubero use them (chart kuberopipeline).
 *
 * @param to  the Secret to make
 */
export function convertRegistry(
  value: unknown,
  to: { namespace: string; name: string },
  notes: Notes,
): ImportedRegistry | undefined {
  const { namespace, name } = to;
  const registry = valuesOf(value);
  const [host, username, password] = ['host', 'username', 'password'].map((field) => textOf(registry[field]));
  const mode = textOf(registry['createSecret']) ?? 'create';
  const problem = host === undefined ? 'is missing' : registryMatchProblem(host);
  const isUsed = mode === 'create' && host !== undefined && problem === undefined;
  if (password !== undefined) {
    const becomes = isUsed && username !== undefined ? `; it is now in Secret ${namespace}/${name}` : '';
    notes.rotate(
      `registry.password stood in plain text: whoever could read the object had it. Make a new one at the registry${becomes}`,
    );
  }
  if (mode === 'copy') {
    notes.left(
      'registry.createSecret: copy: Kubero copies Secret registry-login into every phase; "serval credentials migrate" makes one of the copies',
    );
    return undefined;
  }
  if (mode !== 'create' || (host === undefined && password === undefined)) return undefined;
  if (host === undefined || problem !== undefined) {
    notes.refused(`registry.host ${problem}`);
    return undefined;
  }
  if (username === undefined || password === undefined) {
    notes.left('registry: has no user and password, so no Secret was made');
    return undefined;
  }
  const match = foldedRegistryMatch(host);
  const content = JSON.stringify({ auths: { [match]: { username, password } } });
  return {
    match,
    secret: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': Buffer.from(content).toString('base64') },
    },
  };
}
