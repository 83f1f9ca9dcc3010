import type { Secret } from '@serval/kube/objects';
import type { Layer, LayerName, SecretReference } from '../layers.ts';
import type { Source } from '../sources/source.ts';
import { type PullContent, readPullSecret } from './source-secret.ts';

/** `{ MATCH: SECRET }`; with `inherit: 'None'` where nothing is to be inherited. */
export type LayerText = Readonly<Record<string, string>>;

/** Layers from text, the nearest first; a Secret of a layer is in its own namespace, unless written `NAMESPACE/NAME`. */
export function layersOf(text: Partial<Record<Lowercase<LayerName>, LayerText>>): Layer[] {
  return (['Stage', 'Pipeline', 'Platform'] as const).map((source) => {
    const { inherit = 'PerHost', ...entries } = text[source.toLowerCase() as Lowercase<LayerName>] ?? {};
    return {
      source,
      inherit: inherit as Layer['inherit'],
      entries: Object.entries(entries).map(([match, secret]) => ({ match, secretRef: referenceTo(secret) })),
    };
  });
}

function referenceTo(secret: string): SecretReference {
  const [namespace = '', name = ''] = secret.includes('/') ? secret.split('/') : ['ns', secret];
  return { namespace, name };
}

/** A Secret with these keys, each with the credential `SECRET` / `KEY`. */
export function pullSecret(name: string, keys: readonly string[], namespace = 'ns'): Secret {
  const auths = Object.fromEntries(keys.map((key) => [key, { username: name, password: key }]));
  const content = Buffer.from(JSON.stringify({ auths })).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name, resourceVersion: '7' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': content },
  };
}

/** Reads Secrets of a table: `{ SECRET: KEYS }`; null for one that is gone. */
export function sourcesOf(secrets: Readonly<Record<string, readonly string[] | null>>) {
  return ({ namespace, name }: SecretReference): Source<PullContent> => {
    const keys = secrets[name];
    if (keys) return readPullSecret(pullSecret(name, keys, namespace));
    return { state: 'failed', reason: 'SecretNotFound', message: `Secret ${namespace}/${name} does not exist` };
  };
}
