import { Type } from 'typebox';
import { commonStatusFields, conditions } from '../../conditions.ts';
import { effectiveEntries, maskedEntries } from '../../credentials/effective-schema.ts';
import { asSet, asWhole, keyedBy } from '../../fields.ts';

const text = (description: string) => Type.Optional(Type.String({ description }));

export const stageStatusSchema = Type.Object({
  name: Type.String({ description: 'Name of the stage.' }),
  namespace: text('Its namespace.'),
  effective: effectiveEntries(
    'Credentials for images that hold in the stage, and where each comes from. Never a value.',
  ),
  masked: maskedEntries('Inherited credentials for images that do not hold, as a nearer entry takes their place.'),
  effectiveStorage: effectiveEntries(
    'Credentials for models that hold in the stage, and where each comes from. Never a value.',
  ),
  maskedStorage: maskedEntries(
    'Inherited credentials for models that do not hold, as a nearer entry takes their place.',
  ),
  projected: Type.Optional(
    Type.Object(
      {
        name: text('Name of the Secret.'),
        revision: text('Which state of the credentials it holds. It tells nothing of them.'),
      },
      { description: "Secret in the stage's namespace that Pods pull with; absent where no image needs one." },
    ),
  ),
  projectedStorage: Type.Optional(
    Type.Object(
      {
        name: text('Name of the Secret.'),
        revision: text('Which state of the credentials it holds. It tells nothing of them.'),
      },
      { description: "Secret in the stage's namespace that models are read with; absent where none needs one." },
    ),
  ),
  services: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String({ description: 'Its name.' }),
        digest: text('Digest of what was promoted last.'),
        promotion: text('Name of the Promotion that brought it.'),
        ownPullSecrets: Type.Optional(
          Type.Array(Type.String(), {
            ...asSet,
            description:
              'Pull secrets that were written into the service or its ServiceAccount. Kubelets use them too, whatever the pipeline says.',
          }),
        ),
        ownStorage: Type.Optional(
          Type.Array(Type.String(), {
            ...asSet,
            description:
              'What in the service or its ServiceAccount says how its models are read. It goes before what the pipeline says.',
          }),
        ),
      }),
      { ...keyedBy('name'), description: 'Services of the stage.' },
    ),
  ),
  reason: text('Why the stage is not usable, in one word for programs; absent where it is.'),
  message: text('Why the stage is not usable, for people.'),
});

export const pipelineStatusSchema = Type.Object(
  {
    ...commonStatusFields,
    stages: Type.Optional(
      Type.Array(stageStatusSchema, { ...keyedBy('name'), description: 'What was observed of each stage.' }),
    ),
    reviews: Type.Optional(
      Type.Array(
        Type.Object({
          namespace: text('Namespace of the environment.'),
          uid: text('UID of the namespace that was made; absent until it is there.'),
          promotion: text('Promotion that asked for it.'),
          service: text('Service in it.'),
          digest: text('Digest of what is reviewed.'),
          expiresAt: text('When it goes.'),
          reason: text('Why it is not there, in one word for programs; absent where it is.'),
          message: text('Why it is not there, for people.'),
        }),
        { ...asWhole, description: 'Review environments that there are.' },
      ),
    ),
    conditions: conditions('Ready, CredentialsResolved, ReferencesPermitted, Projected.'),
  },
  { description: 'What was observed last.' },
);
