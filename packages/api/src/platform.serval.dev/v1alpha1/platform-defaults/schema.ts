import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { commonStatusFields, conditions } from '../../conditions.ts';
import { effectiveEntries } from '../../credentials/effective-schema.ts';
import { ownRegistryCredentialsSchema, ownStorageCredentialsSchema } from '../../credentials/schema.ts';
import { labelName } from '../../fields.ts';
import { defaultCredentialNamespace } from '../../reserved-namespaces.ts';

/** The one object of the kind. */
export const platformDefaultsName = 'default';

const texts = {
  secret: 'Secret with the credential.',
  namespace: 'Its namespace: credentialNamespace, which is the default. Other namespaces are not read for everybody.',
};

export const platformDefaultsSpecSchema = Type.Object(
  {
    credentialNamespace: Type.Optional(
      labelName(
        `Namespace of the Secrets below. Only who administrates the platform should be able to read it. Default: ${defaultCredentialNamespace}.`,
      ),
    ),
    registryCredentials: Type.Optional(
      ownRegistryCredentialsSchema('What services pull images with where nothing nearer says otherwise.', texts),
    ),
    storageCredentials: Type.Optional(
      ownStorageCredentialsSchema('What services read models with where nothing nearer says otherwise.', texts),
    ),
  },
  { description: 'Credentials of the platform, which pipelines and their stages inherit.' },
);

export const platformDefaultsStatusSchema = Type.Object(
  {
    ...commonStatusFields,
    effective: effectiveEntries('Entries of registryCredentials as they are used. Never a value.'),
    effectiveStorage: effectiveEntries('Entries of storageCredentials as they are used. Never a value.'),
    conditions: conditions('Ready, CredentialsResolved.'),
  },
  { description: 'What was observed last.' },
);

export function platformDefaultsSchema(): StructuralSchema {
  return {
    type: 'object',
    'x-kubernetes-validations': [
      {
        rule: `self.metadata.name == '${platformDefaultsName}'`,
        message: `metadata.name must be ${platformDefaultsName}: there is one PlatformDefaults`,
      },
    ],
    properties: {
      spec: platformDefaultsSpecSchema as StructuralSchema,
      status: platformDefaultsStatusSchema as StructuralSchema,
    },
  };
}
