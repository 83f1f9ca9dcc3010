import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { commonStatusFields, conditions } from '../../conditions.ts';
import { asSet, asWhole, labelName, objectName } from '../../fields.ts';

/** What a credential may be used for. */
export const credentialUses = ['pull', 'read'] as const;
const maxPeers = 64;

export const grantFromSchema = Type.Object({
  kind: Type.Enum(['Pipeline'], { type: 'string', description: 'Kind of what may refer: Pipeline.' }),
  namespace: labelName('Namespace of the pipeline.'),
  name: objectName('Name of the pipeline.'),
  stages: Type.Optional(
    Type.Array(labelName('Name of a stage.'), {
      minItems: 1,
      maxItems: 16,
      ...asSet,
      description: 'Stages that may use the credential. Default: all stages of the pipeline.',
    }),
  ),
});

export const grantToSchema = Type.Object({
  kind: Type.Enum(['Secret'], { type: 'string', description: 'Kind of what is referred to: Secret.' }),
  name: objectName('Name of the Secret, in the namespace of the grant.'),
  use: Type.Array(Type.Enum([...credentialUses], { type: 'string' }), {
    minItems: 1,
    maxItems: credentialUses.length,
    ...asSet,
    description: 'What it may be used for. pull: pulling images; read: reading models.',
  }),
});

export const credentialGrantSpecSchema = Type.Object(
  {
    from: Type.Array(grantFromSchema, {
      minItems: 1,
      maxItems: maxPeers,
      ...asWhole,
      description: 'Who may refer to the credentials. Each is named: there is no entry for everybody.',
    }),
    to: Type.Array(grantToSchema, {
      minItems: 1,
      maxItems: maxPeers,
      ...asWhole,
      description: 'Credentials of the namespace of the grant that they may refer to.',
    }),
  },
  { description: 'Who may use which credentials of this namespace.' },
);

const grantUserSchema = Type.Object({
  namespace: Type.String({ description: 'Namespace of the pipeline.' }),
  name: Type.String({ description: 'Name of the pipeline.' }),
  stages: Type.Array(Type.String(), { ...asSet, description: 'Its stages that refer to them.' }),
});

export const credentialGrantStatusSchema = Type.Object(
  {
    ...commonStatusFields,
    usedBy: Type.Optional(
      Type.Array(grantUserSchema, {
        ...asWhole,
        description: 'Pipelines that refer to the credentials. Absent where none does.',
      }),
    ),
    conditions: conditions(
      'Ready: the named Secrets are there and of a type that their use needs. InUse: a pipeline refers to them.',
    ),
  },
  { description: 'What was observed last.' },
);

export function credentialGrantSchema(): StructuralSchema {
  return {
    type: 'object',
    required: ['spec'],
    properties: {
      spec: credentialGrantSpecSchema as StructuralSchema,
      status: credentialGrantStatusSchema as StructuralSchema,
    },
  };
}
