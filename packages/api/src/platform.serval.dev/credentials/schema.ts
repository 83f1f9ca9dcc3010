import { type Static, Type } from 'typebox';
import { keyedBy, labelName, objectName } from '../fields.ts';
import { maxRegistryMatchLength, registryMatchExpression, registryMatchForm } from './registry-match.ts';
import { maxStorageMatchLength, storageMatchExpression, storageMatchForm } from './storage-match.ts';

/** More are told apart by nobody, and API servers must be able to bound what their rules cost. */
const maxEntries = 64;

const secretRef = (description: string, namespace: string) =>
  Type.Object(
    { name: objectName('Name of the Secret.'), namespace: Type.Optional(labelName(namespace)) },
    { description },
  );

/** With this reason API servers do not repeat the value, which may hold a password. */
const matchRule = (rule: string, message: string) => ({ rule, message, reason: 'FieldValueForbidden' });

interface EntryTexts {
  readonly secret: string;
  readonly namespace: string;
}

const registryEntry = ({ secret, namespace }: EntryTexts) =>
  Type.Object({
    match: Type.String({
      minLength: 1,
      maxLength: maxRegistryMatchLength,
      description:
        'Registry whose images the credential is for: HOST[:PORT][/PATH], such as ghcr.io/acme. * stands for a part of one label of the host; a path is taken in whole segments; without a port, registries on a port are not meant.',
      'x-kubernetes-validations': [matchRule(registryMatchExpression, registryMatchForm)],
    }),
    secretRef: secretRef(
      `${secret} It is of type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg.`,
      namespace,
    ),
  });

const storageEntry = ({ secret, namespace }: EntryTexts) =>
  Type.Object({
    match: Type.String({
      minLength: 1,
      maxLength: maxStorageMatchLength,
      description:
        'Address below which models are read with the credential, such as s3://models or s3://models/fraud. A path is taken in whole segments.',
      'x-kubernetes-validations': [matchRule(storageMatchExpression, storageMatchForm)],
    }),
    secretRef: secretRef(
      `${secret} Its keys are those that a ServiceAccount's would have (such as AWS_ACCESS_KEY_ID or HF_TOKEN), or it has entries as storage-config has them.`,
      namespace,
    ),
  });

const entries = <T extends ReturnType<typeof registryEntry> | ReturnType<typeof storageEntry>>(
  entry: T,
  description: string,
) => Type.Optional(Type.Array(entry, { maxItems: maxEntries, ...keyedBy('match'), description }));

const registryEntriesText =
  'Credentials for pulling images, by registry. The most specific entry that fits an image is used.';
const storageEntriesText =
  'Credentials for reading models, by address. The most specific entry that fits a model is used.';

const inherit = Type.Optional(
  Type.Enum(['PerHost', 'None'], {
    type: 'string',
    default: 'PerHost',
    description:
      'PerHost (the default): for hosts that no entry here can match, what the layer above has holds. None: nothing of the layers above holds.',
  }),
);

const ofPipeline: EntryTexts = {
  secret: 'Secret with the credential.',
  namespace: "Its namespace. Default: the pipeline's own. In any other one, a CredentialGrant there must allow it.",
};

/** Of a pipeline or a stage: entries, and what holds besides. */
export const registryCredentialsSchema = (description: string) =>
  Type.Object({ inherit, entries: entries(registryEntry(ofPipeline), registryEntriesText) }, { description });

export const storageCredentialsSchema = (description: string) =>
  Type.Object({ inherit, entries: entries(storageEntry(ofPipeline), storageEntriesText) }, { description });

/** Of what inherits nothing. */
export const ownRegistryCredentialsSchema = (description: string, texts: EntryTexts = ofPipeline) =>
  Type.Object({ entries: entries(registryEntry(texts), registryEntriesText) }, { description });

export const ownStorageCredentialsSchema = (description: string, texts: EntryTexts = ofPipeline) =>
  Type.Object({ entries: entries(storageEntry(texts), storageEntriesText) }, { description });

/** A credential, and what it is for. */
export type CredentialEntry = Static<ReturnType<typeof registryEntry>>;
export type CredentialSet = Static<ReturnType<typeof registryCredentialsSchema>>;
/** A set that inherits nothing, as it has nobody to inherit from or must not. */
export type OwnCredentialSet = Static<ReturnType<typeof ownRegistryCredentialsSchema>>;
