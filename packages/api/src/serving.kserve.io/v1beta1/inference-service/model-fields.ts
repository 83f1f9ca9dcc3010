import { Type } from 'typebox';
import { stringMap } from '../../../schema/fields.ts';
import { storageSpecFields } from './logger-fields.ts';

export const defaultMountPath = '/mnt/models';

const storage = Type.Object(
  {
    ...storageSpecFields,
    schemaPath: Type.Optional(
      Type.String({ description: "Path of the file that describes the model's inputs and outputs." }),
    ),
  },
  { description: 'Where the model is fetched from: a path in a store that the storage Secret knows by a key.' },
);

const storageUri = Type.String({
  description:
    'Where the model is fetched from: s3://, gs://, https://, hf://, oci://, pvc:// and others. It is found under /mnt/models.',
});
const runtimeVersion = Type.String({
  description: 'Tag of the image, in the place of the one that the runtime names.',
});

/** What a model may have in each of its forms, beside its container's fields: KServe's PredictorExtensionSpec. */
export const storageFields = {
  storageUri: Type.Optional(storageUri),
  storage: Type.Optional(storage),
  protocolVersion: Type.Optional(
    Type.String({
      description: 'Inference protocol that the runtime must speak: v1 (the default), v2, grpc-v1 or grpc-v2.',
    }),
  ),
  runtimeVersion: Type.Optional(runtimeVersion),
  confidential: Type.Optional(
    Type.Object(
      {
        enabled: Type.Boolean({ description: 'Whether the model is decrypted after it was fetched.' }),
        resourceId: Type.Optional(
          Type.String({ description: 'Its key at the key broker: kbs:///REPOSITORY/TYPE/TAG.' }),
        ),
      },
      { description: 'For a model that is stored encrypted; its key is given to attested machines only.' },
    ),
  ),
};

export const modelFields = {
  // Which field is missing is said better by validation, and KServe's released definitions do not demand it either.
  modelFormat: Type.Object(
    {
      name: Type.String({ description: 'Format of the model, such as xgboost, lightgbm or onnx.' }),
      version: Type.Optional(
        Type.String({ description: 'Version of the format; only runtimes that list it are chosen.' }),
      ),
    },
    { description: 'What kind of file the model is. A runtime for it is chosen unless one is named.' },
  ),
  runtime: Type.Optional(
    Type.String({
      description: 'Name of the ServingRuntime or ClusterServingRuntime to use; the former is looked up first.',
    }),
  ),
  ...storageFields,
};

/** What the explainer `art` has beside its container's fields. */
export const artFields = {
  type: Type.Optional(Type.String({ description: 'Kind of attack that explains: SquareAttack.' })),
  storageUri: Type.Optional(storageUri),
  storage: Type.Optional(storage),
  runtimeVersion: Type.Optional(runtimeVersion),
  config: Type.Optional(stringMap({ description: 'Settings, passed on as --NAME VALUE.' })),
};

/** One of several sources: KServe's StorageUri. */
export const storageUriSchema = Type.Object({
  uri: Type.String({ minLength: 1, description: 'Where it is fetched from, as storageUri.' }),
  mountPath: Type.Optional(
    Type.String({
      default: defaultMountPath,
      pattern: '^/.*',
      maxLength: 255,
      description: 'Absolute path of the folder it is placed in, one of its own for each. Default /mnt/models.',
    }),
  ),
});

export const storageUrisSchema = Type.Array(storageUriSchema, {
  minItems: 1,
  'x-kubernetes-list-type': 'atomic',
  description: 'Several sources, in the place of storageUri.',
});
