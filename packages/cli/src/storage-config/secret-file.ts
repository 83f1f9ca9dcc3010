import type { ConfigMap, Secret } from '@serval/kube/objects';
import { dump, YAMLException } from 'js-yaml';
import { CliError } from '../command/cli-error.ts';
import { parseManifests } from '../manifests/load.ts';
import { applySplices, insertMember, memberLines, removeMember, replaceScalar, type Splice } from './edit-document.ts';
import {
  bundleKey,
  bundleOf,
  decodeSecret,
  encodeBase64,
  isStorageSecret,
  type StorageSecret,
} from './storage-secret.ts';
import { endOf, member, type YamlMapping, type YamlNode, yamlDocuments } from './yaml-tree.ts';

/** A file with manifests, of which Secrets are read and changed in place. */
export interface SecretFile {
  where: string;
  text: string;
  secrets: FileSecret[];
  /** `cabundle.crt` by `namespace/name`; undefined where the ConfigMap has none. */
  configMaps: Map<string, string | undefined>;
  configMapNodes: Map<string, YamlNode | undefined>;
}

interface FileSecret extends StorageSecret {
  /** Among the objects of the file. */
  ordinal: number;
  node: YamlMapping;
}

/** Throws `CliError` BadManifest with file and place. Objects without a namespace get `namespace`. */
export function readSecretFile(where: string, text: string, secretName: string, namespace: string): SecretFile {
  const file: SecretFile = { where, text, secrets: [], configMaps: new Map(), configMapNodes: new Map() };
  // The same reading as all other commands have: what it refuses, and its words for it.
  const manifests = parseManifests(text, where).map(({ object }) => object);
  const nodes = documentsOf(where, text).flatMap(objectNodes);
  for (const [index, object] of manifests.entries()) {
    const node = nodes[index];
    const of = object.metadata.namespace ?? namespace;
    if (object.apiVersion !== 'v1') continue;
    if (object.kind === 'ConfigMap') {
      file.configMaps.set(`${of}/${object.metadata.name}`, bundleOf(object as unknown as ConfigMap));
      file.configMapNodes.set(`${of}/${object.metadata.name}`, node);
    } else if (object.kind === 'Secret' && isStorageSecret(object as unknown as Secret, secretName)) {
      if (node?.type !== 'mapping') throw new CliError('BadManifest', `${where}: a Secret stands behind an alias`);
      file.secrets.push({ ...decodeSecret(object as unknown as Secret, of), ordinal: index, node });
    }
  }
  return file;
}

/** A changed text per key, `undefined` to take it out; and ConfigMaps to add. */
export interface SecretEdit {
  secret: FileSecret;
  texts: Readonly<Record<string, string | undefined>>;
}

/** The file with the changes; everything else, comments too, stays as it is. Reads its own result before it answers. */
export function editSecretFile(
  file: SecretFile,
  edits: readonly SecretEdit[],
  added: readonly ConfigMap[],
  others: readonly Splice[] = [],
): string {
  const all = edits.flatMap(({ secret, texts }) =>
    Object.entries(texts).map(([key, value]) => ({ secret, key, value, isThere: Object.hasOwn(secret.data, key) })),
  );
  const replaced = all.filter(({ value, isThere }) => value !== undefined && isThere);
  const splices = replaced.flatMap(({ secret, key, value }) => secretSplices(file.text, secret.node, key, value));
  let text = applySplices(file.text, [...others, ...splices]);
  // What comes and goes moves its neighbours, so each is looked for in the text that the one before has left.
  const moving = all.filter((change) => !replaced.includes(change));
  for (const { secret, key, value } of moving.toSorted((a, b) => Number(a.isThere) - Number(b.isThere))) {
    const node = documentsOf(file.where, text).flatMap(objectNodes)[secret.ordinal] as YamlMapping;
    for (const splice of secretSplices(text, node, key, value)) text = applySplices(text, [splice]);
  }
  const edited = withObjects(text, added);
  const objects = parseManifests(edited, file.where).map(({ object }) => object);
  for (const { secret, texts } of edits) {
    const expected = Object.entries({ ...secret.data, ...texts }).filter(([, text]) => text !== undefined);
    const isThere = objects
      .filter(({ kind, metadata }) => kind === 'Secret' && metadata.name === secret.name)
      .some((object) => {
        const { data } = decodeSecret(object as unknown as Secret, secret.namespace);
        return Object.keys(data).length === expected.length && expected.every(([key, text]) => data[key] === text);
      });
    if (!isThere) throw new CliError('BadManifest', `${file.where}: Secret ${secret.name} cannot be changed in place`);
  }
  return edited;
}

/** Gives a ConfigMap of the file other certificates. */
export function editConfigMap({ text, where, configMapNodes }: SecretFile, name: string, bundle: string): Splice[] {
  const data = member(configMapNodes.get(name), 'data');
  const scalar = member(data, bundleKey);
  if (scalar?.type === 'scalar') return [replaceScalar(text, scalar, bundle)];
  if (data?.type === 'mapping') return [insertMember(text, data, bundleKey, bundle)];
  throw new CliError('BadManifest', `${where}: ConfigMap ${name} has no data to change`);
}

function secretSplices(text: string, node: YamlMapping, key: string, value: string | undefined): Splice[] {
  const [data, stringData] = (['data', 'stringData'] as const).map((name) => member(node, name));
  const holders = [stringData, data].filter((holder) => member(holder, key) !== undefined) as YamlMapping[];
  if (value === undefined)
    return holders.map((holder) => removeMember(text, holder, key)).toSorted((a, b) => b.start - a.start);
  const [holder] = holders;
  if (holder) {
    const scalar = member(holder, key);
    if (scalar?.type !== 'scalar') throw new CliError('BadManifest', `key ${key} of a Secret stands behind an alias`);
    return [replaceScalar(text, scalar, holder === data ? encodeBase64(value) : value)];
  }
  if (stringData?.type === 'mapping') return [insertMember(text, stringData, key, value)];
  if (data?.type === 'mapping') return [insertMember(text, data, key, encodeBase64(value))];
  return [newStringData(text, node, key, value)];
}

function newStringData(text: string, node: YamlMapping, key: string, value: string): Splice {
  if (node.isFlow) {
    const at = endOf(text, node) - 1;
    return { start: at, end: at, text: `, "stringData": {${JSON.stringify(key)}: ${JSON.stringify(value)}}` };
  }
  const column = node.start - (text.lastIndexOf('\n', node.start) + 1);
  const indent = ' '.repeat(column);
  const first = node.entries[0] as YamlMapping['entries'][number];
  // In front of the first member: what is behind the last may be a comment of the next document.
  return {
    start: first.key.start,
    end: first.key.start,
    text: `stringData:\n${memberLines(key, value, `${indent}  `)}${indent}`,
  };
}

function withObjects(text: string, added: readonly ConfigMap[]): string {
  if (added.length === 0) return text;
  const trimmed = text.trimStart();
  if (trimmed.startsWith('{')) {
    const items = [text.trim(), ...added.map((object) => JSON.stringify(object, null, 2))];
    return `{"apiVersion": "v1", "kind": "List", "items": [\n${items.join(',\n')}\n]}\n`;
  }
  const documents = added.map((object) => `---\n${dump(object, { noRefs: true, lineWidth: -1 })}`);
  return `${text}${text.endsWith('\n') || text === '' ? '' : '\n'}${documents.join('')}`;
}

function documentsOf(where: string, text: string): YamlNode[] {
  try {
    return yamlDocuments(text);
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause;
    throw new CliError('BadManifest', `${where}: not YAML: ${cause.reason}`);
  }
}

/** In the order of `parseManifests`: Lists opened, empty documents left out. */
function objectNodes(node: YamlNode): YamlNode[] {
  if (node.type === 'scalar' && /^(null|~)?$/i.test(node.value)) return [];
  const kind = member(node, 'kind');
  const items = member(node, 'items');
  if (kind?.type === 'scalar' && kind.value.endsWith('List') && items?.type === 'sequence') {
    return items.items.flatMap(objectNodes);
  }
  return [node];
}
