import { Type } from 'typebox';
import { asWhole } from '../fields.ts';

/** The credential that an entry stands for, never what is in it. */
const sourceRef = Type.Object(
  {
    namespace: Type.Optional(Type.String({ description: 'Its namespace.' })),
    name: Type.Optional(Type.String({ description: 'Its name.' })),
    uid: Type.Optional(Type.String({ description: 'Its UID: another Secret of that name is checked anew.' })),
  },
  { description: 'Secret that the credential is taken from.' },
);

const match = Type.Optional(Type.String({ description: 'Registry or address that the credential is for.' }));
const source = Type.Optional(
  Type.Enum(['Stage', 'Pipeline', 'Platform'], { type: 'string', description: 'Layer that the entry is of.' }),
);

const effectiveEntry = Type.Object({
  match,
  source,
  sourceRef: Type.Optional(sourceRef),
  revision: Type.Optional(
    Type.String({ description: 'Which state of the Secret is used. It tells nothing of its content.' }),
  ),
  grantedBy: Type.Optional(
    Type.String({ description: 'CredentialGrant that allows it, as NAMESPACE/NAME; absent where none is needed.' }),
  ),
  reason: Type.Optional(
    Type.String({ description: 'Why the credential is not used, in one word for programs; absent where it is.' }),
  ),
  message: Type.Optional(Type.String({ description: 'Why the credential is not used, for people.' })),
});

const maskedEntry = Type.Object({
  match,
  source,
  sourceRef: Type.Optional(sourceRef),
  maskedBy: Type.Optional(Type.String({ description: 'match of the nearer entry that takes its place.' })),
});

export const effectiveEntries = (description: string) =>
  Type.Optional(Type.Array(effectiveEntry, { ...asWhole, description }));

export const maskedEntries = (description: string) =>
  Type.Optional(Type.Array(maskedEntry, { ...asWhole, description }));
